"""The loops that do the work: turns, sending, polling, what is overdue. One failure never ends a loop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable

import structlog

from channels.vendor import Polled, Vendor
from gateway.beats import Beats
from gateway.bell import LocalBell
from gateway.inbox import GatewayInbox
from gateway.logs import fault
from gateway.metrics import TURNS
from gateway.process import is_dead, this_process
from gateway.rates import Rates
from gateway.receiving import receive_update
from gateway.sending import IDLE, PAUSE_AFTER_FAULT, Sending
from gateway.vendors import sms_channels
from helpline import leases, turns
from helpline.messages import SendFailed, UpdateRefused
from helpline.outbox import Sender
from helpline.sweep import StepsFailed, sweep
from helpline.turns import Parts

TURN_WORKERS = 4
SWEEP_EVERY = 5.0
MOVE_EVERY = 60.0
POLL_AGAIN_AFTER_FAULT = 3.0
log = structlog.get_logger()


class Workers:
    """Runs the loops of one process until cancelled. Each loop's life shows in the beats that /health reads."""

    def __init__(
        self,
        parts: Parts,
        vendors: tuple[Vendor, ...],
        bell: LocalBell,
        rates: Rates,
        turn_workers: int = TURN_WORKERS,
    ) -> None:
        self._parts = parts
        self._vendors = vendors
        self._bell = bell
        self._turn_workers = turn_workers
        self._owner = this_process() or f"{socket.gethostname()}.{os.getpid()}"
        self._beats = Beats(parts, vendors)
        channels = {vendor.name: vendor.channel for vendor in vendors}
        self._sending = Sending(parts, bell, rates, Sender(parts.store, channels, parts.book, parts.clock))

    async def run(self) -> None:
        serving = [asyncio.create_task(self._serve(vendor)) for vendor in self._vendors if vendor.serve is not None]
        try:
            await self._run()
        finally:
            await self._sending.finish()
            for task in serving:
                task.cancel()
            await asyncio.gather(*serving, return_exceptions=True)
            for vendor in self._vendors:
                if vendor.stop is not None:
                    await vendor.stop()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(self._turn_workers):
                group.create_task(self._loop("turns", self._take_turn, f"{self._owner}:t{number}"))
            for vendor in self._vendors:
                for part, step in self._sending.steps(vendor):
                    group.create_task(self._loop(part, step, f"{self._owner}:s"))
                if vendor.show_typing is not None:
                    group.create_task(self._loop(f"typing:{vendor.name}", self._typing(vendor), self._owner))
                if vendor.start is not None:
                    group.create_task(self._begin(vendor))
                if vendor.poller is not None:
                    group.create_task(self._loop(f"poll:{vendor.name}", self._polling(vendor), self._owner))
            group.create_task(self._loop("sweep", self._sweep, self._owner))
            group.create_task(self._loop("stranded", self._move_stranded, self._owner))
            group.create_task(self._beats.keep())
            group.create_task(self._take_over())

    async def _loop(self, part: str, step: Callable[[str], Awaitable[None]], owner: str) -> None:
        while True:
            try:
                await step(owner)
            except Exception as error:  # the edge: nothing that one message does may end the loop for the next
                log.error("step_failed", part=part, **fault(error))
                await asyncio.sleep(PAUSE_AFTER_FAULT)
            else:
                self._beats.ran(part)

    async def _take_over(self) -> None:
        """Take up at once what a process held that was killed on this machine."""
        parts = self._parts
        while True:
            try:
                freed = await asyncio.to_thread(leases.free_left, is_dead, parts.store, parts.clock, self._bell)
            except Exception as error:  # the edge: what is not taken up now is free when its lease is over
                log.error("step_failed", part="take-over", **fault(error))
                await asyncio.sleep(PAUSE_AFTER_FAULT)
                continue
            if freed:
                log.info("leases_freed", number=freed)
            return

    async def _begin(self, vendor: Vendor) -> None:
        """Tell the vendor where to post, again and again until it listened."""
        while vendor.start is not None:
            try:
                return await vendor.start()
            except SendFailed as failed:
                log.warning("vendor_start_failed", channel=vendor.name, code=failed.code)
                await asyncio.sleep(failed.retry_after or POLL_AGAIN_AFTER_FAULT)

    async def _serve(self, vendor: Vendor) -> None:
        """Keep the vendor's own connections. Cancelled, it takes its leave of the other side."""
        inbox = GatewayInbox(vendor.name, self._parts)
        try:
            while vendor.serve is not None:
                try:
                    await vendor.serve(inbox)
                except Exception as error:  # the edge: what one connection does may not end the channel
                    log.error("step_failed", part=f"serve:{vendor.name}", **fault(error))
                await asyncio.sleep(PAUSE_AFTER_FAULT)
        finally:
            inbox.close()

    async def _take_turn(self, owner: str) -> None:
        taken = await asyncio.to_thread(turns.take, owner, self._parts)
        if taken is None:
            await self._bell.wait("turns", IDLE)
            return
        TURNS.labels(taken.level, "technical" if taken.technical else "answered").inc()
        log.info("turn_taken", turn=taken.turn, level=taken.level, outcome=taken.outcome, technical=taken.technical)

    def _typing(self, vendor: Vendor) -> Callable[[str], Awaitable[None]]:
        """That somebody types is shown or not; nothing waits for it, and a fault of it is nothing to anybody."""

        async def show_next(_owner: str) -> None:
            assert vendor.show_typing is not None  # noqa: S101  # the loop exists only for vendors that can
            address = await asyncio.to_thread(self._typed_to, vendor.name)
            if address is None:
                await self._bell.wait("typing", IDLE)
                return
            try:
                await vendor.show_typing(address)
            except SendFailed as failed:
                log.info("typing_not_shown", channel=vendor.name, code=failed.code)

        return show_next

    def _typed_to(self, channel: str) -> str | None:
        with self._parts.store.unit() as unit:
            return unit.lease_typing(channel, self._parts.clock.now())

    def _polling(self, vendor: Vendor) -> Callable[[str], Awaitable[None]]:
        async def poll_once(_owner: str) -> None:
            assert vendor.poller is not None  # noqa: S101  # the loop exists only for vendors that poll
            position = await asyncio.to_thread(self._position, vendor.name)
            try:
                async for polled in vendor.poller.poll(position):
                    await asyncio.to_thread(self._receive_polled, vendor.name, polled)
            except SendFailed as failed:
                log.warning("poll_failed", channel=vendor.name, code=failed.code)
                await asyncio.sleep(failed.retry_after or POLL_AGAIN_AFTER_FAULT)

        return poll_once

    def _position(self, vendor: str) -> int:
        with self._parts.store.unit() as unit:
            return unit.cursor(f"poll:{vendor}")

    def _receive_polled(self, vendor: str, polled: Polled) -> None:
        """The offset moves after the commit: a kill between the two brings the update again, and it is known."""
        try:
            for update in polled.decode():
                receive_update(update, self._parts)
        except UpdateRefused as refused:
            log.info("update_refused", channel=vendor, kind=type(refused).__name__, reason=refused.reason)
        with self._parts.store.unit() as unit:
            unit.set_cursor(f"poll:{vendor}", polled.position)

    async def _sweep(self, _owner: str) -> None:
        failed: list[Exception] = []
        for step in (self._parts.book.reload, self._swept):
            try:
                await asyncio.to_thread(step)
            except StepsFailed as steps:
                failed += steps.exceptions
            except Exception as error:  # the edge: alarms ring although a text that somebody changed cannot be read
                failed.append(error)
        for one in failed:
            log.error("step_failed", part="sweep", **fault(one))
        await asyncio.sleep(SWEEP_EVERY)
        if failed:
            raise StepsFailed("sweep", failed)

    def _swept(self) -> None:
        done = sweep(self._parts)
        if done:
            log.info("swept", **done)

    async def _move_stranded(self, _owner: str) -> None:
        """What waits for an SMS channel that was taken out of the settings leaves by one that is there."""
        channels = sms_channels(self._vendors)
        if channels:
            moved = await asyncio.to_thread(self._moved, channels)
            if moved:
                log.warning("outs_moved", channel=channels[0], number=moved)
        await asyncio.sleep(MOVE_EVERY)

    def _moved(self, channels: tuple[str, ...]) -> int:
        with self._parts.store.unit() as unit:
            return unit.move_stranded(channels, channels[0])
