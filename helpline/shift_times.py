"""When we are there, how long people may wait, whom the alarm wakes: what data/shifts.yml says (read by shift_file.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path

from helpline.opening import Calendar, Hours, State, opening
from triage.taxonomy import Level

DATA = Path(__file__).resolve().parent.parent / "data"
LEVELS = (Level.EMERGENCY, Level.URGENT, Level.CONCERN)


class Allowance(Enum):
    """What decides within how long a case is taken: its level, or why it is there."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    CONCERN = "concern"
    ADULT_REPORT = "adult_report"
    CHILD_WISH = "child_wish"

    @classmethod
    def of(cls, level: Level) -> Allowance:
        return cls(level.name.lower())


class Rung(Enum):
    """Whom the alarm calls. The bits of `cases.step` say which were called since the case last came into the queue."""

    SECOND = "second_counsellor"
    SUPERVISOR = "supervisor"
    PHONE = "duty_phone"

    @property
    def bit(self) -> int:
        return 1 << list(Rung).index(self)


@dataclass(frozen=True)
class NightDue:
    """At night. `from_shift`: counted from when the next shift begins, else from when the case came."""

    within: timedelta
    from_shift: bool


@dataclass(frozen=True)
class Alarm:
    """For a level: how long after it was due each rung is called, and how often the phone again."""

    rungs: Mapping[Rung, timedelta]
    again: timedelta


@dataclass(frozen=True)
class ShiftTimes:
    hours: Hours
    calendar: Calendar
    hours_are_staffed: bool
    due: Mapping[Allowance, timedelta]
    night: Mapping[Allowance, NightDue]
    unanswered: Mapping[Level, timedelta]
    claim: Mapping[Level, timedelta]
    anybody: Mapping[Level, timedelta]
    alarm: Mapping[Level, Alarm]
    capacity: int

    def works(self, now: datetime) -> bool:
        """Whether these are working hours."""
        return opening(self.hours, now, self.calendar).state in (State.OPEN, State.ALWAYS)

    def opens(self, now: datetime) -> datetime | None:
        """When the next working hours begin; None inside of them, and where none come."""
        found = opening(self.hours, now, self.calendar)
        return found.at if found.state is State.CLOSED else None

    def due_at(self, allowance: Allowance, now: datetime, *, night: bool, begins: datetime | None) -> datetime:
        """Until when a case that came now is to be taken. `begins`: when the next shift does, if that is known.

        What waits for a shift waits no longer than a concern in working hours.
        """
        at_night = self.night[allowance]
        if not night or (at_night.from_shift and begins is None):
            return now + self.due[allowance]
        if not at_night.from_shift or begins is None:
            return now + at_night.within
        return min(begins + at_night.within, now + self.due[Allowance.CONCERN])


class Due(Mapping[Level, timedelta]):
    """Within how long a case of a level is taken in working hours; read from the file when it is first asked."""

    def __getitem__(self, level: Level) -> timedelta:
        return times().due[Allowance.of(level)]

    def __iter__(self) -> Iterator[Level]:
        return iter(LEVELS)

    def __len__(self) -> int:
        return len(LEVELS)


@cache
def times() -> ShiftTimes:
    """The times of data/shifts.yml, read once. Raise BadShifts."""
    from helpline.shift_file import read  # it reads into these values

    return read(DATA)
