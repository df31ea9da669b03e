"""What a vendor's channel gives the gateway: how to decode what it posts, how to send, how fast."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from helpline.messages import Update
from helpline.ports import Channel


@dataclass(frozen=True)
class Posted:
    """An HTTP request as it came. `url` is built from the configured public URL, never from the request's Host.

    Header names are lower case; `body` is within the gateway's size limit.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Acknowledgement:
    """What the vendor is answered once its updates are committed."""

    body: str = ""
    content_type: str = "text/plain"


# Return the updates of a request; raise ForgedUpdate, MalformedUpdate or UnsupportedUpdate.
Decode = Callable[[Posted], Sequence[Update]]


@dataclass(frozen=True)
class Route:
    """`answer`, where given, makes the acknowledgement from the request; it is asked only after the commit."""

    path: str
    decode: Decode
    acknowledgement: Acknowledgement = Acknowledgement()
    answer: Callable[[Posted], Acknowledgement] | None = None


@dataclass(frozen=True)
class Rate:
    """The vendor's limits: messages a second overall, and seconds between two messages to one address."""

    per_second: float
    seconds_per_address: float = 0.0


@dataclass(frozen=True)
class Polled:
    """One raw update of a polled vendor. `position` is what to store once it is committed.

    `decode` parses this update alone and raises what a route's decode raises.
    """

    position: int
    decode: Callable[[], Sequence[Update]]


class Poller(Protocol):
    def poll(self, position: int) -> AsyncIterator[Polled]:
        """Yield updates after `position`; return when a poll brought no more. Raise SendFailed when out of reach."""


@dataclass(frozen=True)
class Vendor:
    """A registered vendor: `channel.name` is the name its messages, senders and outbox rows carry."""

    channel: Channel
    rate: Rate
    routes: tuple[Route, ...] = ()
    poller: Poller | None = None
    # Run by a worker first, until it succeeds: it tells the vendor where to post. SendFailed when it could not.
    start: Callable[[], Awaitable[None]] | None = None
    # Run when the workers end: it closes connections.
    stop: Callable[[], Awaitable[None]] | None = None
    # Lets the person at an address see that somebody types; a vendor that cannot has none. SendFailed when it could not.
    show_typing: Callable[[str], Awaitable[None]] | None = None

    @property
    def name(self) -> str:
        return self.channel.name
