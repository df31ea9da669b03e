"""The one gate of all figures: numbers leave in batches of at least five different people (decision 0017).

What happens in a cell (a figure, a value of it, a district or the whole country) is held back until it is about enough people;
then all of it is released together, on that day. Every number that is shown is a sum of whole batches, so whatever somebody adds
up or takes away, of periods, districts or totals, is a sum of whole batches again.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

FEWEST = 5
# A batch closes at five, six or seven people: who adds up all parts of a total cannot tell how many are held back in each.
_MORE = 3
COUNTRY = ""


@dataclass(frozen=True)
class Event:
    """One thing that counts. `person` only tells people apart, and is not kept with the figures."""

    day: date
    figure: str
    value: str
    person: int = field(repr=False)
    district: str | None = None
    count: int = 1


@dataclass(frozen=True, order=True)
class Cell:
    figure: str
    value: str
    district: str = COUNTRY


@dataclass(frozen=True)
class Waiting:
    """What a cell holds back."""

    count: int = 0
    people: frozenset[int] = field(default_factory=frozenset, repr=False)


@dataclass(frozen=True)
class Tally:
    """A cell's day: what happened, and what was released."""

    day: date
    cell: Cell
    count: int
    released: int


@dataclass(frozen=True)
class Shown:
    """A number that may be shown; None: fewer than five."""

    number: int | None

    @property
    def least(self) -> int:
        return self.number or 0


HIDDEN = Shown(None)


def shown(count: int, released: int) -> Shown:
    """What may be shown of a cell over a period; every page and file goes through here."""
    return Shown(released) if count >= FEWEST and released >= FEWEST else HIDDEN


def cells_of(event: Event) -> Iterable[Cell]:
    yield Cell(event.figure, event.value)
    if event.district:
        yield Cell(event.figure, event.value, event.district)


def close_day(cell: Cell, events: Iterable[Event], before: Waiting, secret: bytes) -> tuple[Tally | None, Waiting]:
    """Count one cell's day; return its tally and what is held back after it."""
    mine = tuple(events)
    if not mine:
        return None, before
    count = sum(event.count for event in mine)
    day, people = mine[0].day, before.people | {event.person for event in mine}
    held = Waiting(before.count + count, people)
    if len(people) < _enough(cell, day, secret):
        return Tally(day, cell, count, 0), held
    return Tally(day, cell, count, held.count), Waiting()


def _enough(cell: Cell, day: date, secret: bytes) -> int:
    """Five to seven, always the same for a cell's day, and unknown to whoever has not the key."""
    named = "\0".join((cell.figure, cell.value, cell.district, day.isoformat()))
    return FEWEST + hmac.digest(secret, named.encode(), sha256)[0] % _MORE
