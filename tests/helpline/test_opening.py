"""Opening hours: lunch, weekends, holidays, midnight, and what nobody told."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from helpline.opening import Calendar, Opening, State, opening
from helpline.record_fields import BadRecord, Fields
from helpline.starting import BAKU

OFFICE = {name: ["09:00-13:00", "14:00-18:00"] for name in ("mon", "tue", "wed", "thu", "fri")}
HOLIDAYS = Calendar(frozenset({"11-08"}), frozenset({date(2026, 11, 4)}))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026 in Baku: the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BAKU)


def state(hours: object, now: datetime, calendar: Calendar = HOLIDAYS) -> Opening:
    return opening(Fields({"hours": hours}, "places.yml").hours(), now, calendar)


CASES = {
    "nobody told": (None, at(2, 10), Opening(State.UNKNOWN)),
    "round the clock": ("always", at(8, 3), Opening(State.ALWAYS)),
    "in the morning": (OFFICE, at(2, 10), Opening(State.OPEN, at(2, 13))),
    "the minute it opens": (OFFICE, at(2, 9), Opening(State.OPEN, at(2, 13))),
    "at lunch": (OFFICE, at(2, 13), Opening(State.CLOSED, at(2, 14))),
    "after lunch": (OFFICE, at(2, 17, 59), Opening(State.OPEN, at(2, 18))),
    "before it opens": (OFFICE, at(2, 8, 59), Opening(State.CLOSED, at(2, 9))),
    "in the evening": (OFFICE, at(2, 18), Opening(State.CLOSED, at(3, 9))),
    "on Friday evening": (OFFICE, at(6, 18), Opening(State.CLOSED, at(9, 9))),
    "a holiday of which nothing is told": (OFFICE, at(4, 10), Opening(State.UNKNOWN)),
    "the evening before it": (OFFICE, at(3, 19), Opening(State.CLOSED)),
    "a holiday that is off": ({**OFFICE, "on_holidays": "closed"}, at(4, 10), Opening(State.CLOSED, at(5, 9))),
    "a holiday that is worked": ({**OFFICE, "on_holidays": "open"}, at(4, 10), Opening(State.OPEN, at(4, 13))),
    "a holiday on a day off": (OFFICE, at(8, 10), Opening(State.CLOSED, at(9, 9))),
    "a day off of its own": ({**OFFICE, "closed_on": ["2026-11-05"]}, at(5, 10), Opening(State.CLOSED, at(6, 9))),
    "past midnight": ({"mon": "20:00-24:00", "tue": "00:00-04:00"}, at(2, 23), Opening(State.OPEN, at(3, 4))),
}  # fmt: skip


@pytest.mark.parametrize(("hours", "now", "expected"), CASES.values(), ids=CASES)
def test_opening_is(hours: object, now: datetime, expected: Opening) -> None:
    assert state(hours, now) == expected


def test_what_never_closes_has_no_closing_hour() -> None:
    every = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")
    assert state(every, at(2, 5), Calendar()) == Opening(State.OPEN)


def test_opening_is_told_in_the_time_of_baku() -> None:
    assert state(OFFICE, datetime(2026, 11, 2, 5, 30, tzinfo=UTC)) == Opening(State.OPEN, at(2, 13))


@pytest.mark.parametrize(
    "hours",
    ["daily", ["09:00-18:00"], {}, {"monday": "09:00-18:00"}, {"mon": "9-18"}, {"mon": "18:00-09:00"}, {"mon": 9},
     {"mon": ["14:00-18:00", "09:00-13:00"]}, {"mon": "09:00-24:30"}, {"mon": "09:00-18:00", "on_holidays": "maybe"},
     {"mon": "09:00-18:00", "closed_on": ["5 Nov"]}],
    ids=str,
)  # fmt: skip
def test_hours_that_are_none_are_refused(hours: object) -> None:
    with pytest.raises(BadRecord, match=r"hours|closed_on"):
        Fields({"hours": hours}, "places.yml").hours()
