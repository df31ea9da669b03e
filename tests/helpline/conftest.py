from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from store.database import Database, migrate, open_engine
from tests.conftest import FrozenClock, test_vault
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


@pytest.fixture
def open_helpline(clock: FrozenClock) -> Iterator[Callable[[str], Helpline]]:
    """Opens a helpline on one database, for what is not worth trying on both."""
    with ExitStack() as stack:

        def open_one(url: str) -> Helpline:
            engine = open_engine(url)
            stack.callback(engine.dispose)
            migrate(engine)
            return Helpline(Database(engine, test_vault()), clock)

        yield open_one
