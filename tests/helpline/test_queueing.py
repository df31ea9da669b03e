"""Who waits in which order, who may take whom, and how far the alarm climbs: pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from helpline.accounts import Account, Role
from helpline.conversations import Case, CaseState
from helpline.expecting import Load, expected
from helpline.ladder import Climb, climb
from helpline.queueing import OnWatch, Turned, Waiting, in_order, next_for
from helpline.shift_times import Rung, times
from triage.taxonomy import Level

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def waiting(
    case: int, level: Level = Level.URGENT, waited: float = 1, allowed: float = 15, **fields: object
) -> Waiting:
    since = NOW - waited * MINUTE
    return Waiting(case, level, since, since + allowed * MINUTE, **fields)  # type: ignore[arg-type]


def on(number: int = 1, holding: int = 0, role: Role = Role.COUNSELLOR, rests: float = 0, **about: object) -> OnWatch:
    account = Account(number, "somebody", role, "en", **about)  # type: ignore[arg-type]
    return OnWatch(account, holding, NOW + rests * MINUTE if rests else None)


def taken(me: OnWatch, *cases: Waiting, others: tuple[OnWatch, ...] = ()) -> list[int] | Turned:
    return next_for(me, cases, (me, *others), NOW, times())


def test_order_is_the_level_then_the_share_of_the_allowance_that_is_used() -> None:
    cases = [
        waiting(1, Level.CONCERN, waited=10 * 60, allowed=24 * 60),
        waiting(2, Level.CONCERN, waited=10, allowed=15),
        waiting(3, Level.URGENT, waited=1),
        waiting(4, Level.URGENT, waited=20),
        waiting(5, Level.EMERGENCY, waited=0, allowed=2),
    ]
    assert [one.case for one in in_order(cases, NOW)] == [5, 4, 3, 2, 1]


def test_who_came_at_night_is_first_of_the_level_in_the_morning() -> None:
    cases = [
        waiting(1, Level.CONCERN, waited=14, allowed=15),
        waiting(2, Level.CONCERN, waited=600, allowed=900, after_hours=True),
        waiting(3, Level.URGENT),
    ]
    assert [one.case for one in in_order(cases, NOW)] == [3, 2, 1]


def test_case_back_in_the_queue_counts_as_overdue() -> None:
    lapsed = Waiting(1, Level.URGENT, NOW - 6 * MINUTE, NOW)
    assert [one.case for one in in_order([waiting(2, waited=10), lapsed], NOW)] == [1, 2]


@pytest.mark.parametrize(
    ("me", "case", "gives"),
    [
        (on(), waiting(1), [1]),
        (on(speaks=("az",)), waiting(1, language="az"), [1]),
        (on(speaks=("az",)), waiting(1, language="ru"), Turned.FOR_OTHERS),
        (on(gender="woman"), waiting(1, wants="woman"), [1]),
        (on(gender="man"), waiting(1, wants="woman"), Turned.FOR_OTHERS),
        (on(), waiting(1, wants="woman"), Turned.FOR_OTHERS),
        (on(speaks=("az",)), waiting(1, language="ru", waited=16), [1]),
        (on(speaks=("az",)), waiting(1, language="ru", waited=5), [1]),
        (on(speaks=("az",)), waiting(1, Level.EMERGENCY, waited=0, allowed=2, language="ru"), [1]),
        (on(), waiting(1, sealed=True), Turned.EMPTY),
        (on(role=Role.SUPERVISOR), waiting(1, sealed=True), [1]),
        (on(rests=5), waiting(1), Turned.RESTING),
        (on(holding=4), waiting(1), Turned.FULL),
        (on(holding=4), waiting(1, Level.EMERGENCY, allowed=2), [1]),
        (on(holding=1, capacity=1), waiting(1), Turned.FULL),
    ],
    ids=[
        "anything",
        "own language",
        "a language they do not speak",
        "a woman was asked for",
        "somebody else was asked for",
        "asked for, and it is not told who they are",
        "overdue goes to anybody",
        "nobody fits for long enough",
        "an emergency that nobody fits",
        "sealed",
        "sealed, for a supervisor",
        "resting",
        "at capacity",
        "an emergency beyond capacity",
        "a capacity of their own",
    ],
)
def test_next_case_is_one_that_they_may_have(me: OnWatch, case: Waiting, gives: object) -> None:
    assert taken(me, case) == gives


def test_nothing_waits() -> None:
    assert taken(on()) == Turned.EMPTY


def test_case_waits_for_the_free_colleague_who_fits_and_not_for_a_busy_one() -> None:
    me, case = on(speaks=("az",)), waiting(1, language="ru", waited=6)
    assert taken(me, case, others=(on(2, speaks=("ru",)),)) == Turned.FOR_OTHERS
    assert taken(me, case, others=(on(2, holding=4, speaks=("ru",)),)) == [1]
    assert taken(me, case, others=(on(2, rests=9, speaks=("ru",)),)) == [1]


def case(level: Level = Level.URGENT, overdue: float = 0, step: int = 0) -> Case:
    return Case(1, 1, level, CaseState.WAITING, NOW, NOW - overdue * MINUTE, step=step)


SECOND, SUPERVISOR, PHONE = (rung.bit for rung in Rung)


@pytest.mark.parametrize(
    ("late", "night", "does"),
    [
        (case(), False, Climb((Rung.SECOND,), SECOND, NOW + 10 * MINUTE)),
        (case(overdue=10, step=SECOND), False, Climb((Rung.SUPERVISOR,), SECOND | SUPERVISOR, NOW + 10 * MINUTE)),
        (case(overdue=20, step=SECOND | SUPERVISOR), False, Climb((Rung.PHONE,), 7, NOW + 30 * MINUTE)),
        (case(overdue=50, step=7), False, Climb((Rung.PHONE,), 7, NOW + 30 * MINUTE)),
        (case(overdue=60), False, Climb(tuple(Rung), 7, NOW + 30 * MINUTE)),
        (case(), True, Climb((Rung.PHONE,), PHONE, NOW + 10 * MINUTE)),
        (case(step=PHONE), True, Climb((), PHONE, NOW + 10 * MINUTE)),
        (case(Level.EMERGENCY), False, Climb((Rung.SECOND,), SECOND, NOW + MINUTE)),
    ],
    ids=[
        "due: the second counsellor",
        "then the supervisor",
        "then the phone",
        "then the phone again",
        "after a stop of ours: all at once",
        "at night the phone first",
        "at night the phone rang already",
        "an emergency climbs by the minute",
    ],
)
def test_alarm_climbs_rung_by_rung(late: Case, night: bool, does: Climb) -> None:
    assert climb(late, times().alarm[late.level], NOW, night=night) == does


def lately(*minutes: float) -> tuple[timedelta, ...]:
    return tuple(each * MINUTE for each in minutes)


@pytest.mark.parametrize(
    ("load", "within", "said"),
    [
        (Load(free=1, lately=lately(1, 2, 3, 4, 5)), 15, 5),
        (Load(free=1, lately=lately(3, 4, 6, 7, 40)), 15, 10),
        (Load(free=2, before=3, lately=lately(4, 4, 4, 4, 4)), 15, 10),
        (Load(free=1, before=3, lately=lately(4, 4, 4, 4, 4)), 15, None),
        (Load(free=1, before=20, lately=lately(9, 9, 9, 9, 9)), 24 * 60, 4 * 60),
        (Load(free=0, lately=lately(1, 1, 1, 1, 1)), 15, None),
        (Load(free=1, lately=lately(1, 1, 1, 1)), 15, None),
    ],
    ids=[
        "rounded up",
        "what three of four did not wait longer than",
        "two at a time",
        "longer than it is allowed to wait: nothing is said",
        "hours for what is not pressing",
        "nobody free: nothing is said",
        "too little measured: nothing is said",
    ],
)
def test_expected_wait_is_said_only_where_it_is_known(load: Load, within: float, said: float | None) -> None:
    assert expected(load, within * MINUTE) == (None if said is None else said * MINUTE)
