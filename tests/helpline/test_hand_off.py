"""A guide that ends with a person: the case, its due time, the alert, what is told, and what the counsellor gets to see."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from helpline.conversations import CaseState
from helpline.hand_off import HandOff, asked
from store.tables import case_events
from tests.fakes import finding, says
from tests.helpline.harness import DUTY, Helpline
from triage.taxonomy import Level, Risk
from wire import Ask, TurnRequest, TurnResult

VALUES = {"reason": "report", "level": "concern", "due": "120", "answers": "child_danger:no child_place:barda"}


def answers(**changed: str) -> Callable[[TurnRequest], TurnResult]:
    def answer(request: TurnRequest) -> TurnResult:
        return says("guide_help_now_end", asks=(Ask("hand_off", {**VALUES, **changed}),))

    return answer


def guided(helpline: Helpline) -> list[dict[str, object]]:
    with helpline.database.reading() as db:
        rows = db.execute(case_events.select().where(case_events.c.what == "guided").order_by(case_events.c.id))
        return [json.loads(row.detail) for row in rows]


def alerts(helpline: Helpline) -> int:
    return sum(out.address == DUTY for out in helpline.channels["telegram"].sent)


@pytest.mark.parametrize(
    ("level", "due", "opened", "minutes"),
    [
        ("concern", "15", Level.CONCERN, 15),
        ("concern", "120", Level.CONCERN, 120),
        ("emergency", "2", Level.EMERGENCY, 2),
    ],
)
def test_hand_off_opens_a_case_that_is_due_when_the_guide_says(
    helpline: Helpline, level: str, due: str, opened: Level, minutes: int
) -> None:
    helpline.dialogue.answer = answers(level=level, due=due)
    helpline.say("salam")
    case = helpline.case()
    assert case is not None
    assert (case.level, case.due_at - case.opened_at) == (opened, timedelta(minutes=minutes))
    assert helpline.conversation().level is opened


def test_answers_lie_in_the_case_as_codes_and_nothing_else(helpline: Helpline) -> None:
    helpline.dialogue.answer = answers(answers="child_danger:no qonşum_döyür Bərdə child_place:barda x:y:z")
    helpline.say("salam")
    assert guided(helpline) == [{"guide": "report", "answers": ["child_danger:no", "child_place:barda"]}]


@pytest.mark.parametrize(
    ("changed", "handed"),
    [
        ({"level": "none"}, HandOff("report", Level.CONCERN, timedelta(minutes=120), (), False)),
        ({"due": "soon"}, HandOff("report", Level.CONCERN, timedelta(hours=24), (), False)),
        ({"due": "9999"}, HandOff("report", Level.CONCERN, timedelta(hours=24), (), False)),
        ({"reason": "Анна"}, HandOff("unknown", Level.CONCERN, timedelta(minutes=120), (), False)),
        ({"declined": "yes"}, HandOff("report", Level.CONCERN, timedelta(minutes=120), (), True)),
        (
            {"declined": "yes", "level": "emergency", "due": "2"},
            HandOff("report", Level.EMERGENCY, timedelta(minutes=2), (), False),
        ),
    ],
    ids=str,
)
def test_hand_off_that_cannot_be_read_in_full_still_is_one(changed: dict[str, str], handed: HandOff) -> None:
    assert asked((Ask("hand_off", {**VALUES, "answers": "", **changed}),)) == handed


def test_no_ask_is_no_hand_off() -> None:
    assert asked((Ask("remember", {"audience": "child"}),)) is None


@pytest.mark.parametrize(("shift", "key"), [(True, "handed_staffed"), (False, "handed_unstaffed")])
def test_person_is_told_truthfully_whether_anybody_is_there(helpline: Helpline, shift: bool, key: str) -> None:
    if shift:
        helpline.on_shift(helpline.add_counsellor("counsellor-9"))
    helpline.dialogue.answer = answers()
    assert helpline.say("salam")[-1:] == helpline.text(key, register="adult")


@pytest.mark.parametrize(("shift", "key"), [(True, "emergency_staffed"), (False, "emergency_unstaffed")])
def test_emergency_of_a_guide_says_what_an_emergency_says(helpline: Helpline, shift: bool, key: str) -> None:
    if shift:
        helpline.on_shift(helpline.add_counsellor("counsellor-9"))
    helpline.dialogue.answer = answers(level="emergency", due="2")
    assert helpline.say("salam")[-1:] == helpline.text(key, register="adult")
    assert helpline.conversation().quiet


def test_who_does_not_want_to_be_written_to_is_not_and_the_case_says_so(helpline: Helpline) -> None:
    helpline.dialogue.answer = answers(declined="yes")
    assert helpline.say("salam")[-1:] == helpline.text("decline_ack", register="adult")
    case = helpline.case()
    assert case is not None
    assert case.declined


def test_counsellors_are_alerted_once_for_the_same_hand_off(helpline: Helpline) -> None:
    helpline.dialogue.answer = answers()
    for _ in range(3):
        helpline.say("salam")
    assert alerts(helpline) == 1
    assert len(guided(helpline)) == 3


def test_open_case_is_raised_and_due_sooner_but_never_lowered_or_later(helpline: Helpline) -> None:
    due = []
    for level, minutes in (
        ("concern", "120"),
        ("concern", "15"),
        ("concern", "120"),
        ("emergency", "2"),
        ("concern", "15"),
    ):
        helpline.dialogue.answer = answers(level=level, due=minutes)
        helpline.press("answer:may_write:yes")
        case = helpline.case()
        assert case is not None
        due.append((case.level, case.due_at - case.opened_at))
    two, quarter, hours = timedelta(minutes=2), timedelta(minutes=15), timedelta(minutes=120)
    assert due == [
        (Level.CONCERN, hours),
        (Level.CONCERN, quarter),
        (Level.CONCERN, quarter),
        (Level.EMERGENCY, two),
        (Level.EMERGENCY, two),
    ]


def test_disclosure_in_the_middle_of_a_guide_goes_first(helpline: Helpline) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.dialogue.answer = answers()
    helpline.say("atam məni döyür")
    case = helpline.case()
    assert case is not None
    assert (case.level, helpline.dialogue.asked) == (Level.URGENT, [])


def test_guide_is_silent_while_a_counsellor_holds_the_case(helpline: Helpline) -> None:
    helpline.dialogue.answer = answers()
    helpline.say("salam")
    helpline.desk.take(1, helpline.add_counsellor("counsellor-9"))
    helpline.send_all()
    assert helpline.press("answer:may_write:yes") == []
    case = helpline.case()
    assert case is not None
    assert (case.state, len(guided(helpline))) == (CaseState.HELD, 1)


@pytest.mark.parametrize(("word", "choice"), [("сообщить", "guide:report"), ("INDI KOMEK", "guide:help_now")])
def test_word_for_a_guide_is_its_choice(helpline: Helpline, word: str, choice: str) -> None:
    helpline.say(word)
    assert helpline.dialogue.asked[-1].choice == choice


def test_panic_word_ends_a_guide_so_that_nobody_else_is_asked(helpline: Helpline) -> None:
    helpline.say("salam")
    assert helpline.conversation().dialogue is not None
    helpline.say("çıx")
    assert helpline.conversation().dialogue is None


@pytest.fixture
def unwritten(helpline: Helpline, counsellor: int) -> Helpline:
    """A case whose person asked not to be written to."""
    helpline.dialogue.answer = answers(declined="yes")
    helpline.say("salam")
    return helpline


def test_who_does_not_want_to_be_written_to_hears_nothing_of_what_becomes_of_the_case(
    unwritten: Helpline, counsellor: int
) -> None:
    unwritten.desk.take(1, counsellor)
    unwritten.desk.hand_back(1, counsellor)
    unwritten.desk.take(1, counsellor)
    unwritten.pass_(minutes=6)
    assert unwritten.sweep()["claim_lapsed"] == 1
    unwritten.desk.take(1, counsellor)
    unwritten.close(1, counsellor)
    assert unwritten.send_all() == []


def test_who_asks_for_somebody_after_all_is_told_that_they_came(unwritten: Helpline, counsellor: int) -> None:
    unwritten.press("person")
    unwritten.desk.take(1, counsellor)
    assert unwritten.send_all() == unwritten.text("counsellor_here", register="adult")
