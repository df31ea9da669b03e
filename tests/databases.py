"""Databases for tests: what was compiled and what is connected serves the next test too, the rows do not."""

from __future__ import annotations

from uuid import uuid4

import psycopg
from sqlalchemy import Connection, Engine, text

from store.database import open_engine

# Emptying leaves dead rows in the catalogue, so that a database becomes slow with time.
_SERVES = 100
_COMPILED: dict[str, Engine] = {}


def compiled_once(engine: Engine) -> Engine:
    """Let all engines of a run share what was compiled for the first of their dialect: that is a fifth of a test's time."""
    first = _COMPILED.setdefault(engine.dialect.name, engine)
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
    return engine


class EmptiedPostgres:
    """A copy of a template that is emptied after each test; a new one where that is not sure to be enough."""

    def __init__(self, admin_url: str, template: str) -> None:
        self._admin_url = admin_url
        self._template = template
        self._engine: Engine | None = None
        self._served = 0

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            name = f"e_{uuid4().hex[:12]}"
            self._admin(f"CREATE DATABASE {name} TEMPLATE {self._template}")
            self._engine = compiled_once(open_engine(self._admin_url.replace("/postgres", f"/{name}")))
            self._served = 0
        return self._engine

    def empty(self) -> None:
        """Called once the test is over. Connections that it kept open mean that something of it may still be writing."""
        if self._engine is None:
            return
        self._served += 1
        if self._served == _SERVES or self._engine.pool.checkedout() > 0:  # type: ignore[attr-defined]
            return self.end()
        with self._engine.begin() as db:
            touched = _touched(db)
            if touched:
                db.execute(text(f"TRUNCATE {', '.join(touched)} RESTART IDENTITY CASCADE"))

    def end(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._admin(f"DROP DATABASE {self._engine.url.database} WITH (FORCE)")
            self._engine = None

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self._admin_url, autocommit=True) as admin:
            admin.execute(statement)  # type: ignore[arg-type]


def _touched(db: Connection) -> list[str]:
    """Tables that had rows, if only for a moment: their file has a page, and their numbers went on."""
    query = (
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
        "AND relname <> 'alembic_version' AND pg_relation_size(oid) > 0"
    )
    return list(db.scalars(text(query)))
