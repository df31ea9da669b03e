"""Keeping within a vendor's limits: so many messages a second overall, and a pause between two to one address.

What we start has a rate of its own besides, and a fifth of the vendor's while replies wait.

The buckets live in Redis when several processes send, else in this process.
"""

from __future__ import annotations

import asyncio
import math
import time

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from channels.vendor import Rate

_LOOK_AGAIN = 0.05
BULK_PER_SECOND = 5.0
# Of the vendor's rate, while replies wait.
_BULK_SHARE = 0.2
log = structlog.get_logger()


class Rates:
    """Waits until a message may go. Redis gone: this process keeps the limits by itself."""

    def __init__(self, redis_url: str | None = None, bulk_per_second: float = BULK_PER_SECOND) -> None:
        self._bulk = bulk_per_second
        self._local = MovingWindowRateLimiter(MemoryStorage())
        shared = None if redis_url is None else _storage(redis_url)
        self._shared = None if shared is None else MovingWindowRateLimiter(shared)
        self._paused: dict[str, float] = {}

    async def acquire(self, channel: str, rate: Rate, who: str) -> None:
        """Wait for the turn of a message of `channel` to `who` (an id, never an address)."""
        if rate.seconds_per_address:
            await self._hit(RateLimitItemPerSecond(1, max(1, round(rate.seconds_per_address))), channel, who)
        await self._hit(_overall(rate.per_second), channel)

    async def acquire_bulk(self, channel: str, rate: Rate, *, replies_wait: bool = False) -> None:
        """Wait until something that we start may be looked at; `acquire` follows, for the vendor's own limits."""
        allowed = rate.per_second * _BULK_SHARE if replies_wait else rate.per_second
        await self._hit(_overall(min(self._bulk, allowed)), f"{channel}:bulk")

    def pause(self, line: str, seconds: float) -> None:
        """The vendor asked a whole line of messages to wait."""
        self._paused[line] = max(self._paused.get(line, 0.0), time.monotonic() + seconds)

    async def passed(self, line: str) -> None:
        """Wait until no pause of the line is left. To be asked before anything is leased: a pause may outlast a lease."""
        while (left := self._paused.get(line, 0.0) - time.monotonic()) > 0:
            await asyncio.sleep(left)

    async def _hit(self, item: RateLimitItemPerSecond, *names: str) -> None:
        while not await self._try(item, *names):
            await asyncio.sleep(_LOOK_AGAIN)

    async def _try(self, item: RateLimitItemPerSecond, *names: str) -> bool:
        if self._shared is not None:
            try:
                return await self._shared.hit(item, *names)
            except StorageError as error:
                log.warning("rates_alone", error=type(error).__name__)
        return await self._local.hit(item, *names)


def _storage(redis_url: str) -> RedisStorage:
    return RedisStorage(f"async+{redis_url}", wrap_exceptions=True, implementation="redispy")


def _overall(per_second: float) -> RateLimitItemPerSecond:
    """Whole messages in whole seconds, never more than asked for: half a message a second is one in two."""
    if per_second >= 1:
        return RateLimitItemPerSecond(int(per_second))
    return RateLimitItemPerSecond(1, math.ceil(round(1 / per_second, 6)))
