"""Accounts and sign-ins: who works here, and who is in.

A cookie's token is kept as its sha256, names and clients of failures as keyed hashes.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, exists, select, update
from sqlalchemy.exc import IntegrityError

from helpline.accounts import (
    IDLE_LIMIT,
    REFRESH_AFTER,
    SIGN_IN_LASTS,
    Account,
    NameTaken,
    Passwords,
    Role,
    SignedIn,
    WrongSignIn,
)
from helpline.passwords import WeakPassword, check_password
from helpline.ports import Clock
from store.account_rows import account_of
from store.attempts import Attempts, forget_attempts
from store.audit_rows import write_audit
from store.database import Database
from store.tables import counsellors, sign_ins

__all__ = ["Accounts", "NameTaken"]


class Accounts:
    """Who works here, and who is signed in."""

    def __init__(self, database: Database, clock: Clock, passwords: Passwords | None = None) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._attempts = Attempts(database)

    def add(
        self, name: str, role: str, password: str, language: str, *, must_change: bool = False, **about: object
    ) -> int:
        """Add an account and return its id. `must_change`: somebody else knows the password. Raise NameTaken.

        `about`: speaks, gender, capacity, grants, agency, as the table has them.
        """
        values = {
            "name": _name(name),
            "role": Role(role).value,
            "password": self._passwords.hash(password),
            "language": language,
            "must_change": must_change,
            "created_at": self._clock.now(),
            **about,
        }
        try:
            with self._database.engine.begin() as db:
                return int(db.execute(counsellors.insert().values(**values).returning(counsellors.c.id)).scalar_one())
        except IntegrityError:
            raise NameTaken from None

    def sign_in(self, name: str, password: str, client: str) -> str:
        """Return the token for the cookie. Raise WrongSignIn or TooManyFailures."""
        now, name = self._clock.now(), _name(name)
        by_name = self._attempts.by_name(name)
        rows = self._attempts.count(now, by_name, self._attempts.by_client(client))
        found = self._of_name(name)
        if not self._passwords.fits(None if found is None else found["password"], password) or found is None:
            about = None if found is None else found["id"]
            self.note_audit(None, "sign_in_failed", now, {"name": by_name.hex()[:12]}, about=about)
            raise WrongSignIn
        with self._database.engine.begin() as db:
            forget_attempts(db, by_name, *rows)
            if self._passwords.outdated(found["password"]):
                _set(db, found["id"], password=self._passwords.hash(password))
            return self._begin(db, found["id"])

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
        begun = db.execute(sign_ins.insert().values(**values).returning(sign_ins.c.id)).scalar_one()
        write_audit(db, account, "signed_in", now, {"sign_in": begun})
        return token

    def signed_in(self, token: str | None) -> SignedIn | None:
        """Return the living sign-in of a cookie's token."""
        if not token:
            return None
        query = (
            select(sign_ins, *_OF_ACCOUNT, counsellors.c.seen_at.label("present_at"))
            .join(counsellors, counsellors.c.id == sign_ins.c.counsellor_id)
            .where(sign_ins.c.token == _hidden(token), counsellors.c.active.is_(True), alive(self._clock.now()))
        )
        with self._database.reading() as db:
            row = db.execute(query).mappings().first()
        return None if row is None else _signed_in(row)

    def keep(self, signed: SignedIn, *, acted: bool, counts: bool = True) -> None:
        """The page is open: its counsellor is on shift. `acted`: the person did something, so the sign-in is not idle.

        `counts`: whether they may take cases at all: nobody is told that somebody is there who may not.
        """
        now = self._clock.now()
        late = now - REFRESH_AFTER
        absent = counts and (signed.present_at is None or signed.present_at <= late)
        idle = acted and signed.seen_at <= late
        if not absent and not idle:
            return
        with self._database.engine.begin() as db:
            if absent:
                _set(db, signed.account.id, seen_at=now)
            if idle:
                db.execute(update(sign_ins).where(sign_ins.c.id == signed.id).values(seen_at=now))

    def lock(self, signed: SignedIn) -> None:
        """Lock it now; idle ones are locked by their time."""
        with self._database.engine.begin() as db:
            now = self._clock.now()
            db.execute(update(sign_ins).where(sign_ins.c.id == signed.id).values(locked_at=now))
            write_audit(db, signed.account.id, "locked", now, {"sign_in": signed.id})

    def unlock(self, signed: SignedIn, password: str, client: str) -> None:
        """Open a locked sign-in again with the account's password. Raise WrongSignIn or TooManyFailures."""
        rows = self.prove(signed, password, client)
        with self._database.engine.begin() as db:
            forget_attempts(db, self._attempts.by_name(signed.account.name), *rows)
            opened(db, signed, self._clock.now())

    def prove(self, signed: SignedIn, password: str, client: str) -> tuple[int, ...]:
        """Check the password of somebody signed in; return the rows of the attempt. Raise WrongSignIn or TooManyFailures."""
        now, name = self._clock.now(), signed.account.name
        by_name = self._attempts.by_name(name)
        rows = self._attempts.count(now, by_name, self._attempts.by_client(client))
        found = self._of_name(name)
        if found is None or not self._passwords.fits(found["password"], password):
            self.note_audit(signed.account.id, "password_failed", now, {"sign_in": signed.id})
            raise WrongSignIn
        return rows

    def proved(self, signed: SignedIn, rows: tuple[int, ...]) -> None:
        """The attempts that led to a right password count no longer."""
        with self._database.engine.begin() as db:
            forget_attempts(db, self._attempts.by_name(signed.account.name), *rows)

    def choose_password(self, signed: SignedIn, old: str, new: str, client: str) -> None:
        """Set a password of one's own; other sign-ins of the account end. Raise WeakPassword, WrongSignIn, TooManyFailures."""
        check_password(new, signed.account.name)
        if old == new:
            raise WeakPassword("same")
        rows = self.prove(signed, old, client)
        now, made = self._clock.now(), self._passwords.hash(new)
        others = (sign_ins.c.counsellor_id == signed.account.id) & (sign_ins.c.id != signed.id)
        with self._database.engine.begin() as db:
            forget_attempts(db, self._attempts.by_name(signed.account.name), *rows)
            _set(db, signed.account.id, password=made, must_change=False)
            db.execute(delete(sign_ins).where(others))
            write_audit(db, signed.account.id, "password_changed", now, {})

    def sign_out(self, signed: SignedIn) -> None:
        """End a sign-in; with the last one the counsellor is off shift at once."""
        self.end_sign_in(signed.account, signed.id, actor=signed.account.id, what="signed_out")

    def end_sign_in(self, account: Account, sign_in: int, *, actor: int, what: str = "sign_in_ended") -> None:
        """End one sign-in of an account; nothing happens when it is over already."""
        here = (sign_ins.c.id == sign_in) & (sign_ins.c.counsellor_id == account.id)
        now = self._clock.now()
        with self._database.engine.begin() as db:
            if not db.execute(delete(sign_ins).where(here)).rowcount:
                return
            others = exists().where(sign_ins.c.counsellor_id == account.id, alive(now))
            gone = update(counsellors).where(counsellors.c.id == account.id, ~others)
            db.execute(gone.values(seen_at=None))
            write_audit(db, actor, what, now, {"sign_in": sign_in}, about=account.id)

    def choose_language(self, account: int, language: str) -> None:
        with self._database.engine.begin() as db:
            _set(db, account, language=language)

    def note_audit(
        self, actor: int | None, what: str, at: datetime, codes: Mapping[str, object], *, about: int | None = None
    ) -> None:
        """Write down what an account did outside a case, in a commit of its own: codes and ids, never text."""
        with self._database.engine.begin() as db:
            write_audit(db, actor, what, at, codes, about=about)


_OF_ACCOUNT = (
    *(counsellors.c.name, counsellors.c.role, counsellors.c.language, counsellors.c.speaks, counsellors.c.gender),
    *(counsellors.c.capacity, counsellors.c.grants, counsellors.c.agency, counsellors.c.vetted_on),
    *(counsellors.c.vetted_until, counsellors.c.must_change, counsellors.c.totp_confirmed_at),
)


def _signed_in(row: RowMapping) -> SignedIn:
    return SignedIn(
        id=row["id"],
        account=account_of(row["counsellor_id"], row),
        csrf=row["csrf"],
        seen_at=row["seen_at"],
        present_at=row["present_at"],
        second_at=row["second_at"],
        locked_at=row["locked_at"],
        must_change=row["must_change"],
        has_second=row["totp_confirmed_at"] is not None,
    )


def alive(now: datetime) -> ColumnElement[bool]:
    """Sign-ins that are not over."""
    return (sign_ins.c.expires_at > now) & (sign_ins.c.seen_at > now - IDLE_LIMIT)


def opened(db: Connection, signed: SignedIn, now: datetime) -> None:
    """A locked sign-in is open again."""
    db.execute(update(sign_ins).where(sign_ins.c.id == signed.id).values(locked_at=None, seen_at=now))
    write_audit(db, signed.account.id, "unlocked", now, {"sign_in": signed.id})


def _set(db: Connection, account: int, **values: object) -> None:
    db.execute(update(counsellors).where(counsellors.c.id == account).values(**values))


def _hidden(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _name(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()
