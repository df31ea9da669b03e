"""Failed attempts at passwords and codes, by keyed hashes of the name and of the client."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from helpline.accounts import FAILURES_PER_CLIENT, FAILURES_PER_NAME, FAILURES_WITHIN, TooManyFailures
from store.database import Database
from store.tables import sign_in_failures


class Attempts:
    """An attempt counts as failed until it was found right, so that many at once get no more tries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_name(self, name: str) -> bytes:
        return self._database.vault.lookup("sign-in name", name.casefold())

    def by_client(self, client: str) -> bytes:
        return self._database.vault.lookup("sign-in client", client)

    def by_second(self, account: int) -> bytes:
        """Codes are counted apart: whoever knows the password cannot clear what was guessed at them."""
        return self._database.vault.lookup("second factor", str(account))

    def count(self, now: datetime, *keys: bytes) -> tuple[int, ...]:
        """Write the attempt down as failed under each key; return the rows. The last key may be a client's.

        Raise TooManyFailures.
        """
        with self._database.engine.begin() as db:
            db.execute(delete(sign_in_failures).where(sign_in_failures.c.at <= now - FAILURES_WITHIN))
            for key, most in zip(keys, (FAILURES_PER_NAME, FAILURES_PER_CLIENT), strict=False):
                failed = select(func.count()).where(sign_in_failures.c.who == key)
                if db.execute(failed).scalar_one() >= most:
                    raise TooManyFailures
            return tuple(self._added(db, key, now) for key in keys)

    def _added(self, db: Connection, key: bytes, now: datetime) -> int:
        added = sign_in_failures.insert().values(who=key, at=now).returning(sign_in_failures.c.id)
        return int(db.execute(added).scalar_one())


def forget_attempts(db: Connection, key: bytes, *rows: int) -> None:
    """It was right after all: what was counted under this key goes, and these rows of others."""
    db.execute(delete(sign_in_failures).where((sign_in_failures.c.who == key) | sign_in_failures.c.id.in_(rows)))
