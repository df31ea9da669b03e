"""The one gate of all figures: numbers leave in batches of at least five different people (decision 0017).

What happens in a cell (a figure, a value of it, a district or the whole country) is held back until it is about enough people;
then all of it is released together, on that day. Every number that is shown is a sum of whole batches, so whatever somebody adds
up or takes away, of periods, districts or totals, is a sum of whole batches again.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
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
    """What a cell holds back: how much of each day, and of whom."""

    days: Mapping[date, int] = field(default_factory=dict)
    people: frozenset[int] = field(default_factory=frozenset, repr=False)

    @property
    def count(self) -> int:
        return sum(self.days.values())


@dataclass(frozen=True)
class Release:
    """A batch that left a cell on a day; `days`: on which days it happened, which is not for everybody."""

    day: date
    cell: Cell
    days: Mapping[date, int] = field(repr=False)

    @property
    def count(self) -> int:
        return sum(self.days.values())

    def within(self, first: date, last: date) -> int:
        return sum(count for day, count in self.days.items() if first <= day <= last)


@dataclass(frozen=True)
class Shown:
    """A number that may be shown; None: fewer than five."""

    number: int | None

    @property
    def least(self) -> int:
        return self.number or 0


HIDDEN = Shown(None)


def shown(released: int, happened: int) -> Shown:
    """What may be shown of a cell over a period; every page and file goes through here.

    `released`: what left in it; `happened`: how much of that is of the period itself, and was not only held back before.
    """
    return Shown(released) if happened >= FEWEST and released >= FEWEST else HIDDEN


def cells_of(event: Event) -> Iterable[Cell]:
    yield Cell(event.figure, event.value)
    if event.district:
        yield Cell(event.figure, event.value, event.district)


def close_day(cell: Cell, events: Sequence[Event], before: Waiting, secret: bytes) -> tuple[Release | None, Waiting]:
    """Count one cell's day; return what leaves, and what is held back after it."""
    if not events:
        return None, before
    day, people = events[0].day, before.people | {event.person for event in events}
    days = {**before.days, day: sum(event.count for event in events)}
    if len(people) < _enough(cell, day, secret):
        return None, Waiting(days, people)
    return Release(day, cell, days), Waiting()


def _enough(cell: Cell, day: date, secret: bytes) -> int:
    """Five to seven, always the same for a cell's day, and unknown to whoever has not the key."""
    named = "\0".join((cell.figure, cell.value, cell.district, day.isoformat()))
    return FEWEST + hmac.digest(secret, named.encode(), sha256)[0] % _MORE


def cell_key(cell: Cell, secret: bytes) -> bytes:
    """What a cell that holds somebody back is found by: which one it is, nobody reads without the key."""
    return hmac.digest(secret, "\0".join((cell.figure, cell.value, cell.district)).encode(), sha256)
