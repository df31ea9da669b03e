"""The week of the shifts' page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from helpline.shift_planning import Shift
from helpline.watches import TAKES_CASES
from store.shift_tables import shifts
from store.tables import counsellors


@dataclass(frozen=True)
class Colleague:
    id: int
    name: str


def shifts_between(db: Connection, begins: datetime, ends: datetime) -> list[Shift]:
    """Every planned shift that has a part between two times, in order."""
    within = (shifts.c.starts_at < ends) & (shifts.c.ends_at > begins)
    query = (
        select(shifts, counsellors.c.name)
        .join(counsellors, counsellors.c.id == shifts.c.counsellor_id)
        .where(within, counsellors.c.active.is_(True))
        .order_by(shifts.c.starts_at, counsellors.c.name)
    )
    return [
        Shift(row["id"], row["counsellor_id"], row["name"], row["starts_at"], row["ends_at"])
        for row in db.execute(query).mappings()
    ]


def who_takes_cases(db: Connection) -> list[Colleague]:
    role = counsellors.c.role.in_([role.value for role in TAKES_CASES])
    query = select(counsellors.c.id, counsellors.c.name).where(counsellors.c.active.is_(True), role)
    return [Colleague(row.id, row.name) for row in db.execute(query.order_by(counsellors.c.name))]
