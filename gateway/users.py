"""Accounts from the command line."""

from __future__ import annotations

import contextlib

from gateway.clock import SystemClock
from gateway.settings import Misconfigured, Settings
from helpline.ports import Clock
from store.accounts import Accounts, NameTaken
from store.database import Database, migrate, open_engine

DEVELOPMENT_NAME = "counsellor"
ROLES = ("counsellor", "supervisor")
SHORTEST = 10


def add_user(settings: Settings, name: str, role: str, language: str, password: str) -> None:
    """Add an account. Raise Misconfigured for an unknown role, a short password or a name in use."""
    from gateway.keys import open_vault

    if role not in ROLES:
        raise Misconfigured(f"--role is one of {', '.join(ROLES)}")
    if len(password) < SHORTEST:
        raise Misconfigured(f"the password needs {SHORTEST} characters or more")
    engine = open_engine(settings.database_url)
    migrate(engine)
    try:
        Accounts(Database(engine, open_vault(settings)), SystemClock()).add(name, role, password, language)
    except NameTaken:
        raise Misconfigured(f"there is an account named {name}") from None


def ensure_development_user(database: Database, clock: Clock, password: str) -> str:
    """Make the account of a development start, unless it is there; return its name."""
    with contextlib.suppress(NameTaken):
        Accounts(database, clock).add(DEVELOPMENT_NAME, "supervisor", password, "az")
    return DEVELOPMENT_NAME
