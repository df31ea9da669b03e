"""Who is on: the console is open, the role takes cases, nobody said that they are off, and who rests is not counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpline.watches import Watch
from store.accounts import Accounts
from store.database import Database
from store.tables import sign_ins
from tests.conftest import FrozenClock
from tests.helpline.harness import Helpline


@pytest.fixture
def helpline(database: Database, clock: FrozenClock) -> Helpline:
    return Helpline(database, clock)


def staffed(helpline: Helpline) -> bool:
    with helpline.database.unit() as unit:
        return unit.staffed(helpline.clock.now())


def watches(helpline: Helpline) -> tuple[Watch, ...]:
    with helpline.database.unit() as unit:
        return unit.watches(helpline.clock.now())


def here(helpline: Helpline, name: str = "first") -> int:
    counsellor = helpline.add_counsellor(name)
    helpline.on_shift(counsellor)
    return counsellor


@pytest.mark.parametrize(
    ("role", "counts"),
    [
        ("counsellor", True),
        ("supervisor", True),
        ("focal_point", False),
        ("editor", False),
        ("analyst", False),
        ("administrator", False),
    ],
)
def test_open_console_is_a_shift_only_of_a_role_that_takes_cases(helpline: Helpline, role: str, counts: bool) -> None:
    helpline.on_shift(Accounts(helpline.database, helpline.clock).add("somebody", role, "a long password", "az"))
    assert staffed(helpline) is counts


def test_closed_console_is_no_shift(helpline: Helpline) -> None:
    here(helpline)
    helpline.pass_(seconds=91)
    assert (staffed(helpline), watches(helpline)) == (False, ())


def test_rest_is_no_shift_until_it_is_over(helpline: Helpline) -> None:
    counsellor, now = here(helpline), helpline.clock.now()
    with helpline.database.unit() as unit:
        unit.begin_watch(counsellor, now)
        unit.rest(counsellor, now + timedelta(minutes=15))
    assert (staffed(helpline), watches(helpline)) == (False, (Watch(counsellor, now, now + timedelta(minutes=15)),))
    helpline.pass_(minutes=15)
    helpline.on_shift(counsellor)
    assert staffed(helpline) is True


def test_rest_before_any_watch_begins_one(helpline: Helpline) -> None:
    counsellor, now = here(helpline), helpline.clock.now()
    with helpline.database.unit() as unit:
        unit.rest(counsellor, now + timedelta(minutes=15))
    assert watches(helpline) == (Watch(counsellor, now, now + timedelta(minutes=15)),)


def test_beginning_again_ends_the_rest_and_keeps_the_watch(helpline: Helpline) -> None:
    counsellor, began = here(helpline), helpline.clock.now()
    with helpline.database.unit() as unit:
        unit.begin_watch(counsellor, began)
        unit.rest(counsellor, began + timedelta(minutes=15))
    helpline.pass_(minutes=1)
    with helpline.database.unit() as unit:
        unit.begin_watch(counsellor, helpline.clock.now())
    assert watches(helpline) == (Watch(counsellor, began),)


def test_who_said_off_is_off_with_the_console_open(helpline: Helpline) -> None:
    counsellor = here(helpline)
    with helpline.database.unit() as unit:
        unit.end_watch(counsellor, helpline.clock.now())
    helpline.sweep()
    assert staffed(helpline) is False


def test_new_sign_in_is_a_new_watch(helpline: Helpline) -> None:
    counsellor = here(helpline)
    with helpline.database.unit() as unit:
        unit.end_watch(counsellor, helpline.clock.now())
    helpline.pass_(hours=16)
    now = helpline.clock.now()
    values = {"token": b"t", "counsellor_id": counsellor, "csrf": "c", "created_at": now, "seen_at": now}
    with helpline.database.engine.begin() as db:
        db.execute(sign_ins.insert().values(**values, expires_at=now + timedelta(hours=12)))
    helpline.on_shift(counsellor)
    helpline.sweep()
    assert watches(helpline) == (Watch(counsellor, now),)


def test_watch_is_written_down_and_ends_when_the_console_was_closed(helpline: Helpline) -> None:
    counsellor, began = here(helpline), helpline.clock.now()
    helpline.sweep()
    helpline.pass_(minutes=1)
    helpline.on_shift(counsellor)
    assert watches(helpline) == (Watch(counsellor, began),)
    helpline.pass_(minutes=11)
    helpline.sweep()
    helpline.on_shift(counsellor)
    # A closed lid is no "I am off": whoever opens it again is on, with a new watch.
    assert watches(helpline) == (Watch(counsellor, helpline.clock.now()),)
