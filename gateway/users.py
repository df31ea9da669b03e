"""Accounts from the command line."""

from __future__ import annotations

import contextlib

from rich.console import Console

from gateway.bell import LocalBell
from gateway.clock import SystemClock
from gateway.directory import open_book
from gateway.settings import Misconfigured, Settings
from helpline.accounts import Passwords, Role
from helpline.passwords import SHORTEST, WeakPassword, check_password
from helpline.ports import Clock
from helpline.shift_times import times
from helpline.staff import LastAdministrator, Staff
from helpline.vetting import vetting
from helpline.wishes import GENDERS
from store.account_pages import staff
from store.account_second import SecondFactors
from store.accounts import Accounts, NameTaken
from store.database import Database, migrate, open_engine

DEVELOPMENT_NAME = "counsellor"
ROLES = tuple(role.value for role in Role)
SPOKEN = ("az", "ru")
GRANTS = frozenset({"picker"})
MOST_HELD = 20
_WEAK = {
    "short": f"the password needs {SHORTEST} characters or more",
    "name": "the password is too close to the name",
    "common": "the password is one that many people use",
}


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
    """Add an account. Raise Misconfigured for an unknown role, a weak password or a name in use."""
    if role not in ROLES:
        raise Misconfigured(f"--role is one of {', '.join(ROLES)}")
    try:
        check_password(password, name)
        Accounts(_database(settings), SystemClock()).add(name, role, password, language, **(about or {}))  # type: ignore[arg-type]  # the rest are columns
    except WeakPassword as error:
        raise Misconfigured(_WEAK[error.why]) from None
    except NameTaken:
        raise Misconfigured(f"there is an account named {name}") from None


def list_users(settings: Settings, screen: Console) -> None:
    """Print a line for each account."""
    now = SystemClock().now()
    with _database(settings).reading() as db:
        rows = staff(db, now)
    for row in rows:
        second = "second factor" if row.has_second else "no second factor"
        state = "active" if row.active else "ended"
        about = (row.account.name, row.account.role.value, state, second, f"check {vetting(row.account, now).value}")
        screen.print(" · ".join(about), markup=False)


def end_user(settings: Settings, name: str) -> None:
    """Close an account: its sign-ins end, its cases go back to the queue. Raise Misconfigured."""
    database = _database(settings)
    number = _number(database, name)
    try:
        _staff(settings, database).end(None, number)
    except LastAdministrator:
        raise Misconfigured(f"{name} is the last administrator: add another one first") from None


def reset_user(settings: Settings, name: str, *, second_factor: bool) -> str:
    """Return a password for one sign-in; `second_factor`: take that away too. Raise Misconfigured."""
    database = _database(settings)
    number = _number(database, name)
    if second_factor:
        SecondFactors(database, SystemClock()).remove(number, actor=None)
    return _staff(settings, database).reset_password(None, number)


def _database(settings: Settings) -> Database:
    from gateway.keys import open_vault

    engine = open_engine(settings.database_url)
    migrate(engine)
    return Database(engine, open_vault(settings))


def _staff(settings: Settings, database: Database) -> Staff:
    clock = SystemClock()
    return Staff(database, open_book(settings, clock), clock, LocalBell(), Passwords())


def _number(database: Database, name: str) -> int:
    with database.reading() as db:
        rows = [row for row in staff(db, SystemClock().now()) if row.active and row.account.name == name]
    if not rows:
        raise Misconfigured(f"there is no account named {name}")
    return rows[0].account.id


def ensure_development_user(database: Database, clock: Clock, password: str) -> str:
    """Make the account of a development start, unless it is there; return its name."""
    with contextlib.suppress(NameTaken):
        Accounts(database, clock).add(DEVELOPMENT_NAME, "supervisor", password, "az")
    return DEVELOPMENT_NAME
