"""How fast a link may be sent to: so many parts a second, and slower for a while when the SMSC says that it is too much."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 4.0
log = structlog.get_logger()


class Gate:
    """Parts pass one by one, evenly. A refusal holds all of them back, twice as long each time; an acceptance halves that."""

    def __init__(self, per_second: float, link: str = "") -> None:
        self._link = link
        self._apart = 1 / per_second
        self._next = 0.0
        self._pause = 0.0
        self.refusals = 0

    async def enter(self) -> None:
        """Wait for the turn of one part."""
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            mine = max(now, self._next)
            if mine <= now:
                self._next = now + self._apart
                return
            await asyncio.sleep(mine - now)

    def refused(self) -> None:
        """The SMSC throttles us."""
        self.refusals += 1
        if not self._pause:
            log.warning("throttled", link=self._link)
        self._pause = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, self._pause * 2))
        self._next = max(self._next, asyncio.get_running_loop().time() + self._pause)

    def accepted(self) -> None:
        self._pause = self._pause / 2 if self._pause > _FIRST_PAUSE / 2 else 0.0
