"""Who has a case's page open now, and what is new to them since they had it open before."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from store.case_work_tables import case_looks
from store.database import Database
from store.tables import counsellors

# A page tells every few seconds that it is open; without that for so long, it is closed.
HERE_FOR = timedelta(seconds=25)
TELL_EVERY = timedelta(seconds=10)


def read_before(db: Connection, case: int, counsellor: int) -> int | None:
    """The newest message at the opening before the one that is on the screen: a part that renews itself keeps its mark."""
    mine = (case_looks.c.case_id == case) & (case_looks.c.counsellor_id == counsellor)
    return db.scalar(select(case_looks.c.read_before).where(mine))


def tell_here(database: Database, case: int, counsellor: int, now: datetime) -> None:
    """The page is still open. Only a page that was opened through the door has a row; most looks write nothing."""
    mine = (case_looks.c.case_id == case) & (case_looks.c.counsellor_id == counsellor)
    old = mine & (case_looks.c.at < now - TELL_EVERY)
    with database.reading() as db:
        found = db.scalar(select(case_looks.c.id).where(old))
    if found is not None:
        with database.engine.begin() as db:
            db.execute(update(case_looks).where(old).values(at=now))


def others_here(db: Connection, case: int, counsellor: int, now: datetime) -> tuple[str, ...]:
    """The names of the others who have the page open."""
    query = (
        select(counsellors.c.name)
        .join(case_looks, case_looks.c.counsellor_id == counsellors.c.id)
        .where(case_looks.c.case_id == case, case_looks.c.counsellor_id != counsellor, case_looks.c.at > now - HERE_FOR)
        .order_by(counsellors.c.name)
    )
    return tuple(db.scalars(query))
