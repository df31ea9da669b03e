"""What joining parts asks of a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from helpline.messages import Alphabet, InboundPart


@dataclass(frozen=True)
class Kept:
    """The body of a part that waits."""

    number: int
    alphabet: Alphabet
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Earlier:
    """A delivery with the same fingerprint that came before."""

    id: int
    at: datetime
    confirmed: bool


@dataclass(frozen=True)
class PartSet:
    """A message on its way in, of which something is not stored yet. `stored`: an incomplete form of it was, before."""

    id: int
    channel: str
    route: str
    total: int
    held: int
    last_at: datetime
    stored: bool

    @property
    def whole(self) -> bool:
        return self.held >= self.total


class JoiningUnit(Protocol):
    def earlier_delivery(self, part: InboundPart) -> Earlier | None: ...
    def add_delivery(self, part: InboundPart, at: datetime) -> int: ...
    def confirm_deliveries(self, deliveries: Sequence[int]) -> None: ...
    def keep_part(self, conversation: int, part: InboundPart, at: datetime, *, late_since: datetime) -> None: ...
    def open_sets(self, conversation: int) -> list[PartSet]: ...
    def kept_parts(self, part_set: int) -> list[Kept]: ...
    def close_set(self, part_set: PartSet, message: int) -> None: ...
    def waiting_sets(self, before: datetime, most: int) -> list[int]: ...
    def forget_deliveries(self, before: datetime) -> int: ...
