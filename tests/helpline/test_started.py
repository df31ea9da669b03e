"""What we start is looked at once more at the moment of sending: hours, STOP, a disclosure, a case, one a day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from helpline.conversations import NewOut
from helpline.messages import SendFailed
from helpline.starting import FIRST_HOUR, opens_at
from store.tables import conversations, outbox
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

NOON = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # 12:00 in Baku
NIGHT = datetime(2026, 11, 2, 19, 30, tzinfo=UTC)  # 23:30 in Baku
MORNING = datetime(2026, 11, 3, 4, 0, tzinfo=UTC)  # 8:00 in Baku


@pytest.fixture
def known(helpline: Helpline) -> Helpline:
    """Somebody wrote an hour ago, and a subscription is theirs."""
    helpline.clock.time = NOON
    helpline.say("salam")
    helpline.pass_(hours=1)
    _set(helpline, tips_since=NOON, phone="own")
    return helpline


def _set(helpline: Helpline, **values: object) -> None:
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).where(conversations.c.id == 1).values(**values))


def _start(helpline: Helpline, origin: str = "tip:1:P07", *texts: str) -> None:
    choices = (("item:P07", "Oxumaq"),)
    outs = tuple(NewOut(text, choices, says="tip_neutral") for text in texts or ("Yeni mesaj var.",))
    with helpline.database.unit() as unit:
        unit.put_started(1, outs, helpline.clock.now(), origin, due_at=helpline.clock.now())


def _last(helpline: Helpline) -> tuple[str, str | None, int, datetime]:
    with helpline.database.reading() as db:
        row = db.execute(select(outbox).order_by(outbox.c.id.desc()).limit(1)).one()
    return row.state, row.code, row.attempts, row.due_at


def test_started_goes_out_in_the_window_and_a_digit_means_what_it_offered(known: Helpline) -> None:
    _start(known)
    assert known.send_all() == ["Yeni mesaj var."]
    assert known.conversation().open_choices == ("item:P07",)
    assert known.conversation().discretion.started_at == known.clock.now()
    known.say("1")
    assert known.dialogue.asked[-1].choice == "item:P07"


def test_started_at_night_waits_for_the_morning_and_counts_no_attempt(known: Helpline) -> None:
    known.clock.time = NIGHT
    _start(known)
    assert known.send_all() == []
    assert _last(known) == ("waiting", "window", 0, MORNING)
    known.clock.time = MORNING
    assert known.send_all() == ["Yeni mesaj var."]


def test_started_waits_for_the_window_that_the_person_gave(known: Helpline) -> None:
    _set(known, write_from=17, write_until=20)
    _start(known)
    assert known.send_all() == []
    assert _last(known)[:2] == ("waiting", "window")
    assert _last(known)[3] == datetime(2026, 11, 2, 13, 0, tzinfo=UTC)


def test_started_waits_while_the_person_is_in_the_middle_of_something(known: Helpline) -> None:
    known.say("menu")
    _start(known)
    assert known.send_all() == []
    assert _last(known)[:2] == ("waiting", "talking")
    known.pass_(minutes=10)
    assert known.send_all() == ["Yeni mesaj var."]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"bulk_stopped": True}, "stopped"),
        ({"tips_since": None}, "stopped"),
        ({"quiet": True}, "disclosure"),
        ({"phone": "shared"}, "phone"),
        ({"write_from": 9, "write_until": 9}, "window"),
    ],
    ids=["stopped", "no longer a subscriber", "quiet after a disclosure", "somebody else's phone", "never write first"],
)
def test_started_is_cancelled_for_one_who_is(known: Helpline, values: dict[str, object], code: str) -> None:
    _start(known)
    _set(known, **values)
    assert known.send_one().outcome == "cancelled"
    assert _last(known)[:2] == ("cancelled", code)


def test_started_goes_to_a_shared_phone_that_agreed(known: Helpline) -> None:
    _set(known, phone="shared", shared_agreed=True)
    _start(known)
    assert known.send_all() == ["Yeni mesaj var."]


def test_lesson_needs_no_subscription_to_tips(known: Helpline) -> None:
    _set(known, tips_since=None)
    known.lesson_waits()
    _start(known, "lesson:1:2")
    assert known.send_all() == ["Yeni mesaj var."]


def test_second_start_of_a_day_is_cancelled_and_its_own_second_message_is_not(known: Helpline) -> None:
    known.lesson_waits()
    _start(known, "lesson:1:2", "one", "two")
    assert known.send_all() == ["one", "two"]
    _start(known, "tip:1:P08")
    assert known.send_all() == []
    assert _last(known)[:2] == ("cancelled", "daily")
    known.pass_(hours=20)
    _start(known, "tip:1:P09")
    assert known.send_all() == ["Yeni mesaj var."]


def test_stop_between_putting_and_sending_ends_it_and_the_subscription(known: Helpline) -> None:
    _start(known)
    assert known.say("STOP") == known.text("stop_ack", register="adult")
    assert _last(known)[0] == "sent"
    known.pass_(hours=1)
    assert known.send_all() == []
    assert _states(known) == [("cancelled", "stopped")]
    assert known.conversation().discretion.tips_since is None


def _states(helpline: Helpline) -> list[tuple[str, str | None]]:
    with helpline.database.reading() as db:
        query = select(outbox.c.state, outbox.c.code).where(outbox.c.lane == 2).order_by(outbox.c.id)
        return [(row.state, row.code) for row in db.execute(query)]


@pytest.mark.parametrize(
    ("level", "code"), [(Level.CONCERN, "disclosure"), (Level.URGENT, "case")], ids=["a concern", "urgent"]
)
def test_disclosure_between_putting_and_sending_ends_it(known: Helpline, level: Level, code: str) -> None:
    _start(known)
    known.finds("atam məni döyür", finding(level, Risk.PHYSICAL_VIOLENCE))
    known.receive("atam məni döyür")
    known.take()
    known.pass_(minutes=20)
    known.send_all()
    assert _states(known) == [("cancelled", code)]


def test_disclosure_of_the_last_ninety_days_keeps_tips_back_and_an_older_one_does_not(known: Helpline) -> None:
    known.finds("evdə qışqırırlar", finding(Level.CONCERN, Risk.EMOTIONAL_DISTRESS))
    known.say("evdə qışqırırlar")
    known.pass_(days=89)
    _start(known, "tip:1:P01")
    known.send_all()
    known.pass_(days=2)
    _start(known, "tip:1:P02")
    known.send_all()
    assert _states(known) == [("cancelled", "disclosure"), ("sent", None)]


def test_started_that_lay_for_a_week_is_cancelled(known: Helpline) -> None:
    _start(known)
    known.pass_(days=7, hours=1)
    assert known.send_one().code == "stale"


def test_blocked_subscriber_is_none_any_more(known: Helpline) -> None:
    _start(known)
    known.channels["telegram"].script = [SendFailed("403", retryable=False, stops_sender=True)]
    assert known.send_one().outcome == "failed"
    assert known.conversation().discretion.tips_since is None


def test_started_that_waited_a_day_for_its_window_is_tried_more_than_once(known: Helpline) -> None:
    _start(known)
    known.pass_(hours=25)
    known.channels["telegram"].script = [SendFailed("502", retryable=True)]
    assert known.send_one().outcome == "retry"


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 11, 2, 3, 59, tzinfo=UTC), datetime(2026, 11, 2, 4, 0, tzinfo=UTC)),
        (datetime(2026, 11, 2, 4, 0, tzinfo=UTC), datetime(2026, 11, 2, 4, 0, tzinfo=UTC)),
        (datetime(2026, 11, 2, 17, 59, tzinfo=UTC), datetime(2026, 11, 2, 17, 59, tzinfo=UTC)),
        (datetime(2026, 11, 2, 18, 0, tzinfo=UTC), datetime(2026, 11, 3, 4, 0, tzinfo=UTC)),
        (datetime(2026, 11, 2, 20, 0, tzinfo=UTC), datetime(2026, 11, 3, 4, 0, tzinfo=UTC)),
    ],
    ids=["a minute before eight", "eight", "a minute before ten", "ten in the evening", "midnight"],
)
def test_window_of_everybody_opens(known: Helpline, now: datetime, opens: datetime) -> None:
    assert FIRST_HOUR == 8
    assert opens_at(now, known.conversation().discretion) == opens


@pytest.mark.parametrize(
    ("channel", "address", "text", "parts"),
    [
        ("sms_twilio", "+994500000001", "ə" * 70, 1),
        ("sms_twilio", "+994500000001", "ə" * 71, 2),
        ("sms_twilio", "+994500000001", "a" * 160, 1),
        ("telegram", "700000001", "ə" * 71, None),
    ],
    ids=["one", "a letter more", "Latin letters", "no SMS"],
)
def test_parts_are_counted_when_a_message_is_put_in(
    helpline: Helpline, channel: str, address: str, text: str, parts: int | None
) -> None:
    with helpline.database.unit() as unit:
        conversation = unit.open_conversation(channel, address, helpline.clock.now())
        unit.put_out(conversation.id, (NewOut(text),), helpline.clock.now(), "reply:1")
        unit.put_started(
            conversation.id, (NewOut(text),), helpline.clock.now(), "tip:1:P07", due_at=helpline.clock.now()
        )
        unit.put_alert(channel, address, text, helpline.clock.now(), "alert:1")
    with helpline.database.reading() as db:
        assert db.scalars(select(outbox.c.parts)).all() == [parts, parts, parts]
