"""Wake-ups between those who bring work and those who wait for it: in one process, or through Redis.

A ring that is lost costs a poll's interval, never a message: whoever waits looks again by itself.
"""

from __future__ import annotations

import asyncio
import contextlib

import redis
import redis.asyncio
import structlog

CHANNEL = "helpline:bell"
log = structlog.get_logger()


class LocalBell:
    """Rings within this process; safe to ring from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say on which loop the waiting happens; before that a ring wakes nobody."""
        self._loop = loop

    def ring(self, name: str) -> None:
        if self._loop is not None and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):  # the loop closed between the check and the call
                self._loop.call_soon_threadsafe(self._wake, name)

    def _wake(self, name: str) -> None:
        for event in self._waiting.get(name, set()):
            event.set()

    async def wait(self, name: str, timeout: float) -> bool:
        """Return whether it rang within `timeout` seconds."""
        event = asyncio.Event()
        self._waiting.setdefault(name, set()).add(event)
        try:
            async with asyncio.timeout(timeout):
                await event.wait()
        except TimeoutError:
            return False
        finally:
            self._waiting[name].discard(event)
        return True


class RedisBell(LocalBell):
    """Rings in every process that shares the Redis; with Redis gone it rings at home alone."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._redis = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)

    def ring(self, name: str) -> None:
        super().ring(name)
        try:
            self._redis.publish(CHANNEL, name)
        except redis.RedisError as error:
            log.warning("bell_lost", error=type(error).__name__)

    async def listen(self) -> None:
        """Pass on what other processes ring, for as long as this runs."""
        while True:
            try:
                await self._listen()
            except (redis.RedisError, OSError) as error:
                log.warning("bell_deaf", error=type(error).__name__)
                await asyncio.sleep(2)

    async def _listen(self) -> None:
        client = redis.asyncio.Redis.from_url(self._url)
        try:
            async with client.pubsub() as subscribed:
                await subscribed.subscribe(CHANNEL)
                async for message in subscribed.listen():
                    if message["type"] == "message":
                        self._wake(message["data"].decode())
        finally:
            await client.aclose()

    def reachable(self) -> bool:
        try:
            return bool(self._redis.ping())
        except redis.RedisError:
            return False
