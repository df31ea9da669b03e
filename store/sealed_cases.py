"""What was told in a sealed case stays closed to whoever holds its person's next one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, true

from helpline.access import sees_sealed
from helpline.accounts import Account
from helpline.conversations import Case, CaseState
from store.tables import cases


def sealed_until(db: Connection, account: Account, case: Case, closed_at: datetime | None) -> datetime | None:
    """When the newest sealed case that was there before this one ended was closed; None where none is closed to this reader.

    A case that was opened again goes on after cases that are younger than it.
    """
    if sees_sealed(account):
        return None
    newest = func.max(cases.c.closed_at, type_=cases.c.closed_at.type)
    query = select(newest).where(
        cases.c.conversation_id == case.conversation,
        cases.c.id != case.id,
        cases.c.state == CaseState.CLOSED.value,
        ~known_to(account),
    )
    if closed_at is not None:
        query = query.where(cases.c.closed_at <= closed_at)
    return db.execute(query).scalar()


def known_to(account: Account) -> ColumnElement[bool]:
    """Cases of which this reader may know what they were about: of a sealed one only its holder and the supervisors may."""
    if sees_sealed(account):
        return true()
    return cases.c.sealed.is_(False) | cases.c.holder_id.is_not_distinct_from(account.id)
