"""Complaints for reading: one's own, and those of others for administrators."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from store.account_tables import complaints
from store.complaint_rows import may_see
from store.sealing import Vault
from store.tables import counsellors

MOST = 200


@dataclass(frozen=True)
class ComplaintRow:
    """`by` None: a person who wrote to us; `text` None once erased."""

    id: int
    state: str
    by: str | None
    about: str | None
    text: str | None = field(repr=False)
    answer: str | None = field(repr=False)
    at: datetime
    answered_at: datetime | None


def complaints_for(db: Connection, vault: Vault, reader: int) -> list[ComplaintRow]:
    """Open ones first, then the newest, without what the reader must not see."""
    return _rows(db, vault, may_see(reader))


def own_complaints(db: Connection, vault: Vault, counsellor: int) -> list[ComplaintRow]:
    return _rows(db, vault, complaints.c.counsellor_id == counsellor)


def _rows(db: Connection, vault: Vault, where: ColumnElement[bool]) -> list[ComplaintRow]:
    maker, concerned = counsellors.alias("maker"), counsellors.alias("concerned")
    query = (
        select(complaints, maker.c.name.label("maker"), concerned.c.name.label("concerned"))
        .outerjoin(maker, maker.c.id == complaints.c.counsellor_id)
        .outerjoin(concerned, concerned.c.id == complaints.c.about_id)
        .where(where)
        .order_by(complaints.c.state.desc(), complaints.c.id.desc())
        .limit(MOST)
    )
    opened = vault.texts.open
    return [
        ComplaintRow(
            id=row.id,
            state=row.state,
            by=row.maker,
            about=row.concerned,
            text=None if row.body is None else opened(row.body),
            answer=None if row.answer is None else opened(row.answer),
            at=row.at,
            answered_at=row.answered_at,
        )
        for row in db.execute(query)
    ]


def nameable(db: Connection, asker: int) -> list[tuple[int, str]]:
    """Whom a complaint may concern: everybody else who works here."""
    others = counsellors.c.active.is_(True) & (counsellors.c.id != asker)
    query = select(counsellors.c.id, counsellors.c.name).where(others).order_by(counsellors.c.name)
    return [(row.id, row.name) for row in db.execute(query)]
