"""What the pages of accounts show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, func, select

from helpline.accounts import Account, Role
from store.account_rows import account_of
from store.accounts import alive
from store.tables import counsellors, sign_ins


@dataclass(frozen=True)
class StaffRow:
    """An account as administrators see it. `sign_ins`: how many are not over."""

    account: Account
    active: bool
    seen_at: datetime | None
    has_second: bool
    must_change: bool
    sign_ins: int


@dataclass(frozen=True)
class SignInRow:
    id: int
    account: int
    name: str
    role: Role
    created_at: datetime
    seen_at: datetime


def staff(db: Connection, now: datetime) -> list[StaffRow]:
    """Everybody, those who are not ended first, by name."""
    query = _staff(now).order_by(counsellors.c.active.desc(), counsellors.c.name)
    return [_staff_row(row) for row in db.execute(query).mappings()]


def staff_row(db: Connection, account: int, now: datetime) -> StaffRow | None:
    row = db.execute(_staff(now).where(counsellors.c.id == account)).mappings().first()
    return None if row is None else _staff_row(row)


def _staff(now: datetime) -> Select[tuple[object, ...]]:
    mine = (sign_ins.c.counsellor_id == counsellors.c.id) & alive(now)
    living = select(func.count()).select_from(sign_ins).where(mine).scalar_subquery().label("living")
    acted = select(func.max(sign_ins.c.seen_at)).where(sign_ins.c.counsellor_id == counsellors.c.id)
    return select(counsellors, living, acted.scalar_subquery().label("acted_at"))


def _staff_row(row: RowMapping) -> StaffRow:
    return StaffRow(
        account=account_of(row["id"], row),
        active=row["active"],
        seen_at=max(filter(None, (row["seen_at"], row["acted_at"])), default=None),
        has_second=row["totp_confirmed_at"] is not None,
        must_change=row["must_change"],
        sign_ins=row["living"],
    )


def sign_ins_of(db: Connection, now: datetime, account: int | None = None) -> list[SignInRow]:
    """Sign-ins that are not over, of one account or of all, the newest first."""
    columns = (sign_ins.c.id, sign_ins.c.counsellor_id, sign_ins.c.created_at, sign_ins.c.seen_at)
    query = (
        select(*columns, counsellors.c.name, counsellors.c.role)
        .join(counsellors, counsellors.c.id == sign_ins.c.counsellor_id)
        .where(alive(now), counsellors.c.active.is_(True))
        .order_by(sign_ins.c.id.desc())
    )
    if account is not None:
        query = query.where(sign_ins.c.counsellor_id == account)
    return [
        SignInRow(row.id, row.counsellor_id, row.name, Role(row.role), row.created_at, row.seen_at)
        for row in db.execute(query)
    ]
