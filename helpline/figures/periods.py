"""Periods of figures: whole days of Baku."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from helpline.starting import BAKU

KINDS = ("week", "month", "quarter", "year", "own")
_DAY = timedelta(days=1)
# Longer own periods would only be slow.
_LONGEST = timedelta(days=1100)
_FIRST_YEAR = 2020


class BadPeriod(ValueError):
    """Something that names no period."""


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both in it."""

    kind: str
    first: date
    last: date

    @property
    def code(self) -> str:
        """A name for files: 2026, 2026-q4, 2026-11, 2026-w47, 2026-11-01_2026-11-12."""
        if self.kind == "own":
            return f"{self.first}_{self.last}"
        year, week, _ = self.first.isocalendar()
        names = {
            "year": f"{self.first.year}",
            "quarter": f"{self.first.year}-q{quarter_of(self.first)}",
            "month": f"{self.first:%Y-%m}",
            "week": f"{year}-w{week:02}",
        }
        return names[self.kind]

    def before(self) -> Period:
        """The period of the same kind just before; of own days, as many."""
        if self.kind == "own":
            return Period("own", self.first - (self.last - self.first) - _DAY, self.first - _DAY)
        return containing(self.kind, self.first - _DAY)

    def after(self) -> Period:
        if self.kind == "own":
            return Period("own", self.last + _DAY, self.last + (self.last - self.first) + _DAY)
        return containing(self.kind, self.last + _DAY)


def quarter_of(day: date) -> int:
    return (day.month - 1) // 3 + 1


def containing(kind: str, day: date) -> Period:
    """The week, month, quarter or year that a day is in. Raise BadPeriod."""
    if kind == "week":
        first = day - day.weekday() * _DAY
        return Period(kind, first, first + 6 * _DAY)
    if kind == "month":
        return Period(kind, day.replace(day=1), _next_month(day) - _DAY)
    if kind == "quarter":
        first = date(day.year, 3 * quarter_of(day) - 2, 1)
        return Period(kind, first, _next_month(first.replace(month=first.month + 2)) - _DAY)
    if kind == "year":
        return Period(kind, date(day.year, 1, 1), date(day.year, 12, 31))
    raise BadPeriod(kind)


def asked_period(kind: str, first: str, last: str, today: date) -> Period:
    """What a page was asked for; without a day, the period that today is in. Raise BadPeriod."""
    if kind not in KINDS:
        raise BadPeriod(kind)
    begins = _day(first) if first else today
    if kind != "own":
        return containing(kind, begins)
    ends = _day(last) if last else today
    if ends < begins or ends - begins > _LONGEST:
        raise BadPeriod(f"{first} {last}")
    return Period(kind, begins, ends)


def asked_month(named: str) -> Period:
    """`2026-11`. Raise BadPeriod."""
    return containing("month", _day(f"{named}-01"))


def _day(text: str) -> date:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise BadPeriod("a day") from None
    if not _FIRST_YEAR <= day.year < _FIRST_YEAR + 80:
        raise BadPeriod("a year")
    return day


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def baku_day(at: datetime) -> date:
    return at.astimezone(BAKU).date()


def begins_at(day: date) -> datetime:
    """When a day begins in Baku, in UTC."""
    return datetime.combine(day, time(), BAKU).astimezone(UTC)


def days(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last, both in it."""
    for number in range((last - first).days + 1):
        yield first + number * _DAY
