"""Accounts from the command line."""

from __future__ import annotations

import contextlib

from gateway.clock import SystemClock
from gateway.settings import Misconfigured, Settings
from helpline.ports import Clock
from helpline.shift_times import times
from helpline.wishes import GENDERS
from store.accounts import Accounts, NameTaken
from store.database import Database, migrate, open_engine

DEVELOPMENT_NAME = "counsellor"
ROLES = ("counsellor", "supervisor")
SHORTEST = 10
SPOKEN = ("az", "ru")
GRANTS = frozenset({"picker"})
MOST_HELD = 20


def about_account(speaks: str, gender: str | None, capacity: int | None, grants: list[str]) -> dict[str, object]:
    """What the queue gives to an account by, as the table has it. Raise Misconfigured, one line."""
    spoken = speaks.replace(",", " ").split()
    if not spoken or not set(spoken) <= set(SPOKEN):
        raise Misconfigured(f"--speaks is {' or '.join(SPOKEN)}, or both with a space")
    if gender not in (None, *GENDERS):
        raise Misconfigured(f"--gender is {' or '.join(GENDERS)}")
    if not set(grants) <= GRANTS:
        raise Misconfigured(f"--grant is {', '.join(sorted(GRANTS))}")
    held = times().capacity if capacity is None else capacity
    if not 1 <= held <= MOST_HELD:
        raise Misconfigured(f"--capacity is a number from 1 to {MOST_HELD}")
    return {"speaks": " ".join(spoken), "gender": gender, "capacity": held, "grants": " ".join(sorted(set(grants)))}


def add_user(
    settings: Settings, name: str, role: str, language: str, password: str, about: dict[str, object] | None = None
) -> None:
    """Add an account. Raise Misconfigured for an unknown role, a short password or a name in use."""
    from gateway.keys import open_vault

    if role not in ROLES:
        raise Misconfigured(f"--role is one of {', '.join(ROLES)}")
    if len(password) < SHORTEST:
        raise Misconfigured(f"the password needs {SHORTEST} characters or more")
    engine = open_engine(settings.database_url)
    migrate(engine)
    try:
        Accounts(Database(engine, open_vault(settings)), SystemClock()).add(
            name, role, password, language, **(about or {})
        )
    except NameTaken:
        raise Misconfigured(f"there is an account named {name}") from None


def ensure_development_user(database: Database, clock: Clock, password: str) -> str:
    """Make the account of a development start, unless it is there; return its name."""
    with contextlib.suppress(NameTaken):
        Accounts(database, clock).add(DEVELOPMENT_NAME, "supervisor", password, "az")
    return DEVELOPMENT_NAME
