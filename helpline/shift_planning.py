"""Planning shifts: by a supervisor, for somebody who takes cases, from a time to a time of Baku."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from helpline.ports import Bell, Clock, NotFound, Store
from helpline.starting import BAKU

LONGEST = timedelta(hours=16)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class BadShift(ValueError):
    """No such day or hour, or a shift longer than somebody can work; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Shift:
    """A planned shift. Times are aware; an end on the next day is a shift over midnight."""

    id: int
    counsellor: int
    name: str
    starts_at: datetime
    ends_at: datetime


def span(day: str, begins: str, ends: str) -> tuple[datetime, datetime]:
    """The times of a shift typed as a day and two hours of Baku; an end not after the beginning is on the next day."""
    on, first, last = _day(day), _clock(begins), _clock(ends)
    starts_at = datetime.combine(on, first, BAKU)
    ends_at = datetime.combine(on if last > first else on + timedelta(days=1), last, BAKU)
    if ends_at - starts_at > LONGEST:
        raise BadShift("too_long")
    return starts_at, ends_at


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadShift("day") from None


def _clock(written: str) -> time:
    match = _CLOCK.fullmatch(written.strip())
    if match is None:
        raise BadShift("hour")
    return time(int(match[1]), int(match[2]))


class ShiftPlanning:
    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def add(self, counsellor: int, day: str, begins: str, ends: str) -> None:
        """Plan a shift. Raise BadShift, also where it overlaps another one of theirs; NotFound for who takes no cases."""
        starts_at, ends_at = span(day, begins, ends)
        now = self._clock.now()
        if ends_at <= now:
            raise BadShift("past")
        with self._store.unit() as unit:
            unit.lock_counsellor(counsellor)
            if not unit.takes_cases(counsellor):
                raise NotFound
            if unit.overlaps(counsellor, starts_at, ends_at):
                raise BadShift("overlaps")
            unit.add_shift(counsellor, starts_at, ends_at, now)

    def remove(self, shift: int) -> None:
        """Take a planned shift away; one that is gone already stays gone."""
        with self._store.unit() as unit:
            unit.remove_shift(shift)


class Watching:
    """What somebody says of themselves: on, off, resting."""

    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def on(self, counsellor: int) -> None:
        """On shift, and at the queue again."""
        with self._store.unit() as unit:
            unit.begin_watch(counsellor, self._clock.now())
        self._bell.ring("cases")

    def rest(self, counsellor: int, lasts: timedelta) -> None:
        with self._store.unit() as unit:
            unit.rest(counsellor, self._clock.now() + lasts)
        self._bell.ring("cases")

    def off(self, counsellor: int) -> int:
        """Off shift, unless cases are still held: return how many, then nothing was done."""
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.holding(counsellor, now)
            if not held:
                unit.end_watch(counsellor, now)
        self._bell.ring("cases")
        return held
