"""The links of a setting, kept until a block ends, with an inbox that does as it is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.sms_smpp import build, links
from channels.vendor import NotTaken, Vendor
from helpline.messages import DeliveryReport, InboundPart, OutgoingMessage, Update
from tests.emulators.smsc import PASSWORD

PERSON = "+994500000001"


@dataclass
class Inbox:
    """Takes what comes, unless it is told not to."""

    taken: list[Update] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    refuses: int = 0
    breaks: int = 0
    seconds: float = 0.0
    backs: int = 0

    async def take(self, update: Update) -> int | None:
        await asyncio.sleep(self.seconds)
        if self.refuses:
            self.refuses -= 1
            raise NotTaken
        if self.breaks:
            self.breaks -= 1
            raise KeyError("a fault of ours")
        self.taken.append(update)
        return len(self.taken)

    async def confirm(self, taken: Sequence[int]) -> None:
        self.confirmed += taken

    async def link_back(self) -> None:
        self.backs += 1

    @property
    def parts(self) -> list[InboundPart]:
        return [one for one in self.taken if isinstance(one, InboundPart)]

    @property
    def reports(self) -> list[DeliveryReport]:
        return [one for one in self.taken if isinstance(one, DeliveryReport)]


@dataclass
class Served:
    vendor: Vendor
    inbox: Inbox

    async def send(self, text: str = "Salam", to: str = PERSON, **fields: Any) -> tuple[str, ...]:
        sent = await self.vendor.channel.send(OutgoingMessage("sms_smpp", to, text, **fields))
        assert isinstance(sent, tuple)
        return sent

    @property
    def up(self) -> dict[str, bool]:
        assert self.vendor.links is not None
        return dict(self.vendor.links())


async def until(true: Callable[[], object], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def served(url: str, *, bound: bool = True, inbox: Inbox | None = None) -> AsyncIterator[Served]:
    """Keep the links of `url` until the block ends; nothing may go uncaught meanwhile."""
    uncaught: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: uncaught.append(context))
    vendor, box = build(links(url, {"": PASSWORD})), inbox or Inbox()
    assert vendor.serve is not None
    serving = asyncio.ensure_future(vendor.serve(box))
    made = Served(vendor, box)
    try:
        if bound:
            await until(lambda: all(made.up.values()))
        yield made
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
    assert uncaught == []


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)
