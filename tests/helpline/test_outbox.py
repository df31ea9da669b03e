"""What becomes of a message after each thing a vendor can say."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from helpline.conversations import Lane, NewOut
from helpline.messages import DeliveryReport, DeliveryState, SendFailed
from helpline.outbox import backoff
from helpline.ports import LeaseLost
from store.tables import cases, outbox
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk


def _queue(helpline: Helpline, *texts: str, lane: Lane = Lane.REPLY, origin: str = "test:1") -> None:
    outs = tuple(NewOut(text, lane=lane) for text in texts)
    with helpline.database.unit() as unit:
        conversation = unit.open_conversation("telegram", "700000001", helpline.clock.now())
        unit.put_out(conversation.id, outs, helpline.clock.now(), origin)


def _states(helpline: Helpline) -> list[tuple[str, str | None]]:
    with helpline.database.reading() as db:
        rows = db.execute(select(outbox.c.state, outbox.c.code).order_by(outbox.c.id)).all()
    return [(row.state, row.code) for row in rows]


def test_outbox_sends_a_conversation_in_order(helpline: Helpline) -> None:
    _queue(helpline, "one", "two", "three")
    assert helpline.send_all() == ["one", "two", "three"]


def test_outbox_second_message_waits_for_the_first(helpline: Helpline) -> None:
    _queue(helpline, "one", "two")
    helpline.channels["telegram"].script = [SendFailed("502", retryable=True)]
    assert helpline.send_one().outcome == "retry"
    assert helpline.lease() is None
    helpline.pass_(seconds=11)
    assert helpline.send_all() == ["one", "two"]


def test_outbox_same_cause_puts_in_once(helpline: Helpline) -> None:
    _queue(helpline, "one")
    _queue(helpline, "one")
    assert helpline.send_all() == ["one"]


def test_outbox_replies_go_before_bulk(helpline: Helpline) -> None:
    _queue(helpline, "tip", lane=Lane.BULK, origin="bulk:1")
    _queue(helpline, "reply", origin="reply:1")
    assert helpline.send_all() == ["reply", "tip"]


@pytest.mark.parametrize(
    ("failed", "state", "wait"),
    [
        (SendFailed("429", retryable=True, retry_after=17), ("waiting", "429"), 17),
        (SendFailed("502", retryable=True), ("waiting", "502"), 10),
        (SendFailed("network", retryable=True), ("waiting", "network"), 10),
        (SendFailed("400", retryable=False), ("failed", "400"), None),
        (SendFailed("403", retryable=False, stops_sender=True), ("failed", "403"), None),
        (SendFailed("21610", retryable=False, stops_sender=True), ("failed", "21610"), None),
    ],
    ids=["too many waits as told", "server error", "network", "bad request fails at once", "blocked", "opted out"],
)
def test_outbox_failure_leads_to(
    helpline: Helpline, failed: SendFailed, state: tuple[str, str], wait: int | None
) -> None:
    _queue(helpline, "one")
    helpline.channels["telegram"].script = [failed]
    helpline.send_one()
    assert _states(helpline) == [state]
    if wait is not None:
        helpline.pass_(seconds=wait - 1)
        assert helpline.lease() is None
        helpline.pass_(seconds=2)
        assert helpline.send_all() == ["one"]


def test_outbox_blocked_sender_gets_nothing_more_and_the_case_shows_it(helpline: Helpline) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.receive("atam məni döyür")
    helpline.take()
    helpline.channels["telegram"].script = [SendFailed("403", retryable=False, stops_sender=True)]
    alert = helpline.lease()
    assert alert is not None
    helpline.channels["telegram"].script = [SendFailed("403", retryable=False, stops_sender=True)]
    helpline.send_one()
    assert helpline.lease() is None
    assert [state for state, _ in _states(helpline)] == ["failed", "cancelled", "sending"]
    with helpline.database.reading() as db:
        assert db.scalar(select(cases.c.undelivered_code)) == "403"


def test_outbox_gives_up_after_a_day(helpline: Helpline) -> None:
    _queue(helpline, "one")
    helpline.pass_(hours=25)
    helpline.channels["telegram"].script = [SendFailed("network", retryable=True)]
    assert helpline.send_one().outcome == "failed"


def test_outbox_reply_after_ten_minutes_becomes_a_neutral_line(helpline: Helpline) -> None:
    helpline.say("salam")
    helpline.pass_(minutes=11)
    _queue(helpline, "a word of help", "more of it", origin="late:1")
    assert helpline.send_all() == helpline.text("waiting_neutral", register="adult")
    helpline.receive("1")
    helpline.take()
    assert helpline.send_all()[:2] == ["a word of help", "more of it"]


def test_outbox_row_of_a_killed_sender_is_sent_again_after_its_lease(helpline: Helpline) -> None:
    _queue(helpline, "one")
    abandoned = helpline.lease()
    assert abandoned is not None
    helpline.pass_(seconds=61)
    assert helpline.send_all() == ["one"]
    with pytest.raises(LeaseLost), helpline.database.unit() as unit:
        unit.retry_out(abandoned, helpline.clock.now(), "late", helpline.clock.now())


def test_outbox_undelivered_report_flags_the_case(helpline: Helpline) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("atam məni döyür", channel="sms_twilio", address="+994500000001")
    report = DeliveryReport("sms_twilio", "vendor-1", DeliveryState.UNDELIVERED, "30003")
    with helpline.database.unit() as unit:
        unit.record_delivery(report, helpline.clock.now())
    with helpline.database.reading() as db:
        assert db.scalar(select(cases.c.undelivered_code)) == "30003"


@pytest.mark.parametrize(
    ("attempts", "retry_after", "seconds"),
    [(1, None, 10), (2, None, 20), (3, None, 40), (20, None, 900), (1, 42.0, 42)],
    ids=["first", "second", "third", "never longer than a quarter of an hour", "as the vendor says"],
)
def test_backoff_waits(attempts: int, retry_after: float | None, seconds: float) -> None:
    assert backoff(attempts, retry_after).total_seconds() == seconds
