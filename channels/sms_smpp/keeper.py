"""Keeps one link bound: connects, binds again after whatever ended it, and waits longer each time that it does not last."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable
from typing import Final

import structlog

from channels.sms_smpp.gate import Gate
from channels.sms_smpp.links import Link
from channels.sms_smpp.pdus import Pdu, Status
from channels.sms_smpp.session import Session, SessionEnded
from channels.vendor import Inbox

_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 60.0
# A link that was up so long is well: the next fault is a new one.
_LASTING: Final = 1.0
_CONNECT_WITHIN: Final = 10.0
# Trying often does not make a password right, and some operators lock an account over it.
_REFUSED: Final = frozenset({Status.INVALID_PASSWORD, Status.INVALID_SYSTEM_ID})
log = structlog.get_logger()


class Keeper:
    """`session` is there while the link is bound."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.gate = Gate(link.per_second, link.name)
        self._session: Session | None = None

    @property
    def up(self) -> bool:
        return self._session is not None

    async def keep(self, inbox: Inbox) -> None:
        """Keep the link until cancelled; it is unbound then. Ends by nothing else."""
        tries = 0
        while True:
            began = asyncio.get_running_loop().time()
            ended = await self._one(inbox)
            lasted = asyncio.get_running_loop().time() - began
            tries = 0 if lasted >= _LASTING else tries + 1
            wait = _LONGEST_WAIT if ended.status in _REFUSED else back_off(tries)
            log.warning(
                "link_down", link=self.link.name, reason=ended.reason, status=hex(ended.status), wait=round(wait, 1)
            )
            await asyncio.sleep(wait)

    async def _one(self, inbox: Inbox) -> SessionEnded:
        """One connection, from its first byte to its last."""
        try:
            reader, writer = await self._connect()
        except (OSError, TimeoutError, ssl.SSLError) as error:
            return SessionEnded(f"connect-{type(error).__name__}")
        session = Session(self.link, reader, writer, inbox)
        told: list[asyncio.Task[None]] = []
        try:
            await session.run(lambda: told.append(self._bound(session, inbox)))
        except SessionEnded as ended:
            return ended
        except Exception as error:  # the edge of a link: no fault of one connection ends the next
            log.error("session_failed", link=self.link.name, error=type(error).__name__)
            return SessionEnded(type(error).__name__)
        finally:
            self._session = None
            for task in told:
                task.cancel()
        return SessionEnded("closed")

    def _bound(self, session: Session, inbox: Inbox) -> asyncio.Task[None]:
        self._session = session
        log.info("link_up", link=self.link.name)
        return asyncio.create_task(inbox.link_back())

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        trust = ssl.create_default_context(cafile=self.link.ca) if self.link.tls else None
        async with asyncio.timeout(_CONNECT_WITHIN):
            return await asyncio.open_connection(self.link.host, self.link.port, ssl=trust)

    async def ask(self, make: Callable[[int], bytes]) -> Pdu:
        """Send a request on the bound link. Raise SessionEnded when it is down or breaks, NoAnswer."""
        if self._session is None:
            raise SessionEnded("down")
        return await self._session.ask(make)


def back_off(tries: int) -> float:
    """Return seconds to wait: anywhere below a limit that doubles with each fault, so that not all come back at once."""
    most = min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(tries, 10)))
    return random.uniform(_FIRST_WAIT / 4, most)
