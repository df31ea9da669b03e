"""One bound connection: requests in a window, what the SMSC brings taken in order, and a line that is known to be alive.

A deliver_sm is answered once it is committed. That the answer was heard is proved by a later answer of the SMSC to a request
that we sent after it, since the line keeps the order; only then is the delivery confirmed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import smpp34
import structlog

from channels.sms_smpp.links import Link
from channels.sms_smpp.pdus import (
    LAST_SEQUENCE,
    BadStream,
    Command,
    Pdu,
    Status,
    bind,
    not_known,
    read_pdu,
    request,
    response,
)
from channels.sms_smpp.receiving import Source, read
from channels.vendor import Inbox, NotTaken
from helpline.messages import MalformedUpdate, UnsupportedUpdate

# What one sender brings is taken in its order; different senders beside each other.
_LANES: Final = 8
_IN_LANE: Final = 64
_TICK: Final = 0.5
_PROVE_AFTER: Final = 2.0
_LAST_WORDS: Final = 5.0
log = structlog.get_logger()


class SessionEnded(Exception):
    """The connection is over. `reason`: a short code; `status` of a refused bind."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class NoAnswer(Exception):
    """The SMSC did not answer a request in time; whether it did what was asked is not known."""


@dataclass(frozen=True)
class Answered:
    """A delivery that was answered, and the number of the last request sent before that."""

    delivery: int
    after: int


class Session:
    """A connection from its bind to its end. Nothing of it is used again after `run` returned or raised."""

    def __init__(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, inbox: Inbox) -> None:
        self._link, self._reader, self._writer, self._inbox = link, reader, writer, inbox
        self._source = Source(link.name, link.hex_ids, link.opted_out)
        self._bound = False
        self._sent = 0
        self._waiting: dict[int, asyncio.Future[Pdu]] = {}
        self._window = asyncio.Semaphore(link.window)
        self._lanes = [asyncio.Queue[tuple[Pdu, smpp34.DeliverSm]](_IN_LANE) for _ in range(_LANES)]
        self._answered: deque[Answered] = deque()
        self._proved: list[int] = []
        self._heard_at = asyncio.get_running_loop().time()
        self._asked_at = self._heard_at

    async def run(self, on_bound: Callable[[], None]) -> None:
        """Bind, then work until the connection ends: SessionEnded says why. Cancelled, it ends what is in hand and unbinds."""
        tasks = [asyncio.create_task(self._read())]
        try:
            await self._bind(tasks[0])
            on_bound()
            self._bound = True
            tasks += [asyncio.create_task(job) for job in (self._keep_alive(), *map(self._take_each, self._lanes))]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            raise next(error for task in done if (error := task.exception()) is not None)
        except asyncio.CancelledError:
            if self._bound:
                await self._leave()
            raise
        finally:
            await self._end(tasks)

    async def _bind(self, reading: asyncio.Task[None]) -> None:
        asked = asyncio.create_task(
            self.ask(lambda sequence: request(Command.BIND_TRANSCEIVER, sequence, bind(self._link)))
        )
        await asyncio.wait([asked, reading], return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            asked.cancel()
            raise reading.exception() or SessionEnded("closed")
        try:
            answer = asked.result()
        except NoAnswer:
            raise SessionEnded("bind-unanswered") from None
        if answer.status != Status.OK:
            raise SessionEnded("bind-refused", answer.status)

    async def ask(self, make: Callable[[int], bytes]) -> Pdu:
        """Send a request, within the window, and return its answer. Raise NoAnswer or SessionEnded."""
        async with self._window:
            return await self._ask(make)

    async def _ask(self, make: Callable[[int], bytes]) -> Pdu:
        self._sent = self._sent % LAST_SEQUENCE + 1
        sequence = self._sent
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting[sequence] = answer
        try:
            await self._write(make(sequence))
            async with asyncio.timeout(self._link.timeout):
                return await answer
        except TimeoutError:
            raise NoAnswer from None
        finally:
            self._waiting.pop(sequence, None)

    async def _write(self, pdu: bytes) -> None:
        try:
            self._writer.write(pdu)
            await self._writer.drain()
        except (OSError, RuntimeError):
            raise SessionEnded("write") from None

    async def _read(self) -> None:
        while True:
            try:
                pdu = await read_pdu(self._reader)
            except BadStream as bad:
                log.warning("pdu_malformed", link=self._link.name, what="length", length=bad.length)
                raise SessionEnded("stream") from None
            except (asyncio.IncompleteReadError, OSError):
                raise SessionEnded("closed") from None
            self._heard_at = asyncio.get_running_loop().time()
            if pdu.is_response:
                self._hear(pdu)
            else:
                await self._asked(pdu)

    def _hear(self, pdu: Pdu) -> None:
        answer = self._waiting.get(pdu.sequence)
        if answer is None or answer.done():
            log.info("answer_to_nothing", link=self._link.name, command=hex(pdu.command), status=pdu.status)
            return
        answer.set_result(pdu)
        while self._answered and self._answered[0].after < pdu.sequence:
            self._proved.append(self._answered.popleft().delivery)

    async def _asked(self, pdu: Pdu) -> None:
        if pdu.command == Command.DELIVER_SM:
            await self._sort(pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            await self._write(response(pdu))
        elif pdu.command == Command.UNBIND:
            await self._write(response(pdu))
            raise SessionEnded("unbound")
        elif pdu.command != Command.ALERT_NOTIFICATION:
            log.info(
                "pdu_malformed", link=self._link.name, what="command", command=hex(pdu.command), length=len(pdu.raw)
            )
            await self._write(not_known(pdu))

    async def _sort(self, pdu: Pdu) -> None:
        """Put a deliver_sm into its sender's lane; one that cannot be read is refused for good, one too many for now."""
        try:
            brought = smpp34.decode(pdu.raw)
        except smpp34.SmppError:
            brought = None
        if not isinstance(brought, smpp34.DeliverSm):
            log.warning("pdu_malformed", link=self._link.name, what="deliver_sm", length=len(pdu.raw))
            return await self._write(response(pdu, Status.INVALID_PARAMETER, b"\0"))
        lane = self._lanes[crc32(brought.source_addr.encode()) % _LANES]
        try:
            lane.put_nowait((pdu, brought))
        except asyncio.QueueFull:
            await self._write(response(pdu, Status.TRY_AGAIN, b"\0"))

    async def _take_each(self, lane: asyncio.Queue[tuple[Pdu, smpp34.DeliverSm]]) -> None:
        while True:
            pdu, brought = await lane.get()
            try:
                await self._take(pdu, brought)
            finally:
                lane.task_done()

    async def _take(self, pdu: Pdu, brought: smpp34.DeliverSm) -> None:
        try:
            delivery = await self._inbox.take(read(brought, self._source))
        except NotTaken:
            return await self._write(response(pdu, Status.TRY_AGAIN, b"\0"))
        except (UnsupportedUpdate, MalformedUpdate) as refused:
            shape = {"coding": brought.data_coding, "esm_class": brought.esm_class, "length": len(pdu.raw)}
            log.info("update_refused", link=self._link.name, reason=refused.reason, **shape)
            delivery = None
        except (
            Exception
        ) as error:  # the edge of a message: one that cannot be taken must not end the line for all others
            log.error("take_failed", link=self._link.name, error=type(error).__name__, length=len(pdu.raw))
            return await self._write(response(pdu, Status.TRY_AGAIN, b"\0"))
        await self._write(response(pdu, Status.OK, b"\0"))
        if delivery is not None:
            self._answered.append(Answered(delivery, self._sent))

    async def _keep_alive(self) -> None:
        """Try a line that is quiet, or on which something waits for its proof; confirm what was proved."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK)
            await self._confirm()
            quiet = loop.time() - self._heard_at >= self._link.enquire
            unproved = bool(self._answered) and loop.time() - self._asked_at >= _PROVE_AFTER
            if quiet or unproved:
                self._asked_at = loop.time()
                try:
                    await self._ask(lambda sequence: request(Command.ENQUIRE_LINK, sequence))
                except NoAnswer:
                    raise SessionEnded("silent") from None

    async def _confirm(self) -> None:
        if self._proved:
            proved, self._proved = self._proved, []
            await self._inbox.confirm(proved)

    async def _leave(self) -> None:
        """Finish what is in hand, prove it, and say good-bye; all of it only for a few seconds."""
        try:
            async with asyncio.timeout(_LAST_WORDS):
                await asyncio.gather(*(lane.join() for lane in self._lanes))
                await self._ask(lambda sequence: request(Command.UNBIND, sequence))
                await self._confirm()
        except (TimeoutError, NoAnswer, SessionEnded):
            log.info("left_without_unbind", link=self._link.name)

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(SessionEnded("closed"))
        await asyncio.gather(*tasks, return_exceptions=True)
        self._writer.close()
        try:
            async with asyncio.timeout(1):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            return
