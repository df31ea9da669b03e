"""When a service is open: the week plan of a record, in the time of Baku, and what it comes to at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from helpline.starting import BAKU

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
# A closed service is looked ahead for so long; what opens later is not worth a time.
_AHEAD = 14


class State(Enum):
    ALWAYS = "always"
    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Opening:
    """At a moment. `at`, in Baku time: when an open one closes, or a closed one opens; None where that is not known."""

    state: State
    at: datetime | None = None


@dataclass(frozen=True)
class Calendar:
    """Public holidays: month-day of every year, and dates that move."""

    yearly: frozenset[str] = field(default_factory=frozenset)
    dates: frozenset[date] = field(default_factory=frozenset)

    def has(self, day: date) -> bool:
        return day in self.dates or f"{day:%m-%d}" in self.yearly


NO_HOLIDAYS = Calendar()


@dataclass(frozen=True)
class Hours:
    """A week plan. `week`: for a weekday (0 is Monday) its spans in minutes from midnight, in order; a lunch break is a gap.

    `on_holidays`: "open" as on any day, "closed", or None: not known. `closed_on`: days off of its own.
    """

    always: bool = False
    week: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    on_holidays: str | None = None
    closed_on: frozenset[date] = field(default_factory=frozenset)

    def spans(self, day: date, calendar: Calendar) -> tuple[tuple[int, int], ...] | None:
        """The spans of a day, or None when it is a holiday of which the record says nothing."""
        planned = self.week.get(day.weekday(), ())
        if day in self.closed_on:
            return ()
        if not calendar.has(day) or not planned or self.on_holidays == "open":
            return planned
        return () if self.on_holidays == "closed" else None


def opening(hours: Hours | None, now: datetime, calendar: Calendar = NO_HOLIDAYS) -> Opening:
    """Whether a service is open at `now` (aware); hours that nobody told are unknown, never guessed."""
    if hours is None:
        return Opening(State.UNKNOWN)
    if hours.always:
        return Opening(State.ALWAYS)
    local = now.astimezone(BAKU)
    today = hours.spans(local.date(), calendar)
    if today is None:
        return Opening(State.UNKNOWN)
    minute = local.hour * 60 + local.minute
    end = next((ends for begins, ends in today if begins <= minute < ends), None)
    if end is not None:
        return Opening(State.OPEN, _closes(hours, local.date(), end, calendar))
    return Opening(State.CLOSED, next(_openings(hours, local, calendar), None))


def _closes(hours: Hours, day: date, end: int, calendar: Calendar) -> datetime | None:
    """A span that ends at midnight goes on where the next day begins with one; None when it goes on and on."""
    for _ in range(_AHEAD):
        following = hours.spans(day + timedelta(days=1), calendar)
        if end < _DAY or not following or following[0][0] > 0:
            return _at(day, end)
        day, end = day + timedelta(days=1), following[0][1]
    return None


def _openings(hours: Hours, local: datetime, calendar: Calendar) -> Iterator[datetime]:
    """The coming beginnings, up to the first day of which nothing is known."""
    for ahead in range(_AHEAD):
        day = local.date() + timedelta(days=ahead)
        spans = hours.spans(day, calendar)
        if spans is None:
            return
        yield from (begins for begin, _ in spans if (begins := _at(day, begin)) > local)


def _at(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BAKU) + timedelta(minutes=minute)
