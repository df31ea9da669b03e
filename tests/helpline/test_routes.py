"""Whoever writes by SMS is one person on every route, and is answered by the route that they came by last."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from helpline.conversations import NewOut, OutState
from helpline.messages import DeliveryReport, DeliveryState, SendFailed
from helpline.outbox import LEASE, send_leased
from helpline.routes import channel_of, link_of, network
from store.sms_tables import sent_parts
from store.tables import cases, conversations, outbox, senders
from tests.fakes import FakeChannel, finding
from tests.helpline.harness import Helpline, _run
from triage.taxonomy import Level, Risk

PERSON = "+994500000001"
TWILIO = {"channel": "sms_twilio", "address": PERSON}
AZERCELL = {"channel": "sms_smpp", "address": PERSON, "route": "sms_smpp/azercell"}
NAR = {"channel": "sms_smpp", "address": PERSON, "route": "sms_smpp/nar"}
LONG = "Salam, bu uzun bir mesajdır və bir neçə hissədə gedir. " * 3


@pytest.mark.parametrize(
    ("channel", "its"),
    [
        ("sms_smpp", "sms"),
        ("sms_http", "sms"),
        ("sms_twilio", "sms"),
        ("sms_simulator", "sms_simulator"),
        ("telegram", "telegram"),
    ],
)
def test_channel_belongs_to_its_network(channel: str, its: str) -> None:
    assert network(channel) == its


def test_route_has_its_channel_and_link() -> None:
    assert (channel_of("sms_smpp/nar"), link_of("sms_smpp/nar")) == ("sms_smpp", "nar")
    assert (channel_of("sms_twilio"), link_of("sms_twilio"), link_of(None)) == ("sms_twilio", None, None)


@pytest.fixture
def everywhere(helpline: Helpline) -> Helpline:
    helpline.channels["sms_smpp"] = FakeChannel("sms_smpp")
    return helpline


def how_many(helpline: Helpline, table: object) -> int:
    with helpline.database.reading() as db:
        return int(db.scalar(select(func.count()).select_from(table)) or 0)  # type: ignore[arg-type]


def test_number_is_one_conversation_whatever_way_it_comes(everywhere: Helpline) -> None:
    for way in (TWILIO, AZERCELL, NAR):
        everywhere.say("salam", **way)
    assert (how_many(everywhere, senders), how_many(everywhere, conversations)) == (1, 1)


def test_answer_leaves_by_the_last_way(everywhere: Helpline) -> None:
    for way, channel, route in (
        (AZERCELL, "sms_smpp", "sms_smpp/azercell"),
        (NAR, "sms_smpp", "sms_smpp/nar"),
        (TWILIO, "sms_twilio", "sms_twilio"),
        (AZERCELL, "sms_smpp", "sms_smpp/azercell"),
    ):
        before = len(everywhere.channels[channel].sent)
        assert everywhere.say("salam", **way)
        assert {message.route for message in everywhere.channels[channel].sent[before:]} == {route}


def test_what_waits_moves_to_the_way_that_somebody_came_by(everywhere: Helpline) -> None:
    everywhere.say("salam", **TWILIO)
    with everywhere.database.unit() as unit:
        unit.put_out(1, (NewOut("cavab"),), everywhere.clock.now(), "test:1")
    everywhere.receive("buradayam", **AZERCELL)
    everywhere.send_all()
    assert "cavab" in [message.text for message in everywhere.channels["sms_smpp"].sent]


def test_case_stays_the_same_on_another_way(everywhere: Helpline) -> None:
    everywhere.finds("atam döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    everywhere.say("atam döyür", **TWILIO)
    everywhere.say("atam döyür", **AZERCELL)
    assert how_many(everywhere, cases) == 1


def test_person_of_the_time_of_one_channel_is_found_again(everywhere: Helpline) -> None:
    """Their hash was made with the channel's name, before routes were one network."""
    everywhere.say("salam", **TWILIO)
    then = everywhere.database.vault.lookup("sms_twilio", PERSON)
    with everywhere.database.engine.begin() as db:
        db.execute(update(senders).values(lookup=then))
    everywhere.say("salam", **AZERCELL)
    with everywhere.database.reading() as db:
        assert db.scalars(select(senders.c.lookup)).all() == [everywhere.database.vault.lookup("sms", PERSON)]


def test_telegram_person_of_the_same_number_is_another(everywhere: Helpline) -> None:
    everywhere.say("salam", **AZERCELL)
    everywhere.say("salam", channel="telegram", address=PERSON)
    assert how_many(everywhere, senders) == 2


def test_what_waits_for_a_channel_that_is_gone_leaves_by_another(everywhere: Helpline) -> None:
    everywhere.say("salam", **TWILIO)
    everywhere.say("salam", channel="sms_simulator", address=PERSON)
    with everywhere.database.unit() as unit:
        unit.put_out(1, (NewOut("cavab"),), everywhere.clock.now(), "test:1")
        unit.put_out(2, (NewOut("on the simulator's phone"),), everywhere.clock.now(), "test:2")
        assert unit.move_stranded(("sms_smpp",), "sms_smpp") == 1
    everywhere.send_all()
    assert [message.text for message in everywhere.channels["sms_smpp"].sent] == ["cavab"]
    with everywhere.database.reading() as db:
        assert db.execute(select(senders.c.route, senders.c.link).order_by(senders.c.id)).all() == [
            ("sms_smpp", None),
            (None, None),
        ]


# --- parts that are sent


def test_messages_of_a_person_have_references_of_their_own(everywhere: Helpline) -> None:
    everywhere.say("salam", **AZERCELL)
    sent = everywhere.channels["sms_smpp"].sent
    sent.clear()
    with everywhere.database.unit() as unit:
        unit.put_out(1, (NewOut(LONG), NewOut("qısa"), NewOut(LONG)), everywhere.clock.now(), "test:1")
    everywhere.send_all()
    first, _, second = (message.reference for message in sent)
    assert (second - first) % 256 == 1


def test_attempt_again_has_the_same_reference(everywhere: Helpline) -> None:
    everywhere.say("salam", **AZERCELL)
    channel = everywhere.channels["sms_smpp"]
    channel.script = [SendFailed("link-down", retryable=True, retry_after=3.0, alone=True)]
    seen: list[int] = []
    with everywhere.database.unit() as unit:
        unit.put_out(1, (NewOut(LONG),), everywhere.clock.now(), "test:1")
    for _ in range(2):
        out = everywhere.lease("sms_smpp")
        assert out is not None
        seen.append(out.reference)
        _run(send_leased(out, everywhere.sender))
        everywhere.clock.time += LEASE
    assert seen[0] == seen[1]


def sent_in_parts(helpline: Helpline) -> None:
    """A message whose two parts the operator knows as a:1 and a:2."""
    helpline.finds("atam döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("atam döyür", **AZERCELL)
    with helpline.database.unit() as unit:
        unit.put_out(1, (NewOut(LONG),), helpline.clock.now(), "test:1")
    out = helpline.lease("sms_smpp")
    assert out is not None
    with helpline.database.unit() as unit:
        unit.finish_out(out, OutState.SENT, helpline.clock.now(), vendor_ids=("a:1", "a:2"))


def report(helpline: Helpline, vendor_id: str, state: DeliveryState, **more: object) -> bool:
    with helpline.database.unit() as unit:
        found = DeliveryReport("sms_smpp", vendor_id, state, **more)  # type: ignore[arg-type]
        return unit.record_delivery(found, helpline.clock.now())


def delivery(helpline: Helpline) -> str | None:
    with helpline.database.reading() as db:
        return db.scalar(select(outbox.c.delivery).where(outbox.c.origin == "test:1:0"))


@pytest.mark.parametrize(
    ("states", "whole"),
    [
        (("delivered",), None),
        (("delivered", "delivered"), "delivered"),
        (("undelivered",), "undelivered"),
        (("undelivered", "delivered"), "undelivered"),
        (("delivered", "undelivered"), "undelivered"),
    ],
)
def test_message_arrived_when_all_its_parts_did(
    everywhere: Helpline, states: tuple[str, ...], whole: str | None
) -> None:
    sent_in_parts(everywhere)
    for number, state in enumerate(states, 1):
        assert report(everywhere, f"a:{number}", DeliveryState(state), code="021" if state == "undelivered" else None)
    assert delivery(everywhere) == whole
    with everywhere.database.reading() as db:
        flagged = db.scalar(select(cases.c.undelivered_code))
    assert flagged == ("021" if whole == "undelivered" else None)


def test_report_that_comes_before_our_commit_is_not_lost(everywhere: Helpline) -> None:
    everywhere.finds("atam döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    everywhere.say("atam döyür", **AZERCELL)
    early = DeliveryReport("sms_smpp", "a:2", DeliveryState.UNDELIVERED, "021")
    with everywhere.database.unit() as unit:
        assert not unit.record_delivery(early, everywhere.clock.now())
        unit.keep_early(early, everywhere.clock.now())
        unit.put_out(1, (NewOut(LONG),), everywhere.clock.now(), "test:1")
    out = everywhere.lease("sms_smpp")
    assert out is not None
    with everywhere.database.unit() as unit:
        unit.finish_out(out, OutState.SENT, everywhere.clock.now(), vendor_ids=("a:1", "a:2"))
    assert delivery(everywhere) == "undelivered"
    assert how_many(everywhere, sent_parts) == 2


def test_opt_out_at_the_operator_shows_in_the_case(everywhere: Helpline) -> None:
    sent_in_parts(everywhere)
    report(everywhere, "a:1", DeliveryState.UNDELIVERED, code="88", stops_sender=True)
    with everywhere.database.reading() as db:
        assert db.scalar(select(senders.c.reachable)) is False
        assert db.scalar(select(cases.c.undelivered_code)) == "unreachable"
    everywhere.say("salam", **AZERCELL)
    with everywhere.database.reading() as db:
        assert db.scalar(select(senders.c.reachable)) is True


def test_link_that_was_away_long_is_looked_at_soon(everywhere: Helpline) -> None:
    everywhere.say("salam", **AZERCELL)
    channel = everywhere.channels["sms_smpp"]
    channel.script = [SendFailed("link-down", retryable=True, retry_after=3.0, alone=True) for _ in range(20)]
    with everywhere.database.unit() as unit:
        unit.put_out(1, (NewOut("cavab"),), everywhere.clock.now(), "test:1")
    for _ in range(20):
        sent = everywhere.send_one("sms_smpp")
        assert (sent.outcome, sent.wait) == ("retry", None)
        with everywhere.database.reading() as db:
            due = db.scalar(select(outbox.c.due_at).where(outbox.c.origin == "test:1:0"))
        assert (due - everywhere.clock.now()).total_seconds() <= 30
        everywhere.clock.time = due
    everywhere.send_all()
    assert channel.sent[-1].text == "cavab"
