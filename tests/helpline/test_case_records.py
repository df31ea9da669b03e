"""What is kept of a case, and what has to be so before it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpline.accounts import Account, Role
from helpline.cases import CloseReason, NoWayToWrite
from helpline.closing import (
    ClosingNeedsCheck,
    ClosingNeedsSecond,
    NotASecond,
    NotInThePast,
    PersonWrote,
)
from helpline.contacts import Contacts, NewContact, NothingSaid
from helpline.conversations import CaseState
from helpline.ports import NotFound
from helpline.reassigning import Reassigning, ReassignReason
from helpline.record_ports import HasOpenCase, Talk
from helpline.resting import NoNextStep, NoReason, NotInTheFuture, PersonWaits, Resting
from helpline.silence import NotSilentYet
from helpline.wrap_up import Issue, Known, UnknownCode, WrapUp, WrapUpIncomplete, vocabulary
from store.asked_pages import asked_numbers, to_sign
from store.record_tables import issues, sign_offs, talks, wrap_ups
from store.tables import case_events, cases, counsellors, messages, notes, outbox
from tests.fakes import finding
from tests.helpline.harness import WRAPPED_UP, Helpline
from triage.taxonomy import Level, Risk, Speaker
from wire import Profile

TOLD = "atam məni döyür"
SAFE = dict.fromkeys(vocabulary().checklist, "yes")


def account(number: int, role: Role = Role.COUNSELLOR) -> Account:
    return Account(number, f"counsellor-{number}", role, "en")


def held_at(helpline: Helpline, counsellor: int, level: Level) -> Helpline:
    helpline.finds(TOLD, finding(level, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD, choice=None)
    if helpline.case() is None:  # a concern opens only when the person wants it
        with helpline.database.unit() as unit:
            unit.open_case(1, level, helpline.clock.now(), helpline.clock.now(), "asked")
    helpline.desk.take(1, counsellor)
    helpline.desk.reply(1, counsellor, "Buradayam", "first")
    helpline.send_all()
    helpline.pass_(minutes=1)
    return helpline


@pytest.fixture
def urgent(helpline: Helpline, counsellor: int) -> Helpline:
    return held_at(helpline, counsellor, Level.URGENT)


@pytest.fixture
def concern(helpline: Helpline, counsellor: int) -> Helpline:
    return held_at(helpline, counsellor, Level.CONCERN)


def events(helpline: Helpline) -> list[str]:
    with helpline.database.reading() as db:
        return list(db.scalars(select(case_events.c.what).order_by(case_events.c.id)))


def state(helpline: Helpline, case: int = 1) -> str:
    with helpline.database.reading() as db:
        return str(db.scalar(select(cases.c.state).where(cases.c.id == case)))


# --- the wrap-up


@pytest.mark.parametrize(
    ("known", "call_type", "found"),
    [
        (
            Known(("physical_violence", "suicide_self_harm"), "child_self"),
            "child_about_self",
            (Issue("violence", "physical", "self", "open"), Issue("mental_health", "suicide", "self", "open")),
        ),
        (
            Known(("neglect",), "adult_report"),
            "someone_about_child",
            (Issue("violence", "neglect", "other_child", "open"),),
        ),
        (Known(("human_request",), "unknown", audience="child"), "child_about_self", ()),
        (
            Known(("neglect",), "unknown", answers=("who:my_child", "danger:no")),
            "someone_about_child",
            (Issue("violence", "neglect", "own_child", "open"),),
        ),
        (Known(), None, ()),
    ],
    ids=[
        "a child about itself",
        "an adult about another child",
        "only wants a person",
        "answered a guide",
        "nothing known",
    ],
)
def test_wrap_up_begins_with_what_is_known(known: Known, call_type: str | None, found: tuple[Issue, ...]) -> None:
    begun = vocabulary().prefilled(known)
    assert (begun.call_type, begun.issues) == (call_type, found)


def test_wrap_up_has_an_issue_for_every_risk_and_a_call_type_for_every_speaker() -> None:
    codes = vocabulary()
    assert set(codes.risks) == {risk.value for risk in Risk}
    assert {*codes.speakers, "unknown"} == {speaker.value for speaker in Speaker}
    for pair in codes.risks.values():
        codes.check(WrapUp(None, (Issue(*pair),) if pair else ()))


@pytest.mark.parametrize(
    "wrap_up",
    [
        WrapUp("prank"),
        WrapUp(None, (Issue("violence", "covid"),)),
        WrapUp(None, (Issue("weather"),)),
        WrapUp(None, (Issue("violence", None, "neighbour"),)),
        WrapUp(None, (), {"gender": ("girl", "boy")}),
        WrapUp(None, (), {"name": ("girl",)}),
    ],
    ids=["call type", "another category's", "no category", "whom", "two of one", "no field"],
)
def test_wrap_up_with_a_code_that_is_none_is_not_saved(urgent: Helpline, counsellor: int, wrap_up: WrapUp) -> None:
    with pytest.raises(UnknownCode):
        urgent.closing.save(1, counsellor, wrap_up)
    with urgent.database.unit() as unit:
        assert unit.wrap_up_of(1) is None


def test_wrap_up_saved_again_replaces_the_draft(urgent: Helpline, counsellor: int) -> None:
    urgent.closing.save(1, counsellor, WrapUp())
    whole = WrapUp(
        "child_about_self", (Issue("violence", "physical"), Issue("family")), {"gender": ("girl",)}, "what she said"
    )
    urgent.closing.save(1, counsellor, whole)
    with urgent.database.unit() as unit:
        assert unit.wrap_up_of(1) == whole
    with urgent.database.reading() as db:
        (row,) = db.execute(select(wrap_ups)).mappings()
    assert b"what she said" not in row["summary"]


@pytest.mark.parametrize(
    ("wrap_up", "missing"),
    [
        (None, ("call_type",)),
        (WrapUp(None, (Issue("violence"),)), ("call_type",)),
        (WrapUp("child_about_self"), ("issue",)),
        (WrapUp("child_about_self", (Issue("violence"),)), None),
        (WrapUp("silent"), None),
    ],
    ids=["nothing", "no call type", "no issue", "both", "not about anybody"],
)
def test_case_closes_with_call_type_and_issue(
    concern: Helpline, counsellor: int, wrap_up: WrapUp | None, missing: tuple[str, ...] | None
) -> None:
    if wrap_up is not None:
        concern.closing.save(1, counsellor, wrap_up)
    if missing is None:
        concern.closing.close(1, counsellor, CloseReason.HELPED)
        assert (state(concern), concern.send_all()) == ("closed", concern.text("case_closed"))
        return
    with pytest.raises(WrapUpIncomplete) as refused:
        concern.closing.close(1, counsellor, CloseReason.HELPED)
    assert refused.value.missing == missing


# --- a second person


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


# --- rest


@pytest.fixture
def resting(urgent: Helpline) -> Resting:
    return Resting(urgent.database, urgent.clock, urgent.bell)


def snoozed(helpline: Helpline) -> bool:
    with helpline.database.reading() as db:
        return db.scalar(select(cases.c.snoozed_until)) is not None


def test_snoozed_case_wakes_at_its_time_and_sends_nothing(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=2), "ask about school")
    urgent.pass_(days=1)
    assert (urgent.sweep().get("woke"), snoozed(urgent)) == (None, True)
    urgent.pass_(days=1)
    urgent.bell.rung.clear()
    assert (urgent.sweep()["woke"], snoozed(urgent), urgent.send_all()) == (1, False, [])
    assert "cases" in urgent.bell.rung
    assert urgent.sweep().get("woke") is None
    case = urgent.case()
    assert case is not None
    assert case.holder == counsellor


@pytest.mark.parametrize("level", [Level.NONE, Level.EMERGENCY], ids=["a message", "a rising level"])
def test_snoozed_case_is_woken_by_the_person(urgent: Helpline, resting: Resting, counsellor: int, level: Level) -> None:
    resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=2), "ask about school")
    urgent.pass_(minutes=1)
    urgent.finds("burdasan?", finding(level, Risk.PHYSICAL_VIOLENCE))
    urgent.say("burdasan?")
    assert snoozed(urgent) is False
    urgent.pass_(minutes=6)
    assert urgent.sweep()["held_unanswered"] == 1


def test_snoozed_case_is_not_put_back_while_it_rests(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=2), "ask about school")
    urgent.pass_(days=1)
    assert urgent.sweep().get("held_unanswered") is None


@pytest.mark.parametrize(
    ("days", "step", "error"),
    [(2, "  ", NoNextStep), (0, "call", NotInTheFuture), (-1, "call", NotInTheFuture), (93, "call", NotInTheFuture)],
    ids=["no next step", "now", "past", "after months"],
)
def test_rest_without_day_or_step_is_refused(
    urgent: Helpline, resting: Resting, counsellor: int, days: int, step: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=days), step)


def test_case_does_not_rest_while_the_person_waits(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    urgent.say("burdasan?")
    with pytest.raises(PersonWaits):
        resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=1), "call")


# --- opening again


def test_closed_case_opens_again_with_its_history(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    urgent.close(1, counsellor)
    urgent.send_all()
    resting.reopen(1, account(counsellor), "the school called back")
    case = urgent.case()
    assert case is not None
    assert (case.id, case.holder, case.level) == (1, counsellor, Level.URGENT)
    assert urgent.conversation().level is Level.URGENT
    assert events(urgent)[0] == "opened"
    assert events(urgent)[-1] == "reopened"
    assert urgent.send_all() == []


def test_case_is_not_opened_again_beside_another(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    urgent.close(1, counsellor)
    urgent.pass_(hours=1)
    urgent.say(TOLD)
    with pytest.raises(HasOpenCase) as refused:
        resting.reopen(1, account(counsellor), "again")
    assert refused.value.case == 2


@pytest.mark.parametrize(
    ("who", "why", "error"),
    [("another", "again", NotFound), ("holder", "  ", NoReason)],
    ids=["a colleague's", "without a reason"],
)
def test_case_is_not_opened_again(
    urgent: Helpline, resting: Resting, counsellor: int, who: str, why: str, error: type[Exception]
) -> None:
    urgent.close(1, counsellor)
    person = counsellor if who == "holder" else urgent.add_counsellor("counsellor-2")
    with pytest.raises(error):
        resting.reopen(1, account(person), why)
    assert state(urgent) == "closed"


def test_case_that_is_open_does_not_open_again(urgent: Helpline, resting: Resting) -> None:
    with pytest.raises(NotFound):
        resting.reopen(1, account(9, Role.SUPERVISOR), "again")


# --- contacts by telephone or in person


@pytest.fixture
def contacts(helpline: Helpline) -> Contacts:
    return Contacts(helpline.database, helpline.clock, helpline.bell)


def talk(helpline: Helpline, note: str = "called from a neighbour's phone", who: str = "person", ago: int = 0) -> Talk:
    return Talk("phone", "they", who, helpline.clock.now() - timedelta(minutes=ago), note)


def test_recorded_contact_is_held_and_nothing_can_be_sent(
    helpline: Helpline, contacts: Contacts, counsellor: int
) -> None:
    told = NewContact(talk(helpline), Level.URGENT, "az", "child", "11-14", "barda")
    case = contacts.record(counsellor, told)
    held = helpline.case()
    assert held is not None
    assert (held.id, held.holder, held.level) == (case, counsellor, Level.URGENT)
    assert helpline.conversation().profile == Profile("child", "11-14", "barda")
    with pytest.raises(NoWayToWrite):
        helpline.desk.reply(case, counsellor, "salam", "k")
    helpline.close(case, counsellor)
    with helpline.database.reading() as db:
        assert db.execute(select(outbox)).all() == []
        assert db.execute(select(messages)).all() == []
        (row,) = db.execute(select(talks)).mappings()
        assert db.scalar(select(cases.c.source)) == "phone"
    assert b"neighbour" not in row["note"]


def test_recorded_contact_handed_back_and_taken_waits_for_no_word(
    helpline: Helpline, contacts: Contacts, counsellor: int
) -> None:
    case = contacts.record(counsellor, NewContact(talk(helpline), Level.URGENT))
    helpline.desk.hand_back(case, counsellor)
    helpline.desk.take(case, helpline.add_counsellor("counsellor-2"))
    helpline.pass_(minutes=30)
    assert [what for what in helpline.sweep() if what in ("held_unanswered", "claim_lapsed")] == []


def test_recorded_contact_given_to_a_colleague_waits_for_no_word(
    helpline: Helpline, contacts: Contacts, counsellor: int
) -> None:
    case = contacts.record(counsellor, NewContact(talk(helpline), Level.URGENT))
    helpline.desk.hand_back(case, counsellor)
    supervisor, colleague = account(9, Role.SUPERVISOR), helpline.add_counsellor("counsellor-2")
    helpline.on_shift(colleague)
    given = Reassigning(helpline.database, helpline.book, helpline.clock, helpline.bell)
    given.to_colleague(case, supervisor, colleague, ReassignReason.LOAD)
    helpline.pass_(minutes=30)
    assert [what for what in helpline.sweep() if what in ("held_unanswered", "claim_lapsed")] == []


@pytest.mark.parametrize("how", ["recorded", "reopened"])
def test_case_in_which_nobody_waits_for_a_word_stays_with_its_holder(
    helpline: Helpline, contacts: Contacts, counsellor: int, how: str
) -> None:
    case = contacts.record(counsellor, NewContact(talk(helpline), Level.URGENT))
    if how == "reopened":
        helpline.close(case, counsellor)
        Resting(helpline.database, helpline.clock, helpline.bell).reopen(case, account(counsellor), "called again")
    helpline.pass_(minutes=30)
    helpline.sweep()
    assert state(helpline) == "held"


def test_two_recorded_contacts_are_two_people(helpline: Helpline, contacts: Contacts, counsellor: int) -> None:
    for _ in range(2):
        contacts.record(counsellor, NewContact(talk(helpline), Level.CONCERN))
    assert helpline.conversation(1).pseudonym != helpline.conversation(2).pseudonym


@pytest.mark.parametrize(
    ("note", "ago", "error"), [(" ", 0, NothingSaid), ("said", -5, NotInThePast)], ids=["no word", "to come"]
)
def test_contact_without_word_or_time_is_refused(
    helpline: Helpline, contacts: Contacts, counsellor: int, note: str, ago: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        contacts.record(counsellor, NewContact(talk(helpline, note, ago=ago), Level.CONCERN))
    assert helpline.database.reading().__enter__().scalar(select(cases.c.id)) is None


@pytest.mark.parametrize(("who", "answered"), [("person", True), ("school", False)])
def test_talk_answers_the_person_only_when_it_was_with_them(
    urgent: Helpline, contacts: Contacts, counsellor: int, who: str, answered: bool
) -> None:
    urgent.say("burdasan?")
    contacts.talked(1, counsellor, talk(urgent, who=who))
    urgent.pass_(minutes=6)
    assert (urgent.sweep().get("held_unanswered") is None) is answered


def test_talk_is_not_written_beside_a_case_of_somebody_else(
    urgent: Helpline, contacts: Contacts, counsellor: int
) -> None:
    with pytest.raises(NotFound):
        contacts.talked(1, urgent.add_counsellor("counsellor-2"), talk(urgent))


# --- erasure


def test_erasure_leaves_counts_of_a_wrap_up_and_no_word(
    urgent: Helpline, contacts: Contacts, counsellor: int, resting: Resting
) -> None:
    contacts.talked(1, counsellor, talk(urgent))
    urgent.desk.note(1, counsellor, "remember")
    resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=1), "call the aunt")
    fields = {"gender": ("girl",)}
    urgent.closing.save(1, counsellor, WrapUp("child_about_self", WRAPPED_UP.issues, fields, "a summary"))
    colleague = urgent.add_counsellor("counsellor-2")
    number = urgent.closing.ask(1, counsellor, CloseReason.HELPED, SAFE, colleague)
    urgent.closing.refuse(number, colleague, "not yet")
    with urgent.database.unit() as unit:
        unit.erase(1, urgent.clock.now())
    with urgent.database.reading() as db:
        whole = db.execute(select(wrap_ups.c.call_type, wrap_ups.c.fields, wrap_ups.c.summary)).one()
        issue = db.execute(select(issues.c.category, issues.c.subcategory, issues.c.about)).one()
        texts = [
            db.scalar(select(column)) for column in (talks.c.note, sign_offs.c.why, notes.c.body, cases.c.next_step)
        ]
    assert tuple(whole) == ("child_about_self", "{}", None)
    assert tuple(issue) == ("violence", None, None)
    assert texts == [None] * 4
