"""Nobody is found by adding figures up or taking them away: an attacker tries periods, districts and totals."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.figures.closing import Closed, close
from helpline.figures.suppression import FEWEST, HIDDEN, Cell, Event, Release, Waiting, shown

DAY = date(2026, 11, 1)
SECRET = b"secret"
DISTRICTS = ("ganja", "barda", "tartar", "aghdam", "goranboy")


def event(day: int, person: int, value: str = "x", district: str | None = None) -> Event:
    return Event(DAY + timedelta(days=day), "topic", value, person, district)


def released(releases: Iterable[Release], cell: Cell, first: int, last: int) -> int | None:
    """What the attacker is shown of a cell for a period."""
    begins, ends = DAY + timedelta(days=first), DAY + timedelta(days=last)
    mine = [one for one in releases if one.cell == cell and begins <= one.day <= ends]
    return shown(sum(one.count for one in mine), sum(one.within(begins, ends) for one in mine)).number


def history(seed: int, days: int = 60) -> list[Event]:
    """Few people in five districts, some of them again and again."""
    chance = random.Random(seed)
    return [
        event(day, chance.randrange(40), chance.choice("xyz"), chance.choice(DISTRICTS))
        for day in range(days)
        for _ in range(chance.choice((0, 0, 1, 1, 2, 6)))
    ]


def batches(events: list[Event], closed: Closed) -> list[list[Event]]:
    """Which events left together: what the attacker does not have."""
    return [[one for one in events if one.day in left.days and _in(one, left.cell)] for left in closed.releases]


def _in(one: Event, cell: Cell) -> bool:
    return one.value == cell.value and cell.district in ("", one.district)


@pytest.mark.parametrize("seed", range(5))
def test_every_batch_is_about_five_people(seed: int) -> None:
    events = history(seed)
    left = batches(events, close(events, {}, SECRET))
    assert left
    assert [batch for batch in left if len({one.person for one in batch}) < FEWEST] == []


@pytest.mark.parametrize("seed", range(3))
def test_differences_of_periods_are_whole_batches(seed: int) -> None:
    """Any period less any other inside it: nothing between is ever less than a batch of five people."""
    events = history(seed, 40)
    closed = close(events, {}, SECRET)
    for cell in {tally.cell for tally in closed.releases}:
        known = {(a, b): released(closed.releases, cell, a, b) for a, b in combinations(range(41), 2)}
        differences = {
            (known[a, b] or 0) - (known[a, c] or 0)
            for a, b, c in combinations(range(41), 3)
            if known.get((a, b)) is not None and known.get((a, c)) is not None
        }
        assert {abs(each) for each in differences} & set(range(1, FEWEST)) == set()


def test_one_more_day_tells_nothing_of_one_more_person() -> None:
    events = [event(0, person) for person in range(20)] + [event(1, 99)]
    closed = close(events, {}, SECRET)
    assert (
        released(closed.releases, Cell("topic", "x"), 0, 0) == released(closed.releases, Cell("topic", "x"), 0, 1) == 20
    )


def test_only_person_of_a_district_is_not_the_total_less_the_others() -> None:
    """30 people in one district and one in another: the country does not show 31."""
    events = [event(0, person, district="ganja") for person in range(30)] + [event(1, 99, district="barda")]
    closed = close(events, {}, SECRET)
    assert released(closed.releases, Cell("topic", "x"), 0, 9) == 30
    assert released(closed.releases, Cell("topic", "x", "ganja"), 0, 9) == 30
    assert released(closed.releases, Cell("topic", "x", "barda"), 0, 9) is None


def test_five_districts_that_hold_back_are_not_told_by_their_total() -> None:
    """With batches of exactly five, a total of 20 over five hidden districts would say: four in each."""
    assert {_largest_held(f"d{number}") for number in range(40)} == {4, 5, 6}


def _largest_held(district: str) -> int:
    """How many people can wait in a district on one day without leaving."""
    for number in range(1, 12):
        closed = close([event(0, person, district=district) for person in range(number)], {}, SECRET)
        if not closed.held[Cell("topic", "x", district)].people:
            return number - 1
    raise AssertionError("nobody ever leaves")


def test_one_person_again_and_again_is_never_shown() -> None:
    closed = close([event(day, 1) for day in range(50)], {}, SECRET)
    held = closed.held[Cell("topic", "x")]
    assert (closed.releases, held.count, held.people) == ((), 50, frozenset({1}))


SHOWN = [
    pytest.param(0, 0, None, id="nothing left"),
    pytest.param(7, 4, None, id="seven leave, of which four are of this period"),
    pytest.param(4, 4, None, id="four are never shown"),
    pytest.param(5, 5, 5, id="five are shown"),
]


@pytest.mark.parametrize(("left", "happened", "number"), SHOWN)
def test_shown_number_is_none_or_five_at_least(left: int, happened: int, number: int | None) -> None:
    assert shown(left, happened).number == number


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=120))
def test_counting_day_by_day_is_counting_at_once(pairs: list[tuple[int, int]]) -> None:
    """Nothing depends on when somebody looked: a year counted at once is a year counted each night."""
    events = [event(day, person) for day, person in pairs]
    held: dict[Cell, Waiting] = {}
    nightly: list[Release] = []
    for day in range(31):
        closed = close([one for one in events if one.day == DAY + timedelta(days=day)], held, SECRET)
        held.update(closed.held)
        nightly += closed.releases
    assert tuple(nightly) == close(events, {}, SECRET).releases


def test_nothing_shown_is_nothing() -> None:
    assert shown(0, 0) == HIDDEN
