"""The loops of a process, with a database that fails at the worst moment."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from channels.vendor import Rate, Vendor
from gateway import sending
from gateway.bell import LocalBell
from gateway.rates import Rates
from gateway.run import keep_fresh
from gateway.sending import Sending
from gateway.workers import Workers
from helpline.conversations import Lane, NewOut, OutToSend
from helpline.messages import OutgoingMessage, SendFailed
from helpline.phrasebook import Phrasebook
from store.database import Database
from store.tables import outbox
from tests.conftest import ROOT, FrozenClock
from tests.fakes import FakeChannel
from tests.helpline.harness import DUTY, Helpline
from triage.taxonomy import Level


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


def _start_for(database: Database, clock: FrozenClock, people: range) -> None:
    with database.unit() as unit:
        for person in people:
            conversation = unit.open_conversation("telegram", str(700000000 + person), clock.now()).id
            unit.put_started(conversation, (NewOut("bulk"),), clock.now(), f"bulk:{person}", due_at=clock.now())


def _reply_to(database: Database, clock: FrozenClock, people: range) -> None:
    with database.unit() as unit:
        for person in people:
            conversation = unit.open_conversation("telegram", str(700000000 + person), clock.now()).id
            unit.put_out(conversation, (NewOut("reply"),), clock.now(), f"reply:{person}")


def test_replies_overtake_what_we_start(database: Database, clock: FrozenClock) -> None:
    helpline = Helpline(database, clock)
    _start_for(database, clock, range(20))
    _reply_to(database, clock, range(10, 22))
    channel = helpline.channels["telegram"]
    workers = Workers(helpline.parts, (Vendor(channel, Rate(10.0, 0.0)),), LocalBell(), Rates())
    asyncio.run(_until_sent(workers, database))
    texts = [message.text for message in channel.sent]
    assert (texts.count("reply"), texts.count("bulk")) == (12, 20)
    last_reply = max(place for place, text in enumerate(texts) if text == "reply")
    # Twelve replies at ten a second last a good second, of which a fifth is two or, over the second's edge, four.
    assert texts[:last_reply].count("bulk") <= 4


def test_chat_of_duty_that_is_full_delays_no_answer(database: Database, clock: FrozenClock) -> None:
    helpline = Helpline(database, clock)
    with database.unit() as unit:
        for number in range(30):
            unit.put_alert("telegram", "-100700000009", "alert", clock.now(), f"alert:{number}")
    _reply_to(database, clock, range(12))
    channel = helpline.channels["telegram"]
    workers = Workers(helpline.parts, (Vendor(channel, Rate(30.0, 1.0)),), LocalBell(), Rates())

    def answered() -> bool:
        return [message.text for message in channel.sent].count("reply") == 12

    asyncio.run(_until(workers, answered, lasting=0))
    assert [message.text for message in channel.sent].count("alert") <= 5


def test_nothing_is_leased_while_the_vendor_pauses_the_channel(database: Database, clock: FrozenClock) -> None:
    helpline = Helpline(database, clock)
    _reply_to(database, clock, range(8))
    channel, rates = helpline.channels["telegram"], Rates()
    rates.pause("telegram:REPLY", 1.0)
    seen: list[list[str]] = []

    def answered() -> bool:
        if not channel.sent:
            seen.append(_states(database))
        return len(channel.sent) == 8

    workers = Workers(helpline.parts, (Vendor(channel, Rate(30.0, 1.0)),), LocalBell(), rates)
    began = time.monotonic()
    asyncio.run(_until(workers, answered))
    assert time.monotonic() - began >= 1
    assert seen[0] == ["waiting"] * 8
    assert len({message.key for message in channel.sent}) == 8


def test_row_that_waits_too_long_for_its_rate_is_put_back_and_sent_once(
    database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LONGEST_WAIT", 0.2)
    helpline = Helpline(database, clock)
    _reply_to(database, clock, range(3))
    channel = helpline.channels["telegram"]
    workers = Workers(helpline.parts, (Vendor(channel, Rate(1.0, 0.0)),), LocalBell(), Rates())
    asyncio.run(_until(workers, lambda: len(channel.sent) == 3, lasting=1.2))
    assert len(channel.sent) == len({message.key for message in channel.sent}) == 3
    with database.reading() as db:
        assert max(db.scalars(select(outbox.c.attempts))) > 1


@dataclass
class Slow(FakeChannel):
    """Takes its time to accept."""

    begun: int = 0

    async def send(self, message: OutgoingMessage) -> str:
        self.begun += 1
        await asyncio.sleep(1)
        return await super().send(message)


@pytest.mark.parametrize("started", [False, True], ids=["replies", "what we start"])
def test_what_a_vendor_was_offered_is_finished_before_the_end(
    database: Database, clock: FrozenClock, *, started: bool
) -> None:
    """Else it would go out again when the next process starts."""
    helpline = Helpline(database, clock)
    channel = Slow()
    helpline.channels["telegram"] = channel
    (_start_for if started else _reply_to)(database, clock, range(2))
    workers = Workers(helpline.parts, (Vendor(channel, Rate(30.0, 0.0)),), LocalBell(), Rates())
    asyncio.run(_until(workers, lambda: channel.begun >= 1, lasting=0))
    assert len(channel.sent) == channel.begun >= 1
    assert _states(database).count("sent") == channel.begun
    assert "sending" not in _states(database)


@pytest.mark.parametrize("started", [False, True], ids=["replies", "what we start"])
def test_row_that_is_leased_while_the_process_stops_goes_back(
    database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, *, started: bool
) -> None:
    at_once = Sending._lease

    def slowly(*given: Any) -> OutToSend | None:
        leased = at_once(*given)
        time.sleep(0.3)
        return leased

    monkeypatch.setattr(Sending, "_lease", slowly)
    helpline = Helpline(database, clock)
    channel = helpline.channels["telegram"]
    (_start_for if started else _reply_to)(database, clock, range(1))
    workers = Workers(helpline.parts, (Vendor(channel, Rate(30.0, 0.0)),), LocalBell(), Rates())
    asyncio.run(_until(workers, lambda: _states(database) == ["sending"], lasting=0))
    assert (channel.sent, _states(database)) == ([], ["waiting"])


class Looking:
    """Counts who looks for replies to send, and how many do so side by side."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, takes: float = 0.0) -> None:
        self.times = self.now = self.most = 0
        lease = Sending._lease

        def counted(sender: Sending, owner: str, channel: str, lane: Lane) -> OutToSend | None:
            if lane is not Lane.REPLY:
                return lease(sender, owner, channel, lane)
            self.times, self.now = self.times + 1, self.now + 1
            self.most = max(self.most, self.now)
            time.sleep(takes)
            self.now -= 1
            return lease(sender, owner, channel, lane)

        monkeypatch.setattr(Sending, "_lease", counted)


def test_who_rings_for_nothing_is_looked_after_by_one_loop(
    database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpline, bell, looking = Helpline(database, clock), LocalBell(), Looking(monkeypatch)
    vendor = Vendor(helpline.channels["telegram"], Rate(30.0, 0.0), at_once=20)
    workers = Workers(helpline.parts, (vendor,), bell, Rates())
    times: list[int] = []
    began = time.monotonic()

    async def rung_ten_times() -> None:
        bell.bind(asyncio.get_running_loop())
        running = asyncio.create_task(workers.run())
        await asyncio.sleep(0.8)  # until every loop has looked for a first time
        for _ in range(10):
            times.append(looking.times)
            bell.ring("outbox")
            await asyncio.sleep(0.1)
        times.append(looking.times)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(rung_ten_times())
    # One look a ring, and one for each second that may have passed without any.
    assert 1 <= times[-1] - times[0] <= 10 + time.monotonic() - began


def test_many_replies_are_leased_side_by_side(
    database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    helpline, looking = Helpline(database, clock), Looking(monkeypatch, takes=0.1)
    _reply_to(database, clock, range(16))
    channel = helpline.channels["telegram"]
    workers = Workers(helpline.parts, (Vendor(channel, Rate(100.0, 0.0), at_once=20),), LocalBell(), Rates())
    asyncio.run(_until(workers, lambda: len(channel.sent) == 16))
    assert looking.most > 2
    assert len({message.key for message in channel.sent}) == 16


def test_vendor_that_never_answers_keeps_no_process_from_ending(
    database: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FINISH_WITHIN", 0.3)
    helpline = Helpline(database, clock)
    channel = Slow()
    _reply_to(database, clock, range(1))
    workers = Workers(helpline.parts, (Vendor(channel, Rate(30.0, 0.0)),), LocalBell(), Rates())
    asyncio.run(_until(workers, lambda: channel.begun >= 1, lasting=0))
    assert channel.sent == []


def _seconds_of(rates: Rates, times: int, per_second: float, *, replies_wait: bool) -> float:
    async def acquire() -> float:
        started = time.monotonic()
        for _ in range(times):
            await rates.acquire_bulk("telegram", Rate(per_second), replies_wait=replies_wait)
        return time.monotonic() - started

    return asyncio.run(acquire())


@pytest.mark.parametrize(
    ("bulk", "vendor", "replies_wait", "at_once", "one_more"),
    [
        (5.0, 30.0, False, 5, 0.9),
        (50.0, 10.0, True, 2, 0.9),
        (50.0, 10.0, False, 10, 0.9),
        (5.0, 2.5, True, 1, 1.9),
    ],
    ids=["its own rate", "a fifth while replies wait", "the vendor's when none waits", "a fifth of a slow vendor"],
)
def test_bulk_rate_is(bulk: float, vendor: float, replies_wait: bool, at_once: int, one_more: float) -> None:
    rates = Rates(bulk_per_second=bulk)
    assert _seconds_of(rates, at_once, vendor, replies_wait=replies_wait) < 0.5
    assert _seconds_of(rates, 1, vendor, replies_wait=replies_wait) >= one_more - 0.5


class Unreadable(Phrasebook):
    """Read once; since then somebody broke a file."""

    broken = False

    def reload(self) -> bool:
        if self.broken:
            raise ValueError("a text of somebody's")
        return super().reload()


def test_alarm_rings_although_the_texts_cannot_be_read_again(database: Database, clock: FrozenClock) -> None:
    book = Unreadable(ROOT / "data")
    helpline = Helpline(database, clock, book=book)
    with database.unit() as unit:
        conversation = unit.open_conversation("telegram", "700000001", clock.now())
        unit.open_case(conversation.id, Level.EMERGENCY, clock.now(), clock.now(), "level_rose")
    helpline.pass_(minutes=3)
    book.broken = True
    workers = Workers(helpline.parts, (Vendor(helpline.channels["telegram"], Rate(100.0, 0.0)),), LocalBell(), Rates())
    asyncio.run(_until_sent(workers, database))
    assert {message.address for message in helpline.channels["telegram"].sent} == {DUTY}


def test_text_that_cannot_be_read_ends_no_process() -> None:
    book = Unreadable(ROOT / "data")
    book.broken = True

    async def keep() -> bool:
        keeping = asyncio.create_task(keep_fresh(book, every=0.01))
        done, _ = await asyncio.wait([keeping], timeout=0.2)
        keeping.cancel()
        return bool(done)

    assert asyncio.run(keep()) is False


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


@pytest.mark.parametrize("refused", [False, True], ids=["the vendor shows it", "the vendor refuses"])
def test_typing_in_the_console_is_shown_by_the_worker(database: Database, clock: FrozenClock, refused: bool) -> None:
    helpline = Helpline(database, clock)
    shown: list[str] = []

    async def show(address: str) -> None:
        shown.append(address)
        if refused:
            raise SendFailed("403", retryable=False)

    with database.unit() as unit:
        unit.set_typing(unit.open_conversation("telegram", "700000001", clock.now()).id, clock.now())
    vendor = Vendor(helpline.channels["telegram"], Rate(100.0, 0.0), show_typing=show)
    workers = Workers(helpline.parts, (vendor,), LocalBell(), Rates())
    asyncio.run(_until(workers, lambda: bool(shown)))
    assert shown == ["700000001"]


async def _until(workers: Workers, reached: Callable[[], bool], lasting: float = 0.2) -> None:
    running = asyncio.create_task(workers.run())
    try:
        async with asyncio.timeout(10):
            while not reached():
                await asyncio.sleep(0.02)
        await asyncio.sleep(lasting)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
