"""Accounts of the people who work here: roles, sign-ins and their limits, passwords."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SIGN_IN_LASTS = timedelta(hours=12)
IDLE_LIMIT = timedelta(minutes=30)
# Presence and activity are written at most this often.
REFRESH_AFTER = timedelta(seconds=20)
FAILURES_WITHIN = timedelta(minutes=15)
FAILURES_PER_NAME = 5
FAILURES_PER_CLIENT = 20
LANGUAGES = ("az", "ru", "en")


class Role(Enum):
    """What an account is for; data/access.yml says what each may do."""

    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"
    FOCAL_POINT = "focal_point"  # of an agency: sees the referrals made to it
    EDITOR = "editor"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class NameTaken(ValueError):
    """There is an account of this name."""


class WrongSignIn(Exception):
    """Unknown name, wrong password or closed account: nobody is told which."""


class TooManyFailures(Exception):
    """This name or this client failed too often; the password was not looked at."""


@dataclass(frozen=True)
class Account:
    """A person who works here. `speaks`: languages in which they answer; `gender`: woman | man, None when not told.

    `capacity`: cases held at once; `grants`: words of data/access.yml beside the role; `agency`: a focal point's service.
    """

    id: int
    name: str = field(repr=False)
    role: Role
    language: str
    speaks: tuple[str, ...] = ("az", "ru")
    gender: str | None = None
    capacity: int = 4
    grants: tuple[str, ...] = ()
    agency: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """A living sign-in. `seen_at` moves with what the person does, `present_at` also with the open page."""

    id: int
    account: Account
    csrf: str = field(repr=False)
    seen_at: datetime
    present_at: datetime | None

    def idle_at(self) -> datetime:
        """When it ends unless the person does something."""
        return self.seen_at + IDLE_LIMIT


class Passwords:
    """argon2id with the library's current parameters; older hashes are made anew at the next sign-in."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Check a password; without a stored hash it takes the same time and is False."""
        try:
            self._hasher.verify(self._nobody if stored is None else stored, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)
