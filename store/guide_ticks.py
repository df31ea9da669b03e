"""What somebody ticked on the list for the first shift: kept for each account, seen by nobody else."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from store.database import Database
from store.guide_tables import guide_ticks
from store.tables import counsellors


def ticked(db: Connection, counsellor: int) -> frozenset[str]:
    return frozenset(db.scalars(select(guide_ticks.c.point).where(guide_ticks.c.counsellor_id == counsellor)))


def tick_exactly(database: Database, counsellor: int, points: Set[str], now: datetime) -> None:
    """From now on these are ticked and no others; what was ticked before keeps its time."""
    mine = guide_ticks.c.counsellor_id == counsellor
    with database.engine.begin() as db:
        # A form that is sent twice at once waits here for itself.
        db.execute(select(counsellors.c.id).where(counsellors.c.id == counsellor).with_for_update())
        db.execute(delete(guide_ticks).where(mine, guide_ticks.c.point.not_in(sorted(points))))
        fresh = sorted(points - ticked(db, counsellor))
        if fresh:
            db.execute(insert(guide_ticks), [{"counsellor_id": counsellor, "point": one, "at": now} for one in fresh])
