"""The second factor of an account: set up, asked for, each code once, recovery, taken away."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, delete, func, or_, select, update

from helpline.accounts import SignedIn, WrongCode
from helpline.ports import Clock
from helpline.second_factor import new_recovery_codes, new_secret, plain_recovery_code, step_of
from store.account_tables import recovery_codes
from store.accounts import opened
from store.attempts import Attempts, forget_attempts
from store.audit_rows import write_audit
from store.database import Database
from store.tables import counsellors, sign_ins


class SecondFactors:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._attempts = Attempts(database)

    def pending(self, account: int) -> str:
        """Return the secret that is being set up, made at the first look. Raise WrongCode when one is in use already."""
        with self._database.engine.begin() as db:
            row = db.execute(_of(account).with_for_update()).one()
            if row.totp_confirmed_at is not None:
                raise WrongCode
            if row.totp is not None:
                return self._database.vault.texts.open(row.totp)
            secret = new_secret()
            sealed = self._database.vault.texts.seal(secret)
            db.execute(update(counsellors).where(counsellors.c.id == account).values(totp=sealed, totp_step=None))
            return secret

    def confirm(self, signed: SignedIn, code: str, client: str) -> tuple[str, ...]:
        """Put the secret into use with a first code of it; return the recovery codes. Raise WrongCode or TooManyFailures."""
        step, rows = self._proved(signed, code, client, confirmed=False)
        now, account = self._clock.now(), signed.account.id
        with self._database.engine.begin() as db:
            here = (counsellors.c.id == account) & counsellors.c.totp_confirmed_at.is_(None)
            values = {"totp_confirmed_at": now, "totp_step": step}
            if not db.execute(update(counsellors).where(here).values(**values)).rowcount:
                raise WrongCode
            forget_attempts(db, self._attempts.by_second(account), *rows)
            db.execute(update(sign_ins).where(sign_ins.c.id == signed.id).values(second_at=now))
            # Whoever signed in before it was set up gives a code now.
            write_audit(db, account, "second_set", now, {})
            return self._fresh_codes(db, account)

    def _fresh_codes(self, db: Connection, account: int) -> tuple[str, ...]:
        made = new_recovery_codes()
        db.execute(delete(recovery_codes).where(recovery_codes.c.counsellor_id == account))
        now = self._clock.now()
        rows = [{"counsellor_id": account, "code": self._hashed(account, code), "made_at": now} for code in made]
        db.execute(recovery_codes.insert(), rows)
        return made

    def _hashed(self, account: int, code: str) -> bytes:
        return self._database.vault.lookup("recovery code", f"{account}:{plain_recovery_code(code)}")

    def fresh_codes(self, signed: SignedIn) -> tuple[str, ...]:
        """Ten new recovery codes; the old ones are worth nothing from now on."""
        with self._database.engine.begin() as db:
            write_audit(db, signed.account.id, "recovery_made", self._clock.now(), {})
            return self._fresh_codes(db, signed.account.id)

    def give(self, signed: SignedIn, code: str, client: str) -> None:
        """The second step of a sign-in, and what opens a locked one. Raise WrongCode or TooManyFailures."""
        step, rows = self._proved(signed, code, client, confirmed=True)
        with self._database.engine.begin() as db:
            self._use(db, signed, step, code)
            forget_attempts(db, self._attempts.by_second(signed.account.id), *rows)
            now = self._clock.now()
            if signed.second_at is None:
                db.execute(update(sign_ins).where(sign_ins.c.id == signed.id).values(second_at=now, seen_at=now))
                write_audit(db, signed.account.id, "second_given", now, {"sign_in": signed.id})
            else:
                opened(db, signed, now)

    def _proved(
        self, signed: SignedIn, code: str, client: str, *, confirmed: bool
    ) -> tuple[int | None, tuple[int, ...]]:
        """Return the step of a right code, None for a recovery code, and the rows of the attempt."""
        now, account = self._clock.now(), signed.account.id
        rows = self._attempts.count(now, self._attempts.by_second(account), self._attempts.by_client(client))
        with self._database.reading() as db:
            row = db.execute(_of(account)).one()
            known = row.totp is not None and (row.totp_confirmed_at is not None) is confirmed
            step = step_of(self._database.vault.texts.open(row.totp), code, now) if known else None
            recovery = known and confirmed and self._is_recovery(db, account, code)
        if step is None and not recovery:
            with self._database.engine.begin() as db:
                write_audit(db, account, "second_failed", now, {"sign_in": signed.id})
            raise WrongCode
        return step, rows

    def _is_recovery(self, db: Connection, account: int, code: str) -> bool:
        return db.scalar(select(recovery_codes.c.id).where(self._unused(account, code))) is not None

    def _unused(self, account: int, code: str) -> ColumnElement[bool]:
        return (recovery_codes.c.code == self._hashed(account, code)) & recovery_codes.c.used_at.is_(None)

    def _use(self, db: Connection, signed: SignedIn, step: int | None, code: str) -> None:
        """Each code once: whoever is second with it finds it used. Raise WrongCode."""
        account, now = signed.account.id, self._clock.now()
        if step is None:
            used = update(recovery_codes).where(self._unused(account, code)).values(used_at=now)
            write_audit(db, account, "recovery_used", now, {"sign_in": signed.id})
        else:
            unused = or_(counsellors.c.totp_step.is_(None), counsellors.c.totp_step < step)
            used = update(counsellors).where(counsellors.c.id == account, unused).values(totp_step=step)
        if db.execute(used).rowcount != 1:
            raise WrongCode

    def left(self, account: int) -> int:
        """How many recovery codes are unused."""
        unused = (recovery_codes.c.counsellor_id == account) & recovery_codes.c.used_at.is_(None)
        with self._database.reading() as db:
            return db.scalar(select(func.count()).select_from(recovery_codes).where(unused)) or 0

    def remove(self, account: int, *, actor: int | None) -> None:
        """Take the second factor away. An administrator's reset ends the sign-ins: the person sets up anew."""
        now = self._clock.now()
        with self._database.engine.begin() as db:
            values = {"totp": None, "totp_confirmed_at": None, "totp_step": None}
            db.execute(update(counsellors).where(counsellors.c.id == account).values(**values))
            db.execute(delete(recovery_codes).where(recovery_codes.c.counsellor_id == account))
            if actor != account:
                db.execute(delete(sign_ins).where(sign_ins.c.counsellor_id == account))
            else:
                mine = update(sign_ins).where(sign_ins.c.counsellor_id == account)
                db.execute(mine.values(second_at=None))
            write_audit(db, actor, "second_removed", now, {}, about=account)


def _of(account: int) -> Select[bytes | None, datetime | None]:
    return select(counsellors.c.totp, counsellors.c.totp_confirmed_at).where(counsellors.c.id == account)
