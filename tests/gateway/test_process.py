"""Processes are told apart, and what a dead one held is free at once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.bell import LocalBell
from gateway.process import is_dead, this_process
from helpline import leases, turns
from helpline.conversations import NewOut
from store.database import Database
from store.tables import conversations, outbox
from tests.conftest import FrozenClock
from tests.helpline.harness import Helpline

HERE = this_process()
WAITS = [sys.executable, "-c", "import time; time.sleep(60)"]
pytestmark = pytest.mark.skipif(HERE is None, reason="this system has no /proc")


@pytest.fixture
def helpline(database: Database, clock: FrozenClock) -> Helpline:
    return Helpline(database, clock)


def ended() -> str:
    """A process that was there."""
    with subprocess.Popen(WAITS) as child:
        name = this_process(child.pid)
        assert name is not None
        assert not is_dead(name)
        child.kill()
    return name


def test_process_that_lives_is_not_dead_and_one_that_ended_is() -> None:
    assert HERE is not None
    assert not is_dead(HERE)
    assert is_dead(ended())


def test_killed_process_that_nobody_waited_for_is_dead() -> None:
    with subprocess.Popen(WAITS) as child:
        name = this_process(child.pid)
        assert name is not None
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert is_dead(name)


def test_number_that_another_process_has_now_is_dead() -> None:
    assert HERE is not None
    machine, pid, start = HERE.split(".")
    assert is_dead(f"{machine}.{pid}.{int(start) - 1}")


@pytest.mark.parametrize("name", ["other.1.2", "talk", "", "host.7", "a.b.c"])
def test_of_other_machines_nobody_here_knows(name: str) -> None:
    assert not is_dead(name)


def test_what_a_dead_process_held_is_free_and_what_others_hold_is_not(helpline: Helpline) -> None:
    dead = ended()
    for person in range(4):
        helpline.receive("salam", address=str(person))
    lease = timedelta(seconds=30)
    now = helpline.clock.now()
    with helpline.database.unit() as unit:
        for person in range(1, 5):
            unit.put_out(person, (NewOut("cavab"),), now, f"test:{person}")
        for owner in (f"{dead}:t0", f"{HERE}:t0", "another.1.2:t0"):
            assert unit.lease_turn(owner, now, lease) is not None
            assert unit.lease_out(owner.replace(":t", ":s"), "telegram", now, lease) is not None
    assert leases.free_left(is_dead, helpline.database, helpline.clock, LocalBell()) == 2
    with helpline.database.reading() as db:
        held = db.scalars(select(conversations.c.lease).where(conversations.c.leased_until > now)).all()
        sending = db.scalars(select(outbox.c.lease).where(outbox.c.leased_until > now)).all()
    for left in (held, sending):
        assert sorted(str(one).split(":")[0] for one in left) == sorted([str(HERE), "another.1.2"])
    assert turns.take("next", helpline.parts) is not None


def test_nothing_is_left_when_nobody_died(helpline: Helpline) -> None:
    helpline.receive("salam")
    with helpline.database.unit() as unit:
        unit.lease_turn(f"{HERE}:t0", helpline.clock.now(), timedelta(seconds=30))
    assert leases.free_left(is_dead, helpline.database, helpline.clock, LocalBell()) == 0
