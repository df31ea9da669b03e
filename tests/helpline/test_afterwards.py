"""Did talking with us help: asked once, where it is safe, and kept of nobody."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from helpline.cases import CloseReason
from helpline.conversations import Lane
from store.supervision_review_pages import helped
from store.supervision_tables import contact_answers
from store.tables import case_events, cases, conversations, outbox
from tests.fakes import finding
from tests.helpline.closed_cases import close
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

HARM = "atam məni döyür"


def contact(helpline: Helpline, counsellor: int, channel: str = "telegram", phone: str | None = "own") -> None:
    """Somebody talked with a counsellor, and the case was closed."""
    helpline.finds(HARM, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("insan", channel=channel)
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).values(phone=phone))
    helpline.desk.take(1, counsellor)
    helpline.desk.reply(1, counsellor, "buradayam", "k")
    close(helpline, 1, counsellor, CloseReason.HELPED)
    helpline.send_all()


@pytest.fixture
def closed(helpline: Helpline, counsellor: int) -> Helpline:
    contact(helpline, counsellor)
    return helpline


def started(helpline: Helpline) -> list[str]:
    with helpline.database.reading() as db:
        return list(db.scalars(select(outbox.c.state).where(outbox.c.lane == Lane.BULK.value)))


def answers(helpline: Helpline) -> list[tuple[str, int, str, str]]:
    with helpline.database.reading() as db:
        return [(row.week, row.level, row.form, row.answer) for row in db.execute(select(contact_answers))]


def asked(helpline: Helpline, hours: int = 25) -> list[str]:
    helpline.pass_(hours=hours)
    helpline.sweep()
    return helpline.send_all()


def test_question_begins_with_a_neutral_line(closed: Helpline) -> None:
    assert asked(closed) == closed.text("after_neutral")
    assert closed.press("after:open") == closed.text("after_question", register="adult")


def test_nobody_is_asked_before_the_time_nor_twice(closed: Helpline) -> None:
    assert asked(closed, 23) == []
    assert asked(closed, 2) == closed.text("after_neutral")
    assert asked(closed, 48) == []


@pytest.mark.parametrize("answer", ["yes", "partly", "no"])
def test_answer_is_counted_by_week_and_level_without_its_person(closed: Helpline, answer: str) -> None:
    asked(closed)
    closed.press("after:open")
    for _ in range(2):
        closed.press(f"after:{answer}")
    assert answers(closed) == [("2026-W45", Level.CONCERN, "telegram", answer)]
    with closed.database.reading() as db:
        assert list(db.scalars(select(case_events.c.detail).where(case_events.c.what == "after_over"))) == ["{}"]


@pytest.mark.parametrize(
    ("typed", "answer"), [("1", "yes"), ("2", "partly"), ("3", "no"), ("hə", "yes"), ("помогло", "yes")]
)
def test_answer_by_sms_is_a_digit_or_a_word(helpline: Helpline, counsellor: int, typed: str, answer: str) -> None:
    contact(helpline, counsellor, "sms_twilio")
    asked(helpline)
    helpline.say("1", channel="sms_twilio")
    helpline.say(typed, channel="sms_twilio")
    assert [row[-1] for row in answers(helpline)] == [answer]


def test_who_says_zero_is_never_asked_again(helpline: Helpline, counsellor: int) -> None:
    contact(helpline, counsellor, "sms_twilio")
    asked(helpline)
    helpline.say("1", channel="sms_twilio")
    assert helpline.say("0", channel="sms_twilio") == helpline.text("after_never", register="adult", channel="sms")
    helpline.on_shift(counsellor)
    helpline.say("insan", channel="sms_twilio")
    helpline.desk.take(2, counsellor)
    helpline.desk.reply(2, counsellor, "buradayam", "k")
    close(helpline, 2, counsellor, CloseReason.HELPED)
    helpline.send_all()
    assert (asked(helpline, 48), answers(helpline)) == ([], [])


def test_harm_told_instead_of_an_answer_is_answered_as_harm(closed: Helpline) -> None:
    asked(closed)
    closed.press("after:open")
    closed.say(HARM)
    case = closed.case()
    assert case is not None
    assert (case.level, answers(closed)) == (Level.URGENT, [])


def test_who_says_no_is_offered_a_person(closed: Helpline) -> None:
    asked(closed)
    closed.press("after:open")
    closed.press("after:no")
    assert closed.conversation().open_choices == ("person", "menu")


@pytest.mark.parametrize(
    "changes",
    [
        {"phone": None},
        {"phone": "shared"},
        {"hidden": True},
        {"erasure": True},
        {"stopped": True},
        {"declined": True},
        {"reason": "false_alarm"},
        {"level": Level.EMERGENCY},
    ],
    ids=["phone not told", "shared phone", "hidden", "erasure", "stop", "declined", "no contact", "an emergency"],
)
def test_nobody_is_asked_where_it_is_not_safe(closed: Helpline, changes: dict[str, object]) -> None:
    now = closed.clock.now()
    person = {
        "phone": changes.get("phone", "own"),
        "hidden_at": now if "hidden" in changes else None,
        "erasure_requested_at": now if "erasure" in changes else None,
        "bulk_stopped": "stopped" in changes,
    }
    case = {
        "declined": "declined" in changes,
        "close_reason": changes.get("reason", "helped"),
        "level": int(str(int(changes.get("level", Level.CONCERN)))),  # type: ignore[call-overload]  # a Level
    }
    with closed.database.engine.begin() as db:
        db.execute(update(conversations).values(**person))
        db.execute(update(cases).values(**case))
    assert (asked(closed, 73), started(closed)) == ([], [])


def test_nobody_is_asked_who_no_counsellor_answered(helpline: Helpline, counsellor: int) -> None:
    helpline.say("insan")
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).values(phone="own"))
    helpline.desk.take(1, counsellor)
    close(helpline, 1, counsellor, CloseReason.HELPED)
    helpline.send_all()
    assert asked(helpline) == []


def test_nobody_is_asked_weeks_later(closed: Helpline) -> None:
    assert asked(closed, 24 * 15) == []


def test_line_that_is_about_to_leave_is_held_back_by_a_new_case(closed: Helpline) -> None:
    closed.pass_(hours=25)
    closed.sweep()
    closed.receive("insan")
    closed.take()
    closed.send_all()
    assert started(closed) == ["cancelled"]


def test_line_waits_for_the_persons_hours(helpline: Helpline, counsellor: int) -> None:
    contact(helpline, counsellor)
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).values(write_from=18, write_until=22))
    assert asked(helpline) == []
    helpline.pass_(hours=4)
    assert helpline.send_all() == helpline.text("after_neutral")


def test_answers_of_a_few_are_not_shown(helpline: Helpline) -> None:
    with helpline.database.unit() as unit:
        for answer in ("yes", "yes", "partly", "no"):
            unit.add_contact_answer("2026-W44", Level.CONCERN, "sms", answer)
    with helpline.database.reading() as db:
        assert helped(db) == []
    with helpline.database.unit() as unit:
        unit.add_contact_answer("2026-W44", Level.CONCERN, "telegram", "yes")
    with helpline.database.reading() as db:
        assert [dict(one.counts) for one in helped(db)] == [{"no": 1, "partly": 1, "yes": 3}]
