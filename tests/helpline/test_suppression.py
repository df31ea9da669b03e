"""Nobody is found by adding figures up or taking them away: an attacker tries periods, districts and totals."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpline.figures.closing import Closed, close
from helpline.figures.suppression import FEWEST, HIDDEN, Cell, Event, Tally, Waiting, shown

DAY = date(2026, 11, 1)
SECRET = b"secret"
DISTRICTS = ("ganja", "barda", "tartar", "aghdam", "goranboy")


def event(day: int, person: int, value: str = "x", district: str | None = None) -> Event:
    return Event(DAY + timedelta(days=day), "topic", value, person, district)


def released(tallies: Iterable[Tally], cell: Cell, first: int, last: int) -> int | None:
    """What the attacker is shown of a cell for a period."""
    mine = [tally for tally in tallies if tally.cell == cell and first <= (tally.day - DAY).days <= last]
    return shown(sum(tally.count for tally in mine), sum(tally.released for tally in mine)).number


def history(seed: int, days: int = 60) -> list[Event]:
    """Few people in five districts, some of them again and again."""
    chance = random.Random(seed)
    return [
        event(day, chance.randrange(40), chance.choice("xyz"), chance.choice(DISTRICTS))
        for day in range(days)
        for _ in range(chance.choice((0, 0, 1, 1, 2, 6)))
    ]


def batches(events: list[Event], closed: Closed) -> dict[Cell, list[list[Event]]]:
    """Which events left together, by cell: what the attacker does not have."""
    left: dict[Cell, list[list[Event]]] = defaultdict(list)
    waiting: dict[Cell, list[Event]] = defaultdict(list)
    ordered = sorted(closed.tallies, key=lambda tally: tally.day)
    for tally in ordered:
        mine = [one for one in events if one.day == tally.day and _in(one, tally.cell)]
        waiting[tally.cell] += mine
        if tally.released:
            left[tally.cell].append(waiting.pop(tally.cell))
    return left


def _in(one: Event, cell: Cell) -> bool:
    return one.value == cell.value and cell.district in ("", one.district)


@pytest.mark.parametrize("seed", range(5))
def test_every_batch_is_about_five_people(seed: int) -> None:
    events = history(seed)
    left = batches(events, close(events, {}, SECRET))
    assert left
    assert [batch for all_ in left.values() for batch in all_ if len({one.person for one in batch}) < FEWEST] == []


@pytest.mark.parametrize("seed", range(3))
def test_differences_of_periods_are_whole_batches(seed: int) -> None:
    """Any period less any other inside it: nothing between is ever less than a batch of five people."""
    events = history(seed, 40)
    closed = close(events, {}, SECRET)
    for cell in {tally.cell for tally in closed.tallies}:
        known = {(a, b): released(closed.tallies, cell, a, b) for a, b in combinations(range(41), 2)}
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
        released(closed.tallies, Cell("topic", "x"), 0, 0) == released(closed.tallies, Cell("topic", "x"), 0, 1) == 20
    )


def test_only_person_of_a_district_is_not_the_total_less_the_others() -> None:
    """30 people in one district and one in another: the country does not show 31."""
    events = [event(0, person, district="ganja") for person in range(30)] + [event(1, 99, district="barda")]
    closed = close(events, {}, SECRET)
    assert released(closed.tallies, Cell("topic", "x"), 0, 9) == 30
    assert released(closed.tallies, Cell("topic", "x", "ganja"), 0, 9) == 30
    assert released(closed.tallies, Cell("topic", "x", "barda"), 0, 9) is None


def test_five_districts_that_hold_back_are_not_told_by_their_total() -> None:
    """With batches of exactly five, a total of 20 over five hidden districts would say: four in each."""
    sizes = Counter(_largest_held(district) for district in DISTRICTS for _ in range(1))
    seen = {_largest_held(f"d{number}") for number in range(40)}
    assert seen == {4, 5, 6}
    assert sum(sizes.values()) == len(DISTRICTS)


def _largest_held(district: str) -> int:
    """How many people can wait in a district on one day without leaving."""
    for number in range(1, 12):
        closed = close([event(0, person, district=district) for person in range(number)], {}, SECRET)
        if not closed.held[Cell("topic", "x", district)].people:
            return number - 1
    raise AssertionError("nobody ever leaves")


def test_one_person_again_and_again_is_never_shown() -> None:
    closed = close([event(day, 1) for day in range(50)], {}, SECRET)
    assert sum(tally.released for tally in closed.tallies) == 0
    assert closed.held[Cell("topic", "x")] == Waiting(50, frozenset({1}))


@pytest.mark.parametrize(
    ("count", "left", "number"),
    [
        pytest.param(0, 0, None, id="nothing happened looks like a few"),
        pytest.param(4, 0, None, id="four are held back"),
        pytest.param(4, 7, None, id="four stay hidden when earlier ones leave with them"),
        pytest.param(8, 0, None, id="eight messages of too few people"),
        pytest.param(8, 5, 5, id="five of eight have left"),
        pytest.param(5, 5, 5, id="five are shown"),
    ],
)
def test_shown_number_is_none_or_five_at_least(count: int, left: int, number: int | None) -> None:
    assert shown(count, left).number == number


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=120))
def test_counting_day_by_day_is_counting_at_once(pairs: list[tuple[int, int]]) -> None:
    """Nothing depends on when somebody looked: a year counted at once is a year counted each night."""
    events = [event(day, person) for day, person in pairs]
    held: dict[Cell, Waiting] = {}
    nightly: list[Tally] = []
    for day in range(31):
        closed = close([one for one in events if one.day == DAY + timedelta(days=day)], held, SECRET)
        held.update(closed.held)
        nightly += closed.tallies
    assert tuple(nightly) == close(events, {}, SECRET).tallies


def test_nothing_shown_is_nothing() -> None:
    assert shown(0, 0) == HIDDEN
