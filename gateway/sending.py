"""The loops that send: replies side by side, alerts apart from them, and what we start behind both.

What a vendor was offered is not left when the process is asked to stop: nobody would know whether it went, and it would go again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.vendor import Vendor
from gateway.bell import LocalBell
from gateway.logs import fault
from gateway.metrics import OUT
from gateway.rates import Rates
from helpline.conversations import Lane, OutToSend
from helpline.outbox import LEASE, Attempt, Sender, Sent, attempt, put_back, record
from helpline.turns import Parts

IDLE: Final = 1.0
RECORD_AGAIN: Final = 0.3
PAUSE_AFTER_FAULT: Final = 1.0
# Whoever waited longer for their rate has too little of their lease left for a vendor that is slow.
LONGEST_WAIT = 15.0
# Until a process that is asked to stop leaves what no vendor has answered.
FINISH_WITHIN = 5.0
# At most so many loops lease the replies of a vendor. Each waits its turn for the database beside all that comes in: one alone
# fell behind at fifty messages a second each way. All but the first ask only where one of them just found something: eight
# that look in vain whenever it rings would take the database from what comes in.
_LEASING: Final = 8
# A chat of duty takes about one a second: more on their way would only hold leases.
_ALERTS_AT_ONCE: Final = 2
log = structlog.get_logger()

Step = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class _Line:
    """What goes to one vendor and waits for nothing but its like: a chat of duty that is full delays no child's answer."""

    vendor: Vendor
    lane: Lane
    slots: asyncio.Semaphore
    hints: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    @property
    def name(self) -> str:
        return f"{self.vendor.name}:{self.lane.name}"


@dataclass
class Sending:
    """Of one process. `step`s are run again and again; what they began goes on when they are cancelled, until `finish`."""

    parts: Parts
    bell: LocalBell
    rates: Rates
    sender: Sender
    _unrecorded: int = field(default=0, init=False)
    _begun: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    def steps(self, vendor: Vendor) -> tuple[tuple[str, Step], ...]:
        """The loops of a vendor, each with the name that its life is shown under."""
        replies = _Line(vendor, Lane.REPLY, asyncio.Semaphore(vendor.at_once))
        alerts = _Line(vendor, Lane.ALERT, asyncio.Semaphore(_ALERTS_AT_ONCE))
        return (
            (f"send:{vendor.name}", self._sending(replies)),
            *((f"send:{vendor.name}", self._helping(replies)),) * (min(_LEASING, vendor.at_once) - 1),
            (f"alert:{vendor.name}", self._sending(alerts)),
            (f"bulk:{vendor.name}", self._sending_bulk(vendor)),
        )

    async def finish(self) -> None:
        """Wait a few seconds for what was begun; the rest is left. To be called when no step runs any more."""
        if self._begun:
            await asyncio.wait(self._begun, timeout=FINISH_WITHIN)
        left = [task for task in self._begun if task.cancel()]
        await asyncio.gather(*left, return_exceptions=True)

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)
        return task

    def _sending(self, line: _Line) -> Step:
        async def send_next(owner: str) -> None:
            await self.rates.passed(line.name)
            await line.slots.acquire()
            try:
                out = await self._next(owner, line)
            except BaseException:
                line.slots.release()
                raise
            if out is None:
                line.slots.release()
                return
            self._begin(self._in_slot(out, line))

        return send_next

    def _helping(self, line: _Line) -> Step:
        """Asks when it is hinted that more waits; else only lives."""
        send_next = self._sending(line)

        async def help_send(owner: str) -> None:
            try:
                async with asyncio.timeout(IDLE):
                    await line.hints.acquire()
            except TimeoutError:
                return
            await send_next(owner)

        return help_send

    async def _next(self, owner: str, line: _Line) -> OutToSend | None:
        """The next row of the line; None after a while without one."""
        if self._unrecorded:
            await asyncio.sleep(RECORD_AGAIN)
            return None
        out = await self._leased(owner, line.vendor.name, line.lane)
        if out is None:
            await self.bell.wait("outbox", IDLE)
        elif line.hints.locked():
            line.hints.release()
        return out

    async def _leased(self, owner: str, channel: str, lane: Lane) -> OutToSend | None:
        leasing = asyncio.ensure_future(asyncio.to_thread(self._lease, owner, channel, lane))
        try:
            return await asyncio.shield(leasing)
        except asyncio.CancelledError:
            self._begin(self._give_back(leasing))
            raise

    async def _give_back(self, leasing: asyncio.Future[OutToSend | None]) -> None:
        """The row that a thread leases while the process is asked to stop, for the next process to send at once."""
        with contextlib.suppress(SQLAlchemyError):  # then the lease ends by itself
            out = await leasing
            if out is not None:
                await asyncio.to_thread(put_back, out, self.sender)

    async def _in_slot(self, out: OutToSend, line: _Line) -> None:
        try:
            await self._send(out, line.vendor, line.name)
        except Exception as error:  # the edge: nothing that one message does may end the loop for the next
            log.error("step_failed", part=f"send:{line.vendor.name}", **fault(error))
            await asyncio.sleep(PAUSE_AFTER_FAULT)
        finally:
            line.slots.release()

    def _sending_bulk(self, vendor: Vendor) -> Step:
        """What we start goes one by one and by a loop of its own, so that no reply finds all senders waiting for its rate."""

        async def send_next(owner: str) -> None:
            if self._unrecorded:
                return await asyncio.sleep(RECORD_AGAIN)
            await self.rates.passed(f"{vendor.name}:{Lane.REPLY.name}")
            await self.rates.acquire_bulk(vendor.name, vendor.rate)
            if await asyncio.to_thread(self._replies_wait, vendor.name):
                await self.rates.acquire_bulk(vendor.name, vendor.rate, replies_wait=True)
            out = await self._leased(owner, vendor.name, Lane.BULK)
            if out is None:
                await self.bell.wait("outbox", IDLE)
                return
            await asyncio.shield(self._begin(self._send(out, vendor, f"{vendor.name}:{Lane.REPLY.name}")))

        return send_next

    async def _send(self, out: OutToSend, vendor: Vendor, line: str) -> None:
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                await self.rates.acquire(vendor.name, vendor.rate, str(out.conversation or "duty"))
        except TimeoutError:
            return await asyncio.to_thread(put_back, out, self.sender)
        sent = await self._record(await attempt(out, self.sender))
        if sent.wait is not None:
            self.rates.pause(line, sent.wait)
        self.bell.ring("cases")
        OUT.labels(vendor.name, sent.outcome).inc()
        log.info("out", out=sent.out, outcome=sent.outcome, code=sent.code, channel=vendor.name)

    async def _record(self, made: Attempt) -> Sent:
        """Keep what the vendor said until the database takes it; nothing is leased before, or it would go out twice."""
        try:
            return await asyncio.to_thread(record, made, self.sender)
        except SQLAlchemyError as error:
            log.error("out_unrecorded", out=made.out.id, **fault(error))
        self._unrecorded += 1
        try:
            while True:
                await asyncio.sleep(RECORD_AGAIN)
                try:
                    return await asyncio.to_thread(record, made, self.sender)
                except SQLAlchemyError:
                    continue
        finally:
            self._unrecorded -= 1

    def _lease(self, owner: str, channel: str, lane: Lane) -> OutToSend | None:
        with self.parts.store.unit() as unit:
            return unit.lease_out(owner, channel, self.parts.clock.now(), LEASE, (lane,))

    def _replies_wait(self, channel: str) -> bool:
        with self.parts.store.unit() as unit:
            return unit.replies_wait(channel, self.parts.clock.now())
