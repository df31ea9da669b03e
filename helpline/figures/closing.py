"""Counting finished days, once each and before anything of them is erased."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from helpline.figures.counting import Reach
from helpline.figures.periods import baku_day, containing
from helpline.figures.suppression import Cell, Event, Release, Waiting, cells_of, close_day

# Five days a commit: on SQLite nobody else writes meanwhile.
_AT_ONCE = timedelta(days=4)


class FigureUnit(Protocol):
    """What counting asks of a transaction."""

    def close_figure_days(self, now: datetime, reaches: Mapping[str, Reach]) -> int:
        """Count the next few finished days that nobody counted; return how many."""


class FigureStore(Protocol):
    def unit(self) -> AbstractContextManager[FigureUnit]: ...


@dataclass(frozen=True)
class Closed:
    """What left on some days, and what is held back after them in every cell that they touched."""

    releases: tuple[Release, ...]
    held: Mapping[Cell, Waiting]


def next_days(last_closed: date | None, began: date, now: datetime) -> tuple[date, date] | None:
    """The first and the last of the next days to count: finished, of one month, and not so many that others wait for them."""
    first = began if last_closed is None else last_closed + timedelta(days=1)
    last = min(baku_day(now) - timedelta(days=1), containing("month", first).last, first + _AT_ONCE)
    return None if last < first else (first, last)


def close(events: Iterable[Event], held: Mapping[Cell, Waiting], secret: bytes) -> Closed:
    """Count events of finished days, day after day; `held`: what each cell held back before."""
    by_day: dict[date, dict[Cell, list[Event]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        for cell in cells_of(event):
            by_day[event.day][cell].append(event)
    now: dict[Cell, Waiting] = {}
    releases: list[Release] = []
    for day in sorted(by_day):
        for cell, mine in by_day[day].items():
            release, now[cell] = close_day(cell, mine, now.get(cell, held.get(cell, Waiting())), secret)
            releases += [] if release is None else [release]
    return Closed(tuple(releases), now)


def close_all(store: FigureStore, now: datetime, reaches: Mapping[str, Reach]) -> int:
    """Count every finished day that nobody counted, a few a commit; return how many."""
    total = 0
    while True:
        with store.unit() as unit:
            closed = unit.close_figure_days(now, reaches)
        if closed == 0:
            return total
        total += closed
