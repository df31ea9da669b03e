"""Accounts of the people who work here: roles, sign-ins and their limits, passwords."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SIGN_IN_LASTS = timedelta(hours=12)
# The page locks; the password or a code opens it again. After IDLE_LIMIT the sign-in is over.
LOCK_AFTER = timedelta(minutes=15)
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


class Stage(Enum):
    """What a sign-in waits for; nothing but that can be done before."""

    SECOND = "second"  # the code of the second factor
    LOCKED = "locked"  # idle: the password or a code
    PASSWORD = "password"  # noqa: S105  # a password of their own, after one that somebody else set
    SET_UP = "set_up"  # the second factor, where it is required
    OPEN = "open"


class NameTaken(ValueError):
    """There is an account of this name."""


class WrongSignIn(Exception):
    """Unknown name, wrong password or closed account: nobody is told which."""


class TooManyFailures(Exception):
    """This name or this client failed too often; the password or code was not looked at."""


class WrongCode(Exception):
    """Not the code of this moment, or used already, or no recovery code of this account."""


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
    vetted_on: str | None = None  # the day of the background check, 2026-12-01
    vetted_until: str | None = None  # its last day; None: no end was set


@dataclass(frozen=True)
class SignedIn:
    """A living sign-in. `seen_at` moves with what the person does, `present_at` also with the open page."""

    id: int
    account: Account
    csrf: str = field(repr=False)
    seen_at: datetime
    present_at: datetime | None
    second_at: datetime | None = None
    locked_at: datetime | None = None
    must_change: bool = False
    has_second: bool = False

    def stage(self, now: datetime, *, second_required: bool) -> Stage:
        """What it waits for; where the second factor is not required, one that was set up is asked for all the same."""
        if self.has_second and self.second_at is None:
            return Stage.SECOND
        if self.locked_at is not None or self.seen_at <= now - LOCK_AFTER:
            return Stage.LOCKED
        if self.must_change:
            return Stage.PASSWORD
        return Stage.SET_UP if second_required and not self.has_second else Stage.OPEN

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
