"""Keeping within a vendor's limits: so many messages a second overall, and a pause between two to one address.

The buckets live in Redis when several processes send, else in this process.
"""

from __future__ import annotations

import asyncio
import time

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from channels.vendor import Rate

_LOOK_AGAIN = 0.05
log = structlog.get_logger()


class Rates:
    """Waits until a message may go. Redis gone: this process keeps the limits by itself."""

    def __init__(self, redis_url: str | None = None) -> None:
        self._local = MovingWindowRateLimiter(MemoryStorage())
        shared = None if redis_url is None else _storage(redis_url)
        self._shared = None if shared is None else MovingWindowRateLimiter(shared)
        self._paused: dict[str, float] = {}

    async def acquire(self, channel: str, rate: Rate, who: str) -> None:
        """Wait for the turn of a message of `channel` to `who` (an id, never an address)."""
        while (left := self._paused.get(channel, 0.0) - time.monotonic()) > 0:
            await asyncio.sleep(left)
        if rate.seconds_per_address:
            await self._hit(RateLimitItemPerSecond(1, max(1, round(rate.seconds_per_address))), channel, who)
        await self._hit(_overall(rate), channel)

    def pause(self, channel: str, seconds: float) -> None:
        """The vendor asked the whole channel to wait."""
        self._paused[channel] = max(self._paused.get(channel, 0.0), time.monotonic() + seconds)

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


def _overall(rate: Rate) -> RateLimitItemPerSecond:
    """Whole messages in whole seconds: half a message a second is one in two."""
    if rate.per_second >= 1:
        return RateLimitItemPerSecond(int(rate.per_second))
    return RateLimitItemPerSecond(1, round(1 / rate.per_second))
