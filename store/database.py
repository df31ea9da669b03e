"""Engines and transactions: the same code on SQLite (one writer, WAL) and PostgreSQL (row locks)."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.pool import ConnectionPoolEntry

from store.sealing import Vault
from store.unit import SqlUnit

MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 10
# KiB of pages that a SQLite connection keeps (its default is 2,000): each write of another empties it, and what malloc was
# asked for at the highest stays with the process, so that a worker went on growing by it.
_CACHE = 512


def open_engine(url: str) -> Engine:
    """Return an engine with the settings that both databases need to be safe here."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=10,
            connect_args={"connect_timeout": 5},
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # For its owner alone; the journal beside it gets the same rights.
        os.close(os.open(parsed.database, os.O_CREAT | os.O_RDWR, 0o600))
    engine = create_engine(parsed, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _sqlite_settings)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_settings(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN is deferred and would deadlock two writers: it is switched off, ours follows in `begin`.
    connection.isolation_level = None
    cursor = connection.cursor()
    _into_wal(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", f"cache_size=-{_CACHE}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _into_wal(cursor: DBAPICursor) -> None:
    """The mode stays with the file. Changing it waits for nobody: processes that start together must try again."""
    over = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > over:
                raise
            time.sleep(0.05)
        else:
            return


def _sqlite_begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class Database:
    """Opens units (transactions that may write) and read-only connections for pages."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self.engine = engine
        self.vault = vault

    @contextmanager
    def unit(self) -> Iterator[SqlUnit]:
        with self.engine.begin() as connection:
            yield SqlUnit(connection, self.vault)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(reading=True) as connection:
            yield connection

    def ping(self) -> None:
        """Raise the driver's error when the database does not answer."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))


# Any number of our own: who holds it migrates, the others wait and find the work done.
_MIGRATION_LOCK = 7_310_116


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest version; nothing happens when it is there. Several processes may start at once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
