from __future__ import annotations

import pytest

from store.database import Database
from tests.conftest import FrozenClock
from tests.helpline.harness import Helpline


@pytest.fixture
def helpline(database: Database, clock: FrozenClock) -> Helpline:
    return Helpline(database, clock)


@pytest.fixture
def counsellor(helpline: Helpline) -> int:
    """A counsellor who has the console open."""
    number = helpline.add_counsellor("counsellor-1")
    helpline.on_shift(number)
    return number
