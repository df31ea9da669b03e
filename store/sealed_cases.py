"""What was told in a sealed case stays closed to whoever holds its person's next one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from helpline.accounts import Account, Role
from helpline.conversations import Case, CaseState
from store.tables import cases


def sealed_until(db: Connection, account: Account, case: Case) -> datetime | None:
    """When the newest sealed case before this one was closed; None where there is none that is closed to this reader."""
    if account.role is Role.SUPERVISOR:
        return None
    closed_at = func.max(cases.c.closed_at, type_=cases.c.closed_at.type)
    query = select(closed_at).where(
        cases.c.conversation_id == case.conversation,
        cases.c.id < case.id,
        cases.c.state == CaseState.CLOSED.value,
        cases.c.sealed.is_(True),
        cases.c.holder_id.is_distinct_from(account.id),
    )
    return db.execute(query).scalar()
