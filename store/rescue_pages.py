"""The rescue sheet of a case, and the sender's number while it is shown to somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from store.case_work_tables import rescues, reveals
from store.sealing import Vault
from store.tables import cases, conversations, counsellors, senders


@dataclass(frozen=True)
class WrittenPlace:
    """Where help has to go, as a counsellor wrote it down; None once erased."""

    text: str | None = field(repr=False)
    counsellor: str
    at: datetime


@dataclass(frozen=True)
class ShownNumber:
    address: str = field(repr=False)
    until: datetime


@dataclass(frozen=True)
class Shown:
    """That the number was shown to somebody, without the number. `why` None once erased."""

    counsellor: str
    reason: str
    why: str | None = field(repr=False)
    at: datetime


def place_of(db: Connection, vault: Vault, case: int) -> WrittenPlace | None:
    query = (
        select(rescues.c.place, rescues.c.at, counsellors.c.name)
        .join(counsellors, counsellors.c.id == rescues.c.counsellor_id)
        .where(rescues.c.case_id == case)
    )
    row = db.execute(query).first()
    if row is None:
        return None
    return WrittenPlace(None if row.place is None else vault.texts.open(row.place), row.name, row.at)


def number_shown_to(db: Connection, vault: Vault, case: int, counsellor: int, now: datetime) -> ShownNumber | None:
    """The sender's address, while a reveal of this counsellor's own lasts and they hold the case; nobody else's look opens it."""
    query = (
        select(senders.c.address, reveals.c.until)
        .select_from(reveals)
        .join(cases, cases.c.id == reveals.c.case_id)
        .join(conversations, conversations.c.id == cases.c.conversation_id)
        .join(senders, senders.c.id == conversations.c.sender_id)
        .where(
            reveals.c.case_id == case,
            reveals.c.counsellor_id == counsellor,
            reveals.c.until > now,
            cases.c.holder_id == counsellor,
            cases.c.state == "held",
        )
        .order_by(reveals.c.until.desc())
        .limit(1)
    )
    row = db.execute(query).first()
    return None if row is None else ShownNumber(vault.addresses.open(row.address), row.until)


def shown_before(db: Connection, vault: Vault, case: int) -> tuple[Shown, ...]:
    query = (
        select(reveals.c.reason, reveals.c.why, reveals.c.at, counsellors.c.name)
        .join(counsellors, counsellors.c.id == reveals.c.counsellor_id)
        .where(reveals.c.case_id == case)
        .order_by(reveals.c.id)
    )
    return tuple(
        Shown(row.name, row.reason, None if row.why is None else vault.texts.open(row.why), row.at)
        for row in db.execute(query)
    )
