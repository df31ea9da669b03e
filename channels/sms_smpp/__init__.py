"""SMS at the operators, over SMPP 3.4: links, sessions that are kept, sending and receiving. Registration is here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from channels.sms_smpp.keeper import Keeper
from channels.sms_smpp.links import BadLink, Link, links
from channels.sms_smpp.receiving import CHANNEL
from channels.sms_smpp.sending import SmppChannel
from channels.vendor import Inbox, Rate, Vendor

_MOST_AT_ONCE = 16


def build(configured: Sequence[Link]) -> Vendor:
    """Return the vendor to register. It connects to nothing before it serves."""
    keepers = [Keeper(link) for link in configured]

    async def serve(inbox: Inbox) -> None:
        async with asyncio.TaskGroup() as group:
            for keeper in keepers:
                group.create_task(keeper.keep(inbox))

    def up() -> Mapping[str, bool]:
        return {f"{CHANNEL}/{keeper.link.name}": keeper.up for keeper in keepers}

    return Vendor(
        SmppChannel(keepers),
        Rate(sum(link.per_second for link in configured)),
        serve=serve,
        links=up,
        at_once=min(_MOST_AT_ONCE, sum(link.window for link in configured)),
    )


__all__ = ["CHANNEL", "BadLink", "Link", "build", "links"]
