"""What all tests share: where things are, a frozen clock, a database with real sealing."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import psycopg
import pytest

from gateway.keys import write_development_keys
from store.database import Database, migrate, open_engine
from store.sealing import Keyring, Vault
from tests import services
from tests.databases import EmptiedPostgres, compiled_once

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
# Beginnings of paths below tests/. Where modules run side by side what takes longest begins first, or it is waited for alone.
LONGEST = (
    "faults/test_kills",
    "journeys/",
    "browser/",
    "faults/",
    "gateway/test_commands",
    "rasa/test_checks",
    "triage/",
    "rasa/",
    "conversations/",
    "gateway/",
    "helpline/test_course_sweep",
)


def pytest_configure(config: pytest.Config) -> None:
    """Before there is a second process: two that write the keys at once would each have their own."""
    if not hasattr(config, "workerinput"):
        write_development_keys(ROOT / ".env")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    path = item.path.relative_to(ROOT / "tests").as_posix()
    return next((place for place, beginning in enumerate(LONGEST) if path.startswith(beginning)), len(LONGEST))


def missing(what: str) -> None:
    """A test that cannot get what it needs fails in CI and elsewhere says in one line what to install."""
    if os.environ.get("CI"):
        pytest.fail(f"needs {what}")
    pytest.skip(f"needs {what}")


@dataclass
class FrozenClock:
    """Time that moves only when told."""

    time: datetime = field(default_factory=lambda: datetime(2026, 11, 2, 9, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.time

    def pass_(self, **parts: float) -> None:
        self.time += timedelta(**parts)


class Rings(Protocol):
    def ring(self, name: str) -> None: ...


@dataclass
class SilentBell:
    """Keeps what rang; `also`: another bell that rings with it."""

    rung: list[str] = field(default_factory=list)
    also: Rings | None = None

    def ring(self, name: str) -> None:
        self.rung.append(name)
        if self.also is not None:
            self.also.ring(name)


def test_vault() -> Vault:
    key = base64.b64encode(bytes(range(32))).decode()
    return Vault(Keyring.parse("address", f"a1:{key}"), Keyring.parse("text", f"t1:{key}"), b"lookup-key-for-tests")


test_vault.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def bell() -> SilentBell:
    return SilentBell()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL for the whole run."""
    folder = Path(tempfile.mkdtemp(prefix="helpline-pg-", dir=services.quick_folder()))
    try:
        with contextlib.ExitStack() as stack:
            try:
                url = stack.enter_context(services.postgres(folder))
            except services.ServiceMissing as error:
                missing(str(error))
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis for the whole run."""
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(services.redis_server(tmp_path_factory.mktemp("redis")))
        except services.ServiceMissing as error:
            missing(str(error))
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """A migrated database that others are copied from."""
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE template_helpline")
    engine = open_engine(postgres_url.replace("/postgres", "/template_helpline"))
    migrate(engine)
    engine.dispose()
    return "template_helpline"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database that others are copied from."""
    file = tmp_path_factory.mktemp("template") / "helpline.db"
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'helpline.db')}"


@pytest.fixture
def fresh_postgres_url(postgres_url: str, postgres_template: str) -> Iterator[str]:
    name = f"t_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")  # type: ignore[arg-type]
        yield postgres_url.replace("/postgres", f"/{name}")
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def emptied_postgres(postgres_url: str, postgres_template: str) -> Iterator[EmptiedPostgres]:
    emptied = EmptiedPostgres(postgres_url, postgres_template)
    yield emptied
    emptied.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same test on both databases, without a row."""
    if request.param == "sqlite":
        engine = compiled_once(open_engine(request.getfixturevalue("sqlite_url")))
        yield Database(engine, test_vault())
        engine.dispose()
        return
    emptied = request.getfixturevalue("emptied_postgres")
    yield Database(emptied.engine, test_vault())
    emptied.empty()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        missing("the folder ../shared beside the project")
    return SHARED
