"""Reading data/shifts.yml strictly: what cannot be followed is refused in one line that says where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import yaml

from helpline.opening import DAYS, Calendar, Hours
from helpline.shift_times import LEVELS, Alarm, Allowance, NightDue, Rung, ShiftTimes
from triage.taxonomy import Level

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_TIME = re.compile(r"(\d{1,4}) (min|h)")
_AFTER = " after the shift begins"
_DAY = 24 * 60
_KEYS = frozenset(
    {
        *("working_hours", "working_hours_are_staffed", "due", "unanswered", "claim_lapses"),
        *("goes_to_anybody_after", "alarm", "capacity"),
    }
)
_MINUTE = timedelta(minutes=1)
# The safety rules' own limits: a file may be stricter.
_LONGEST_DUE = {
    Allowance.EMERGENCY: 2 * _MINUTE,
    Allowance.URGENT: 15 * _MINUTE,
    Allowance.CONCERN: timedelta(hours=24),
    Allowance.ADULT_REPORT: timedelta(hours=2),
    Allowance.CHILD_WISH: 15 * _MINUTE,
}
_LONGEST_UNANSWERED = {Level.EMERGENCY: 2 * _MINUTE, Level.URGENT: 5 * _MINUTE, Level.CONCERN: 5 * _MINUTE}
_LONGEST_CLAIM = {Level.EMERGENCY: 3 * _MINUTE, Level.URGENT: 5 * _MINUTE, Level.CONCERN: 5 * _MINUTE}
_Name = TypeVar("_Name", Allowance, Level, Rung)


class BadShifts(ValueError):
    """The file says something that cannot be followed; the message is one line that says what and where."""


def read(data: Path) -> ShiftTimes:
    """Read shifts.yml, and the holidays that the directory has. Raise BadShifts."""
    try:
        raw = yaml.safe_load((data / "shifts.yml").read_text(encoding="utf-8"))
        days = yaml.safe_load((data / "services" / "holidays.yml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BadShifts(f"cannot be read: {type(error).__name__}") from None
    return read_times(raw, Calendar(frozenset(days["yearly"]), frozenset(days["dates"])))


def read_times(raw: object, calendar: Calendar) -> ShiftTimes:
    """Raise BadShifts for what is missing, unknown, no time, or longer than the safety rules let it be."""
    tree = _tree("the file", raw, _KEYS)
    due = _tree("due", tree["due"], {"in_working_hours", "at_night"})
    return ShiftTimes(
        hours=_hours(tree["working_hours"]),
        calendar=calendar,
        hours_are_staffed=_yes_or_no("working_hours_are_staffed", tree["working_hours_are_staffed"]),
        due=_limited("due.in_working_hours", due["in_working_hours"], _LONGEST_DUE),
        night=_night(due["at_night"]),
        unanswered=_limited("unanswered", tree["unanswered"], _LONGEST_UNANSWERED),
        claim=_limited("claim_lapses", tree["claim_lapses"], _LONGEST_CLAIM),
        anybody=_each("goes_to_anybody_after", tree["goes_to_anybody_after"], _by_level(), _time),
        alarm={
            level: _alarm(f"alarm.{name}", _tree("alarm", tree["alarm"], set(_by_level()))[name])
            for name, level in _by_level().items()
        },
        capacity=_capacity(tree["capacity"]),
    )


def _tree(where: str, raw: object, keys: Iterable[str]) -> Mapping[str, object]:
    expected = set(keys)
    if not isinstance(raw, dict):
        raise BadShifts(f"{where}: lists {', '.join(sorted(expected))}")
    found = {str(key): value for key, value in raw.items()}
    for what, names in (("there is no", set(found) - expected), ("missing:", expected - set(found))):
        if names:
            raise BadShifts(f"{where}: {what} {', '.join(sorted(names))}")
    return found


def _by_level() -> dict[str, Level]:
    return {level.name.lower(): level for level in LEVELS}


def _each(
    where: str, raw: object, names: Mapping[str, _Name], one: Callable[[str, object], timedelta]
) -> dict[_Name, timedelta]:
    tree = _tree(where, raw, names)
    return {name: one(f"{where}.{key}", tree[key]) for key, name in names.items()}


def _limited(where: str, raw: object, longest: Mapping[_Name, timedelta]) -> dict[_Name, timedelta]:
    names = {name.name.lower(): name for name in longest}
    found = _each(where, raw, names, _time)
    for name, most in longest.items():
        if not timedelta(0) < found[name] <= most:
            raise BadShifts(f"{where}.{name.name.lower()}: at most {most // _MINUTE} min (safety rules), and not 0")
    return found


def _time(where: str, raw: object) -> timedelta:
    match = _TIME.fullmatch(str(raw))
    if match is None:
        raise BadShifts(f"{where}: {raw} is no time; written as 15 min or 2 h")
    return int(match[1]) * (_MINUTE if match[2] == "min" else timedelta(hours=1))


def _night(raw: object) -> dict[Allowance, NightDue]:
    tree = _tree("due.at_night", raw, [allowance.value for allowance in Allowance])
    return {allowance: _night_due(allowance, str(tree[allowance.value])) for allowance in Allowance}


def _night_due(allowance: Allowance, written: str) -> NightDue:
    where, from_shift = f"due.at_night.{allowance.value}", written.endswith(_AFTER)
    within = _time(where, written.removesuffix(_AFTER))
    if from_shift and allowance in (Allowance.EMERGENCY, Allowance.URGENT):
        raise BadShifts(f"{where}: does not wait for a shift (safety rules)")
    if not from_shift and not timedelta(0) < within <= _LONGEST_DUE[allowance]:
        raise BadShifts(f"{where}: at most {_LONGEST_DUE[allowance] // _MINUTE} min (safety rules), and not 0")
    return NightDue(within, from_shift)


def _alarm(where: str, raw: object) -> Alarm:
    tree = _tree(where, raw, [*(rung.value for rung in Rung), "again"])
    again = _time(f"{where}.again", tree["again"])
    if again <= timedelta(0):
        raise BadShifts(f"{where}.again: not 0")
    return Alarm({rung: _time(f"{where}.{rung.value}", tree[rung.value]) for rung in Rung}, again)


def _hours(raw: object) -> Hours:
    """A period over midnight ends on the next day; periods of a day are in order and do not overlap."""
    tree = _tree("working_hours", raw, DAYS)
    week: dict[int, list[tuple[int, int]]] = {day: [] for day in range(len(DAYS))}
    for day, name in enumerate(DAYS):
        for begins, ends in _periods(f"working_hours.{name}", tree[name]):
            week[day].append((begins, ends if ends > begins else _DAY))
            if ends <= begins and ends:
                week[(day + 1) % len(DAYS)].append((0, ends))
    for day, spans in week.items():
        spans.sort()
        if any(earlier[1] > later[0] for earlier, later in pairwise(spans)):
            raise BadShifts(f"working_hours.{DAYS[day]}: periods overlap")
    return Hours(False, {day: tuple(spans) for day, spans in week.items()}, "closed")


def _periods(where: str, raw: object) -> list[tuple[int, int]]:
    if not isinstance(raw, list):
        raise BadShifts(f'{where}: a list of periods, each written as "09:00-18:00"')
    found = []
    for written in raw:
        match = _SPAN.fullmatch(str(written))
        if match is None:
            raise BadShifts(f'{where}: {written} is no period; written as "09:00-18:00"')
        found.append((int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])))
    return found


def _yes_or_no(where: str, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise BadShifts(f"{where}: yes or no")
    return raw


def _capacity(raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= 20:
        raise BadShifts("capacity: a number from 1 to 20")
    return raw
