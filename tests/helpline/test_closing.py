"""Closing: a second person on their own screen, and silence that is proved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpline.accounts import Role
from helpline.cases import CloseReason
from helpline.closing import (
    ClosingNeedsCheck,
    ClosingNeedsSecond,
    NotASecond,
    NotInThePast,
    PersonWrote,
)
from helpline.conversations import CaseState
from helpline.ports import NotFound
from helpline.silence import NotSilentYet
from helpline.wrap_up import vocabulary
from store.asked_pages import asked_numbers, to_sign
from store.record_tables import sign_offs
from store.tables import case_events, cases, counsellors
from tests.helpline.harness import WRAPPED_UP, Helpline
from tests.helpline.held_cases import SAFE, account, events, held_at, state
from triage.taxonomy import Level


@pytest.fixture
def urgent(helpline: Helpline, counsellor: int) -> Helpline:
    return held_at(helpline, counsellor, Level.URGENT)


@pytest.fixture
def concern(helpline: Helpline, counsellor: int) -> Helpline:
    return held_at(helpline, counsellor, Level.CONCERN)


@pytest.fixture
def asked(urgent: Helpline, counsellor: int) -> tuple[Helpline, int, int]:
    """An urgent case, a colleague, and the request that they sign."""
    colleague = urgent.add_counsellor("counsellor-2")
    urgent.closing.save(1, counsellor, WRAPPED_UP)
    return urgent, colleague, urgent.closing.ask(1, counsellor, CloseReason.HELPED, SAFE, colleague)


def test_urgent_case_is_not_closed_by_one_person(urgent: Helpline, counsellor: int) -> None:
    urgent.closing.save(1, counsellor, WRAPPED_UP)
    with pytest.raises(ClosingNeedsSecond):
        urgent.closing.close(1, counsellor, CloseReason.HELPED)
    with pytest.raises(NotASecond):
        urgent.closing.ask(1, counsellor, CloseReason.HELPED, SAFE, counsellor)
    number = urgent.closing.ask(1, counsellor, CloseReason.HELPED, SAFE)
    with pytest.raises(NotASecond):
        urgent.closing.sign(number, counsellor)
    assert state(urgent) == "held"


def test_urgent_case_closes_when_the_second_signs(asked: tuple[Helpline, int, int]) -> None:
    helpline, colleague, number = asked
    helpline.closing.sign(number, colleague)
    assert (state(helpline), helpline.send_all()) == ("closed", helpline.text("case_closed"))
    with helpline.database.reading() as db:
        (row,) = db.execute(select(sign_offs)).mappings()
        detail = db.scalar(select(case_events.c.detail).where(case_events.c.what == "closed"))
    assert (row["state"], row["answered_by_id"]) == ("signed", colleague)
    assert detail == f'{{"reason":"helped","signed_by":{colleague}}}'
    with pytest.raises(NotFound):
        helpline.closing.sign(number, colleague)


@pytest.mark.parametrize("question", vocabulary().checklist)
def test_urgent_case_needs_every_answer_of_the_checklist(urgent: Helpline, counsellor: int, question: str) -> None:
    urgent.closing.save(1, counsellor, WRAPPED_UP)
    with pytest.raises(ClosingNeedsCheck) as refused:
        urgent.closing.ask(1, counsellor, CloseReason.HELPED, {**SAFE, question: ""})
    assert refused.value.unanswered == (question,)


def test_refusal_leaves_the_case_with_its_holder(asked: tuple[Helpline, int, int], counsellor: int) -> None:
    helpline, colleague, number = asked
    helpline.closing.refuse(number, colleague, "ask where she sleeps tonight")
    case = helpline.case()
    assert case is not None
    assert (case.state, case.holder) == (CaseState.HELD, counsellor)
    with pytest.raises(NotFound):
        helpline.closing.sign(number, colleague)


def test_somebody_who_was_not_asked_does_not_sign(asked: tuple[Helpline, int, int]) -> None:
    helpline, _, number = asked
    with pytest.raises(NotASecond):
        helpline.closing.sign(number, helpline.add_counsellor("counsellor-3"))
    with pytest.raises(NotFound):
        helpline.closing.sign(number, helpline.add_counsellor("analyst-1", "analyst"))
    helpline.closing.sign(number, helpline.add_counsellor("supervisor-1", "supervisor"))
    assert state(helpline) == "closed"


def test_request_to_any_supervisor_is_signed_by_supervisors(urgent: Helpline, counsellor: int) -> None:
    urgent.closing.save(1, counsellor, WRAPPED_UP)
    number = urgent.closing.ask(1, counsellor, CloseReason.HELPED, SAFE)
    with pytest.raises(NotASecond):
        urgent.closing.sign(number, urgent.add_counsellor("counsellor-2"))
    urgent.closing.sign(number, urgent.add_counsellor("supervisor-1", "supervisor"))
    assert state(urgent) == "closed"


def test_message_after_the_request_stops_the_closing(asked: tuple[Helpline, int, int]) -> None:
    helpline, colleague, number = asked
    helpline.pass_(seconds=30)
    helpline.say("o gəldi")
    with pytest.raises(PersonWrote):
        helpline.closing.sign(number, colleague)
    with pytest.raises(NotFound):
        helpline.closing.sign(number, colleague)
    assert (state(helpline), events(helpline)[-1]) == ("held", "sign_off_overtaken")


@pytest.mark.parametrize("left", [False, True], ids=["who was asked works here", "who was asked left"])
def test_request_to_somebody_who_left_is_shown_to_supervisors(asked: tuple[Helpline, int, int], left: bool) -> None:
    helpline, colleague, number = asked
    supervisor = account(helpline.add_counsellor("supervisor-1", "supervisor"), Role.SUPERVISOR)
    with helpline.database.engine.begin() as db:
        db.execute(update(counsellors).where(counsellors.c.id == colleague).values(active=not left))
        shown = [one.id for one in to_sign(db, helpline.database.vault, supervisor)]
        rung = asked_numbers(db, supervisor.id)
    assert (shown, rung) == (([number], [f"asked-{number}"]) if left else ([], []))


def test_request_is_over_when_the_case_went_back_to_the_queue(asked: tuple[Helpline, int, int]) -> None:
    helpline, colleague, number = asked
    helpline.say("burdasan?")
    helpline.pass_(minutes=6)
    helpline.sweep()
    with pytest.raises(NotFound):
        helpline.closing.sign(number, colleague)


def test_newer_request_replaces_the_older(asked: tuple[Helpline, int, int], counsellor: int) -> None:
    helpline, colleague, number = asked
    newer = helpline.closing.ask(1, counsellor, CloseReason.REFERRED, SAFE, colleague)
    with pytest.raises(NotFound):
        helpline.closing.sign(number, colleague)
    helpline.closing.sign(newer, colleague)
    assert state(helpline) == "closed"


def test_sealed_case_is_not_signed_by_a_counsellor(asked: tuple[Helpline, int, int]) -> None:
    helpline, colleague, number = asked
    with helpline.database.engine.begin() as db:
        db.execute(cases.update().values(sealed=True))
    with pytest.raises(NotASecond):
        helpline.closing.sign(number, colleague)


# --- silence


@pytest.mark.parametrize(
    ("days", "missing"),
    [([], 3), ([0], 2), ([0, 5], 1), ([0, 5, 9], 0), ([0, 0, 0], 2)],
    ids=["none", "one", "two", "three", "three on a day"],
)
def test_silence_is_a_reason_only_after_three_days_with_an_attempt(
    concern: Helpline, counsellor: int, days: list[int], missing: int
) -> None:
    concern.closing.save(1, counsellor, WRAPPED_UP)
    concern.pass_(minutes=1)
    start = concern.clock.now()
    for day in days:
        concern.clock.time = max(concern.clock.time, start + timedelta(days=day))
        concern.closing.tried(1, counsellor, "phone", concern.clock.now())
    concern.clock.time = start + timedelta(days=14)
    if missing == 0:
        concern.closing.close(1, counsellor, CloseReason.NO_ANSWER)
        assert state(concern) == "closed"
        return
    with pytest.raises(NotSilentYet) as refused:
        concern.closing.close(1, counsellor, CloseReason.NO_ANSWER)
    assert refused.value.attempts == missing


def three_attempts(helpline: Helpline, counsellor: int) -> None:
    for _ in range(3):
        helpline.closing.tried(1, counsellor, "message", helpline.clock.now())
        helpline.pass_(days=5)


@pytest.mark.parametrize("why", ["before two weeks", "outside their hours", "wrote since"])
def test_silence_is_no_reason(concern: Helpline, counsellor: int, why: str) -> None:
    concern.closing.save(1, counsellor, WRAPPED_UP)
    if why == "outside their hours":
        concern.clock.time = concern.clock.time.replace(hour=20)  # midnight in Baku
    three_attempts(concern, counsellor)
    if why == "before two weeks":
        concern.pass_(days=-2)
    if why == "wrote since":
        concern.say("burdayam")
    with pytest.raises(NotSilentYet):
        concern.closing.close(1, counsellor, CloseReason.NO_ANSWER)


@pytest.mark.parametrize("shift", [timedelta(minutes=1), timedelta(days=-3)], ids=["to come", "before the case"])
def test_attempt_of_another_time_is_refused(concern: Helpline, counsellor: int, shift: timedelta) -> None:
    with pytest.raises(NotInThePast):
        concern.closing.tried(1, counsellor, "phone", concern.clock.now() + shift)
