"""What a process says of its loops and links, for every other to read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog

from channels.vendor import Vendor
from gateway.health import LINK
from gateway.logs import fault
from helpline.turns import Parts

_EVERY: Final = 5.0
log = structlog.get_logger()


def longest_step(part: str) -> float:
    """Seconds that one step may take: a poll waits for updates, a send for its turn at the vendor."""
    return 90.0 if part.startswith(("poll:", "send:", "alert:", "bulk:", "typing:")) else 20.0


class Beats:
    """Of one process: a loop that hangs stops beating."""

    def __init__(self, parts: Parts, vendors: tuple[Vendor, ...]) -> None:
        self._parts = parts
        self._vendors = vendors
        self._ran: dict[str, float] = {}

    def ran(self, part: str) -> None:
        self._ran[part] = asyncio.get_running_loop().time()

    async def keep(self) -> None:
        """Write what ran lately and which links are up, until cancelled."""
        while True:
            now = asyncio.get_running_loop().time()
            alive = [part for part, at in self._ran.items() if now - at < longest_step(part)]
            alive += [f"{LINK}{route}" for route, up in self._links().items() if up]
            try:
                await asyncio.to_thread(self._write, alive)
            except Exception as error:  # the edge: a dead database must not end the workers
                log.error("step_failed", part="beat", **fault(error))
            await asyncio.sleep(_EVERY)

    def _links(self) -> Mapping[str, bool]:
        kept = (vendor.links for vendor in self._vendors if vendor.links is not None)
        return {route: up for links in kept for route, up in links().items()}

    def _write(self, parts: list[str]) -> None:
        now = self._parts.clock.now()
        with self._parts.store.unit() as unit:
            for part in sorted(set(parts)):
                unit.beat(part, now)
