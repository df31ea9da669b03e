"""Where vendors that keep connections of their own bring what they receive: committed in threads of its own, or not taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from channels.vendor import NotTaken
from gateway.logs import fault
from gateway.metrics import RECEIVED
from helpline import intake, joining, outbox
from helpline.messages import DeliveryReport, InboundPart, Update
from helpline.turns import Parts

# Turns and senders have the event loop's common threads: whoever writes must not wait behind them.
_AT_ONCE = 2
_Done = TypeVar("_Done")
log = structlog.get_logger()


class GatewayInbox:
    """Of one vendor; `close` ends its threads."""

    def __init__(self, channel: str, parts: Parts) -> None:
        self._channel = channel
        self._parts = parts
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=f"inbox-{channel}")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def take(self, update: Update) -> int | None:
        """Commit an update. Return the delivery to confirm, where there is one. Raise NotTaken."""
        try:
            taken = await self._in_thread(lambda: self._commit(update))
        except SQLAlchemyError as error:
            log.error("intake_failed", channel=self._channel, **fault(error))
            RECEIVED.labels(self._channel, "not_taken").inc()
            raise NotTaken from None
        RECEIVED.labels(self._channel, "taken").inc()
        return taken

    async def confirm(self, taken: Sequence[int]) -> None:
        """What cannot be written now is only less sure: it is known as brought all the same."""
        try:
            await self._in_thread(lambda: joining.confirm(taken, self._parts.store))
        except SQLAlchemyError as error:
            log.error("confirm_failed", channel=self._channel, **fault(error))

    async def link_back(self) -> None:
        """What is not hastened now goes when its own wait is over."""
        parts = self._parts
        try:
            await self._in_thread(lambda: outbox.link_back(self._channel, parts.store, parts.clock, parts.bell))
        except SQLAlchemyError as error:
            log.error("link_back_failed", channel=self._channel, **fault(error))

    def _commit(self, update: Update) -> int | None:
        parts = self._parts
        if isinstance(update, InboundPart):
            return joining.receive_part(update, parts.store, parts.clock, parts.bell)
        if isinstance(update, DeliveryReport):
            self._report(update)
        else:
            intake.receive(update, parts.store, parts.clock, parts.bell, parts.book.directory.nearest)
        return None

    def _report(self, report: DeliveryReport) -> None:
        """A network may report before the commit that keeps its id: the report is kept for it."""
        now = self._parts.clock.now()
        with self._parts.store.unit() as unit:
            known = unit.record_delivery(report, now)
            if not known:
                unit.keep_early(report, now)
        if known:
            self._parts.bell.ring("cases")

    async def _in_thread(self, commit: Callable[[], _Done]) -> _Done:
        return await asyncio.get_running_loop().run_in_executor(self._threads, commit)
