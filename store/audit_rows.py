"""Rows of the audit outside cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from store.account_tables import audit_events
from store.rows import Rows
from store.turn_rows import detail


class AuditRows(Rows):
    def note_audit(
        self, actor: int | None, what: str, at: datetime, codes: Mapping[str, object], *, about: int | None = None
    ) -> None:
        write_audit(self._db, actor, what, at, codes, about=about)


def write_audit(
    db: Connection,
    actor: int | None,
    what: str,
    at: datetime,
    codes: Mapping[str, object],
    *,
    about: int | None = None,
) -> None:
    """Add a line to the audit: codes and ids, never text. In the commit of what it tells of."""
    values = {"counsellor_id": actor, "about_id": about, "what": what, "detail": detail(dict(codes)), "at": at}
    db.execute(audit_events.insert().values(**values))
