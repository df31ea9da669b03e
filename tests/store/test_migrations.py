"""The migrations make exactly the tables that the code knows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from store.columns import metadata
from store.database import MIGRATIONS, Database, migrate, open_engine


def newest() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def test_migrated_schema_is_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database.engine)
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_together_migrate_once(request: pytest.FixtureRequest, kind: str) -> None:
    url = str(request.getfixturevalue("empty_sqlite_url" if kind == "sqlite" else "empty_postgres_url"))
    engines = [open_engine(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, engines))
    with engines[0].connect() as db:
        assert db.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest()]
    for engine in engines:
        engine.dispose()


@pytest.fixture
def empty_postgres_url(postgres_url: str) -> str:
    name = f"e_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return postgres_url.replace("/postgres", f"/{name}")


def test_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/new/helpline.db")
    migrate(engine)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "new").iterdir()} == {0}
    engine.dispose()
