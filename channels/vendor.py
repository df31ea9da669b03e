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

    Header names are lower case; `body` is within the gateway's size limit. `client`: the IP address that it came from.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    client: str = field(default="", repr=False)


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
    methods: tuple[str, ...] = ("POST",)


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


class NotTaken(Exception):
    """What a vendor brought could not be committed: it must bring it again."""


class Inbox(Protocol):
    """Where a vendor that holds connections of its own brings what it receives."""

    async def take(self, update: Update) -> int | None:
        """Commit an update. Return what to `confirm`, or None where there is nothing to. Raise NotTaken.

        What came before and was not confirmed is taken once, whoever brings it again.
        """

    async def confirm(self, taken: Sequence[int]) -> None:
        """The vendor knows that these were taken, so that it will not bring them again. Raises nothing."""

    async def link_back(self) -> None:
        """A link is up: what waited because one was down may leave at once. Raises nothing."""


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
    # Run by a worker until it is cancelled: it keeps the vendor's connections and brings in what comes by them.
    serve: Callable[[Inbox], Awaitable[None]] | None = None
    # Which of the vendor's links are up now, by the name of their route (`<channel>/<link>`); one that keeps none has none.
    links: Callable[[], Mapping[str, bool]] | None = None
    # How many messages may be on their way to it at once, from one process.
    at_once: int = 4
    # Lets the person at an address see that somebody types; a vendor that cannot has none. SendFailed when it could not.
    show_typing: Callable[[str], Awaitable[None]] | None = None

    @property
    def name(self) -> str:
        return self.channel.name
