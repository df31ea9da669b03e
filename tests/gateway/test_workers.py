"""The loops of a process, with a database that fails at the worst moment."""

from __future__ import annotations

import asyncio
import contextlib
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from channels.vendor import Rate, Vendor
from gateway.bell import LocalBell
from gateway.rates import Rates
from gateway.workers import Workers
from helpline.conversations import NewOut
from store.database import Database
from store.tables import outbox
from tests.conftest import FrozenClock
from tests.fakes import FakeChannel
from tests.helpline.harness import Helpline


@dataclass
class DiesAfterAcceptance:
    """A store that is dead for some seconds from the moment its vendor accepted a message."""

    database: Database
    channel: FakeChannel
    seconds: float
    since: float | None = None

    def unit(self) -> AbstractContextManager[Any]:
        if self.channel.sent and self.since is None:
            self.since = time.monotonic()
        if self.since is not None and time.monotonic() < self.since + self.seconds:
            raise OperationalError("COMMIT", {}, Exception("gone"))
        return self.database.unit()


@pytest.mark.parametrize("seconds", [0, 0.2, 2.5])
def test_database_that_dies_after_acceptance_makes_nobody_hear_twice(
    database: Database, clock: FrozenClock, seconds: float
) -> None:
    helpline = Helpline(database, clock)
    with database.unit() as unit:
        conversation = unit.open_conversation("telegram", "700000001", clock.now())
        unit.put_out(conversation.id, (NewOut("one"), NewOut("two")), clock.now(), "test:1")
    channel = helpline.channels["telegram"]
    parts = replace(helpline.parts, store=DiesAfterAcceptance(database, channel, seconds))  # type: ignore[arg-type]
    workers = Workers(parts, (Vendor(channel, Rate(100.0, 0.0)),), LocalBell(), Rates())
    asyncio.run(_until_sent(workers, database))
    assert [message.text for message in channel.sent] == ["one", "two"]


async def _until_sent(workers: Workers, database: Database) -> None:
    running = asyncio.create_task(workers.run())
    try:
        async with asyncio.timeout(30):
            while set(_states(database)) != {"sent"}:
                await asyncio.sleep(0.1)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


def _states(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(outbox.c.state)))
