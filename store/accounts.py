"""Accounts, sign-ins and failed attempts.

A cookie's token is kept as its sha256, names and clients of failures as keyed hashes.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from helpline.accounts import (
    FAILURES_PER_CLIENT,
    FAILURES_PER_NAME,
    FAILURES_WITHIN,
    IDLE_LIMIT,
    REFRESH_AFTER,
    SIGN_IN_LASTS,
    Account,
    NameTaken,
    Passwords,
    Role,
    SignedIn,
    TooManyFailures,
    WrongSignIn,
)
from helpline.ports import Clock
from store.audit_rows import write_audit
from store.database import Database
from store.tables import counsellors, sign_in_failures, sign_ins

__all__ = ["Accounts", "NameTaken"]


class Accounts:
    """Who works here, and who is signed in."""

    def __init__(self, database: Database, clock: Clock, passwords: Passwords | None = None) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords or Passwords()

    def add(self, name: str, role: str, password: str, language: str, **about: object) -> int:
        """Add an account and return its id; `about`: speaks, gender, capacity, grants, as the table has them. Raise NameTaken."""
        values = {
            "name": _name(name),
            "role": Role(role).value,
            "password": self._passwords.hash(password),
            "language": language,
            "created_at": self._clock.now(),
            **about,
        }
        try:
            with self._database.engine.begin() as db:
                return int(db.execute(counsellors.insert().values(**values).returning(counsellors.c.id)).scalar_one())
        except IntegrityError:
            raise NameTaken from None

    def sign_in(self, name: str, password: str, client: str) -> str:
        """Return the token for the cookie. Raise WrongSignIn or TooManyFailures.

        An attempt counts as failed until its password was found right, so that many at once get no more tries.
        """
        name = _name(name)
        by_name, by_client = self._keys(name, client)
        attempt = self._count_attempt(by_name, by_client)
        found = self._of_name(name)
        if not self._passwords.fits(None if found is None else found["password"], password) or found is None:
            raise WrongSignIn
        with self._database.engine.begin() as db:
            db.execute(delete(sign_in_failures).where(sign_in_failures.c.who == by_name))
            db.execute(delete(sign_in_failures).where(sign_in_failures.c.id == attempt))
            if self._passwords.outdated(found["password"]):
                _set(db, found["id"], password=self._passwords.hash(password))
            return self._begin(db, found["id"])

    def _keys(self, name: str, client: str) -> tuple[bytes, bytes]:
        lookup = self._database.vault.lookup
        return lookup("sign-in name", name.casefold()), lookup("sign-in client", client)

    def _count_attempt(self, by_name: bytes, by_client: bytes) -> int:
        """Write the attempt down as failed; return the id of its client's row."""
        now = self._clock.now()
        with self._database.engine.begin() as db:
            db.execute(delete(sign_in_failures).where(sign_in_failures.c.at <= now - FAILURES_WITHIN))
            for who, most in ((by_name, FAILURES_PER_NAME), (by_client, FAILURES_PER_CLIENT)):
                failed = select(func.count()).where(sign_in_failures.c.who == who)
                if db.execute(failed).scalar_one() >= most:
                    raise TooManyFailures
            db.execute(sign_in_failures.insert().values(who=by_name, at=now))
            added = sign_in_failures.insert().values(who=by_client, at=now).returning(sign_in_failures.c.id)
            return int(db.execute(added).scalar_one())

    def _of_name(self, name: str) -> RowMapping | None:
        query = select(counsellors).where(counsellors.c.name == name, counsellors.c.active.is_(True))
        with self._database.reading() as db:
            return db.execute(query).mappings().first()

    def _begin(self, db: Connection, account: int) -> str:
        now, token = self._clock.now(), secrets.token_urlsafe(32)
        db.execute(delete(sign_ins).where(sign_ins.c.expires_at <= now))
        values = {
            "token": _hidden(token),
            "counsellor_id": account,
            "csrf": secrets.token_urlsafe(32),
            "created_at": now,
            "seen_at": now,
            "expires_at": now + SIGN_IN_LASTS,
        }
        db.execute(sign_ins.insert().values(**values))
        _set(db, account, seen_at=now)
        return token

    def signed_in(self, token: str | None) -> SignedIn | None:
        """Return the living sign-in of a cookie's token."""
        if not token:
            return None
        now = self._clock.now()
        query = (
            select(sign_ins, *_OF_ACCOUNT, counsellors.c.seen_at.label("present_at"))
            .join(counsellors, counsellors.c.id == sign_ins.c.counsellor_id)
            .where(sign_ins.c.token == _hidden(token), counsellors.c.active.is_(True))
            .where(sign_ins.c.expires_at > now, sign_ins.c.seen_at > now - IDLE_LIMIT)
        )
        with self._database.reading() as db:
            row = db.execute(query).mappings().first()
        if row is None:
            return None
        account = account_of(row["counsellor_id"], row)
        return SignedIn(row["id"], account, row["csrf"], row["seen_at"], row["present_at"])

    def keep(self, signed: SignedIn, *, acted: bool) -> None:
        """The page is open: its counsellor is on shift. `acted`: the person did something, so the sign-in is not idle."""
        now = self._clock.now()
        late = now - REFRESH_AFTER
        absent = signed.present_at is None or signed.present_at <= late
        idle = acted and signed.seen_at <= late
        if not absent and not idle:
            return
        with self._database.engine.begin() as db:
            if absent:
                _set(db, signed.account.id, seen_at=now)
            if idle:
                db.execute(update(sign_ins).where(sign_ins.c.id == signed.id).values(seen_at=now))

    def sign_out(self, signed: SignedIn) -> None:
        """End a sign-in; with the last one the counsellor is off shift at once."""
        with self._database.engine.begin() as db:
            db.execute(delete(sign_ins).where(sign_ins.c.id == signed.id))
            others = exists().where(sign_ins.c.counsellor_id == signed.account.id, _alive(self._clock.now()))
            gone = update(counsellors).where(counsellors.c.id == signed.account.id, ~others)
            db.execute(gone.values(seen_at=None))

    def choose_language(self, account: int, language: str) -> None:
        with self._database.engine.begin() as db:
            _set(db, account, language=language)

    def note_audit(
        self, actor: int | None, what: str, at: datetime, codes: Mapping[str, object], *, about: int | None = None
    ) -> None:
        """Write down what an account did outside a case, in a commit of its own: codes and ids, never text."""
        with self._database.engine.begin() as db:
            write_audit(db, actor, what, at, codes, about=about)

    def colleagues(self, account: int) -> list[str]:
        """The names of the others, for naming a second person."""
        others = (counsellors.c.active.is_(True)) & (counsellors.c.id != account)
        with self._database.reading() as db:
            return list(db.scalars(select(counsellors.c.name).where(others).order_by(counsellors.c.name)))


_OF_ACCOUNT = (
    *(counsellors.c.name, counsellors.c.role, counsellors.c.language, counsellors.c.speaks, counsellors.c.gender),
    *(counsellors.c.capacity, counsellors.c.grants, counsellors.c.agency),
)


def account_of(account: int, row: RowMapping) -> Account:
    """Build an Account from the columns of counsellors."""
    return Account(
        id=account,
        name=row["name"],
        role=Role(row["role"]),
        language=row["language"],
        speaks=tuple(row["speaks"].split()),
        gender=row["gender"],
        capacity=row["capacity"],
        grants=tuple(row["grants"].split()),
        agency=row["agency"],
    )


def _alive(now: datetime) -> ColumnElement[bool]:
    return (sign_ins.c.expires_at > now) & (sign_ins.c.seen_at > now - IDLE_LIMIT)


def _set(db: Connection, account: int, **values: object) -> None:
    db.execute(update(counsellors).where(counsellors.c.id == account).values(**values))


def _hidden(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _name(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()
