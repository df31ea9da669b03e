"""data/shifts.yml, read strictly, and the times of day and night that come of it."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml

from helpline.opening import Calendar
from helpline.shift_file import BadShifts, read_times
from helpline.shift_times import DATA, Allowance, times
from triage.taxonomy import Level

WRITTEN = yaml.safe_load((DATA / "shifts.yml").read_text(encoding="utf-8"))
EVENING = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)  # 21:00 in Baku, a Monday
MORNING = datetime(2026, 11, 3, 5, 0, tzinfo=UTC)  # 09:00 of the next day
MINUTE = timedelta(minutes=1)


def changed(path: str, value: object) -> object:
    tree = deepcopy(WRITTEN)
    *keys, last = path.split(".")
    branch = tree
    for key in keys:
        branch = branch[key]
    if value is None:
        del branch[last]
    else:
        branch[last] = value
    return tree


def refused(tree: object) -> str:
    with pytest.raises(BadShifts) as bad:
        read_times(tree, Calendar())
    return str(bad.value)


def test_shipped_file_can_be_followed_and_keeps_the_safety_rules() -> None:
    found = times()
    assert found.due == {
        Allowance.EMERGENCY: 2 * MINUTE,
        Allowance.URGENT: 15 * MINUTE,
        Allowance.CONCERN: timedelta(hours=24),
        Allowance.ADULT_REPORT: timedelta(hours=2),
        Allowance.CHILD_WISH: 15 * MINUTE,
    }
    assert found.unanswered == {Level.EMERGENCY: 2 * MINUTE, Level.URGENT: 5 * MINUTE, Level.CONCERN: 5 * MINUTE}
    assert found.claim == {Level.EMERGENCY: 3 * MINUTE, Level.URGENT: 5 * MINUTE, Level.CONCERN: 5 * MINUTE}


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("capacity", None, "the file: missing: capacity"),
        ("colour", "blue", "the file: there is no colour"),
        (
            "due.in_working_hours.urgent",
            "soon",
            "due.in_working_hours.urgent: soon is no time; written as 15 min or 2 h",
        ),
        (
            "due.in_working_hours.urgent",
            "16 min",
            "due.in_working_hours.urgent: at most 15 min (safety rules), and not 0",
        ),
        (
            "due.in_working_hours.emergency",
            "0 min",
            "due.in_working_hours.emergency: at most 2 min (safety rules), and not 0",
        ),
        (
            "due.at_night.urgent",
            "1 min after the shift begins",
            "due.at_night.urgent: does not wait for a shift (safety rules)",
        ),
        ("unanswered.emergency", "5 min", "unanswered.emergency: at most 2 min (safety rules), and not 0"),
        ("claim_lapses.urgent", "1 h", "claim_lapses.urgent: at most 5 min (safety rules), and not 0"),
        ("working_hours.mon", ["9-18"], 'working_hours.mon: 9-18 is no period; written as "09:00-18:00"'),
        ("working_hours.mon", "09:00-18:00", 'working_hours.mon: a list of periods, each written as "09:00-18:00"'),
        ("working_hours.mon", ["09:00-18:00", "17:00-20:00"], "working_hours.mon: periods overlap"),
        ("working_hours_are_staffed", "maybe", "working_hours_are_staffed: yes or no"),
        ("alarm.urgent.again", "0 min", "alarm.urgent.again: not 0"),
        ("capacity", 0, "capacity: a number from 1 to 20"),
    ],
    ids=[
        "something is missing",
        "something is unknown",
        "no time",
        "longer than the safety rules",
        "at once",
        "an urgent case waits for no shift",
        "an unanswered emergency",
        "a claim held for long",
        "no period",
        "a period without a list",
        "overlapping periods",
        "neither yes nor no",
        "an alarm without end",
        "nobody may hold anything",
    ],
)
def test_what_cannot_be_followed_is_refused_in_one_line(path: str, value: object, says: str) -> None:
    assert refused(changed(path, value)) == says


@pytest.mark.parametrize("raw", [None, [], "text"], ids=["empty", "a list", "a text"])
def test_what_is_no_tree_is_refused(raw: object) -> None:
    assert refused(raw).startswith("the file: lists")


def test_working_hours_have_several_periods_go_over_midnight_and_stop_on_holidays() -> None:
    tree = changed("working_hours.mon", ["09:00-13:00", "21:00-03:00"])
    found = read_times(tree, Calendar(dates=frozenset({date(2026, 11, 3)})))

    def works(day: int, hour: int) -> bool:
        return found.works(datetime(2026, 11, day, hour, 30, tzinfo=UTC) - timedelta(hours=4))

    assert [works(2, hour) for hour in (8, 9, 13, 20, 21, 23)] == [False, True, False, False, True, True]
    # Tuesday the 3rd is a holiday here: its hours count as closed, the night's too.
    assert [works(3, hour) for hour in (2, 10)] == [False, False]
    assert [works(10, hour) for hour in (2, 3, 10)] == [True, False, True]


@pytest.mark.parametrize(
    ("allowance", "due_at"),
    [
        (Allowance.EMERGENCY, EVENING + 2 * MINUTE),
        (Allowance.URGENT, EVENING + 15 * MINUTE),
        (Allowance.CONCERN, MORNING),
        (Allowance.ADULT_REPORT, MORNING),
        (Allowance.CHILD_WISH, MORNING + 15 * MINUTE),
    ],
    ids=lambda value: value.value if isinstance(value, Allowance) else "",
)
def test_night_plan_is_due_when_the_shift_begins_unless_it_presses(allowance: Allowance, due_at: datetime) -> None:
    assert times().due_at(allowance, EVENING, night=True, begins=MORNING) == due_at


def test_night_without_a_known_shift_or_with_a_far_one_waits_no_longer_than_a_day() -> None:
    wish, far = Allowance.CHILD_WISH, EVENING + timedelta(days=3)
    assert times().due_at(wish, EVENING, night=True, begins=None) == EVENING + 15 * MINUTE
    assert times().due_at(wish, EVENING, night=True, begins=far) == EVENING + timedelta(hours=24)
    assert times().due_at(wish, EVENING, night=False, begins=MORNING) == EVENING + 15 * MINUTE
