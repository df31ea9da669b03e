"""SMS in the gateway: what vendors with connections bring, stranded messages, what the check says, aggregators' requests."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from channels.sms_http import Secrets, build, read_spec
from channels.vendor import Inbox, NotTaken, Rate, Vendor
from gateway import settings
from gateway.bell import LocalBell
from gateway.check_lines import Mark
from gateway.check_sms import sms_lines
from gateway.health import HealthCheck
from gateway.inbox import GatewayInbox
from gateway.public import public_app
from gateway.rates import Rates
from gateway.workers import Workers
from helpline.conversations import NewOut
from helpline.messages import Alphabet, DeliveryReport, DeliveryState, InboundPart
from store.database import Database
from store.parts_pages import Parts as Used
from store.parts_pages import parts_brought, parts_sent
from store.sms_tables import sms_deliveries
from store.tables import messages, outbox, senders
from tests.conftest import ROOT, FrozenClock
from tests.fakes import FakeChannel
from tests.helpline.harness import Helpline

PERSON = "+994500000001"
LINK = "smpp://u@127.0.0.1:{port}?name=operator&sender=9010"


@pytest.fixture
def helpline(database: Database, clock: FrozenClock) -> Helpline:
    return Helpline(database, clock)


def part(text: str = "salam") -> InboundPart:
    body = text.encode("utf-16-be")
    return InboundPart("sms_smpp", "sms_smpp/operator", PERSON, "9010", body, Alphabet.UCS2)


@dataclass
class Dead:
    """A store whose database is gone."""

    def unit(self) -> AbstractContextManager[Any]:
        raise OperationalError("BEGIN", {}, Exception("gone"))


def test_what_comes_is_taken_and_confirmed(helpline: Helpline) -> None:
    async def work() -> None:
        inbox = GatewayInbox("sms_smpp", helpline.parts)
        taken = await inbox.take(part())
        assert taken is not None
        await inbox.confirm([taken])
        inbox.close()

    asyncio.run(work())
    with helpline.database.reading() as db:
        assert db.scalars(select(sms_deliveries.c.confirmed)).all() == [True]
        assert len(db.scalars(select(messages.c.id)).all()) == 1


def test_dead_database_takes_nothing_and_confirming_raises_nothing(helpline: Helpline) -> None:
    async def work() -> None:
        inbox = GatewayInbox("sms_smpp", replace(helpline.parts, store=Dead()))  # type: ignore[arg-type]
        for brought in (part(), DeliveryReport("sms_smpp", "a:1", DeliveryState.DELIVERED)):
            with pytest.raises(NotTaken):
                await inbox.take(brought)
        await inbox.confirm([1])
        await inbox.link_back()
        inbox.close()

    asyncio.run(work())


def test_what_waited_for_a_link_is_due_when_one_is_back(helpline: Helpline) -> None:
    helpline.receive("salam", channel="sms_smpp", address=PERSON)
    now = helpline.clock.now()
    codes = ("link-down", "no-answer", "smpp-0x58")
    with helpline.database.unit() as unit:
        unit.put_out(1, tuple(NewOut("cavab") for _ in codes), now, "test:1")
    with helpline.database.engine.begin() as db:
        for row, code in zip(db.scalars(select(outbox.c.id).order_by(outbox.c.id)).all(), codes, strict=True):
            db.execute(update(outbox).where(outbox.c.id == row).values(code=code, due_at=now + timedelta(seconds=30)))

    async def work() -> None:
        inbox = GatewayInbox("sms_smpp", helpline.parts)
        await inbox.link_back()
        inbox.close()

    asyncio.run(work())
    with helpline.database.reading() as db:
        due = db.scalars(select(outbox.c.code).where(outbox.c.due_at <= now).order_by(outbox.c.id)).all()
    assert due == ["link-down", "no-answer"]


def test_connections_are_kept_through_faults_and_left_at_the_end(helpline: Helpline) -> None:
    served: list[str] = []

    async def serve(inbox: Inbox) -> None:
        served.append("began")
        if len(served) == 1:
            raise RuntimeError("a fault of a connection")
        try:
            await asyncio.Event().wait()
        finally:
            served.append("left")

    vendor = Vendor(FakeChannel("sms_smpp"), Rate(10.0), serve=serve, links=lambda: {"sms_smpp/operator": True})

    async def work() -> None:
        workers = Workers(helpline.parts, (vendor,), LocalBell(), Rates(), turn_workers=0)
        working = asyncio.ensure_future(workers.run())
        async with asyncio.timeout(15):
            while len(served) < 2:
                await asyncio.sleep(0.05)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working

    asyncio.run(work())
    assert served == ["began", "began", "left"]


def test_what_waits_for_a_channel_that_is_gone_is_sent_by_one_that_is_there(helpline: Helpline) -> None:
    helpline.say("salam", channel="sms_twilio", address=PERSON)
    with helpline.database.unit() as unit:
        unit.put_out(1, (NewOut("cavab"),), helpline.clock.now(), "test:1")
    channel = FakeChannel("sms_smpp")

    async def work() -> None:
        workers = Workers(helpline.parts, (Vendor(channel, Rate(10.0)),), LocalBell(), Rates(), turn_workers=0)
        working = asyncio.ensure_future(workers.run())
        async with asyncio.timeout(15):
            while not channel.sent:
                await asyncio.sleep(0.05)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working

    asyncio.run(work())
    assert [message.text for message in channel.sent] == ["cavab"]


# --- what the check says


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        made.listen(4)
        yield made.getsockname()[1]


def lines(helpline: Helpline, port: int) -> list[tuple[Mark, str]]:
    loaded = settings.load(SMPP_URL=LINK.format(port=port), SMPP_PASSWORD="p")
    return [(line.mark, line.what) for line in sms_lines(loaded, helpline.database, helpline.clock.now())]


def test_link_that_a_worker_has_bound_is_well(helpline: Helpline) -> None:
    with helpline.database.unit() as unit:
        unit.beat("link:sms_smpp/operator", helpline.clock.now())
    [(mark, what), _] = lines(helpline, 9)
    assert (mark, what) == (Mark.OK, "link operator: bound, seen 0 s ago")


def test_link_that_is_reachable_and_not_bound_is_noted(helpline: Helpline, listening: int) -> None:
    [(mark, what), _] = lines(helpline, listening)
    assert mark is Mark.NOTE
    assert "no worker has it bound" in what


def test_link_that_cannot_be_reached_is_wrong(helpline: Helpline) -> None:
    [(mark, what), _] = lines(helpline, 9)
    assert mark is Mark.WRONG
    assert "127.0.0.1" not in what


def test_parts_are_counted_by_day_and_channel(helpline: Helpline) -> None:
    helpline.clock.time = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
    helpline.say("salam", channel="sms_twilio", address=PERSON)
    with helpline.database.unit() as unit:
        unit.put_out(1, (NewOut("ə" * 100), NewOut("ə")), helpline.clock.now(), "test:1")
    helpline.send_all()
    with helpline.database.reading() as db:
        sent = db.execute(select(outbox.c.parts).where(outbox.c.state == "sent")).scalars().all()
        used = parts_sent(db, datetime(2026, 12, 2, tzinfo=UTC))
        assert used == {"sms_twilio": Used(len(sent), sum(sent))}
        assert parts_sent(db, datetime(2026, 12, 3, tzinfo=UTC)) == {}
        assert parts_brought(db, datetime(2026, 12, 2, tzinfo=UTC)) == 0
    assert f"{sum(sent)} sent today (sms_twilio {sum(sent)})" in lines(helpline, 9)[1][1]


# --- an aggregator's requests


@pytest.fixture
def client(helpline: Helpline, database: Database) -> Iterator[TestClient]:
    vendor = build(read_spec(ROOT / "docs/aggregators/kannel.yml"), Secrets("a-secret", "a-key"), "https://h.example")
    health = HealthCheck(database, helpline.clock, lambda: True, True, ())
    app = public_app((vendor,), helpline.parts, health, "https://h.example")
    with TestClient(app, client=("127.0.0.1", 50000)) as made:
        yield made


def kannel(client: TestClient, proof: str = "a-secret") -> int:
    headers = {"X-Kannel-From": PERSON, "X-Kannel-Time": "now", "Content-Type": "text/plain; charset=UTF-8"}
    return client.post(f"/sms/http?proof={proof}", headers=headers, content="salam ə".encode()).status_code


def test_message_of_an_aggregator_is_stored_once(client: TestClient, helpline: Helpline) -> None:
    assert [kannel(client), kannel(client), kannel(client, "wrong")] == [200, 200, 403]
    with helpline.database.reading() as db:
        assert len(db.scalars(select(messages.c.id)).all()) == 1
        assert db.execute(select(senders.c.channel, senders.c.route)).all() == [("sms", "sms_http")]


def test_receipt_comes_by_the_method_that_the_file_says(client: TestClient) -> None:
    path = "/sms/http/receipt?proof=a-secret&id=7&state=4"
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 405


def test_aggregators_request_from_elsewhere_is_refused(helpline: Helpline, database: Database, tmp_path: Path) -> None:
    vendor = build(read_spec(ROOT / "docs/aggregators/kannel.yml"), Secrets("a-secret", "a-key"), "https://h.example")
    health = HealthCheck(database, helpline.clock, lambda: True, True, ())
    app = public_app((vendor,), helpline.parts, health, "https://h.example")
    with TestClient(app, client=("203.0.113.9", 50000)) as made:
        assert kannel(made) == 403
