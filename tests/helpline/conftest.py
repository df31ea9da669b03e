from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from store.database import Database, open_engine
from tests.conftest import FrozenClock, test_vault
from tests.helpline.harness import Helpline

# What these hold is the dialogue, not the database: on PostgreSQL they run with `make test-all`.
DIALOGUES = {
    "test_choosing",
    "test_course_files",
    "test_courses",
    "test_directory",
    "test_discreet",
    "test_feedback",
    "test_library",
    "test_menu",
    "test_opening",
    "test_placing",
    "test_plan",
    "test_returning",
    "test_suicide",
    "test_tips",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        parts = item.nodeid.partition("::")[0], getattr(item, "callspec", None)
        named = parts[0].rpartition("/")[2].removesuffix(".py")
        if named in DIALOGUES and parts[1] is not None and parts[1].params.get("database_url") == "postgresql":
            item.add_marker(pytest.mark.slow)


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
            return Helpline(Database(engine, test_vault()), clock)

        yield open_one
