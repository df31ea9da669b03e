"""What pages show of the records beside a case: issues, talks, attempts, earlier contacts, colleagues."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from helpline.accounts import Account
from helpline.silence import Attempt
from helpline.watches import PRESENT_FOR
from helpline.wrap_up import Issue, WrapUp
from store.record_rows import WORK_CASES, read_attempts, read_wrap_up
from store.record_tables import issues, talks, wrap_ups
from store.sealed_cases import known_to
from store.sealing import Vault
from store.tables import cases, counsellors
from triage.taxonomy import Level


@dataclass(frozen=True)
class Working:
    """A colleague as a list of choices shows them."""

    id: int
    name: str = field(repr=False)
    supervisor: bool
    present: bool


@dataclass(frozen=True)
class SavedTalk:
    way: str
    direction: str
    who: str
    counsellor: str
    at: datetime
    note: str | None = field(repr=False)


@dataclass(frozen=True)
class EarlierContact:
    id: int
    level: Level
    opened_at: datetime
    close_reason: str | None
    holder: str | None
    issues: tuple[Issue, ...]


@dataclass(frozen=True)
class Records:
    """`next_step` is opened text; `attempts` are those since the person last wrote."""

    wrap_up: WrapUp | None
    saved_at: datetime | None
    talks: tuple[SavedTalk, ...]
    attempts: tuple[Attempt, ...]
    earlier: tuple[EarlierContact, ...]
    source: str
    snoozed_until: datetime | None
    next_step: str | None = field(repr=False)
    next_step_at: datetime | None


def records_of(db: Connection, vault: Vault, case: int, reader: Account) -> Records:
    columns = (cases.c.source, cases.c.snoozed_until, cases.c.next_step, cases.c.next_step_at, cases.c.conversation_id)
    row = db.execute(select(*columns).where(cases.c.id == case)).one()
    return Records(
        wrap_up=read_wrap_up(db, vault, case),
        saved_at=db.scalar(select(wrap_ups.c.saved_at).where(wrap_ups.c.case_id == case)),
        talks=_talks(db, vault, case),
        attempts=read_attempts(db, case),
        earlier=_earlier(db, case, row.conversation_id, reader),
        source=row.source,
        snoozed_until=row.snoozed_until,
        next_step=opened(vault, row.next_step),
        next_step_at=row.next_step_at,
    )


def opened(vault: Vault, sealed: bytes | None) -> str | None:
    return None if sealed is None else vault.texts.open(sealed)


def _talks(db: Connection, vault: Vault, case: int) -> tuple[SavedTalk, ...]:
    query = (
        select(talks, counsellors.c.name)
        .join(counsellors, counsellors.c.id == talks.c.counsellor_id)
        .where(talks.c.case_id == case)
        .order_by(talks.c.at, talks.c.id)
    )
    rows = db.execute(query).all()
    return tuple(SavedTalk(r.way, r.direction, r.who, r.name, r.at, opened(vault, r.note)) for r in rows)


def _earlier(db: Connection, case: int, conversation: int, reader: Account) -> tuple[EarlierContact, ...]:
    """The same person's other cases, the newest first, with what they were about."""
    query = (
        select(cases, counsellors.c.name)
        .outerjoin(counsellors, counsellors.c.id == cases.c.holder_id)
        .where(cases.c.conversation_id == conversation, cases.c.id < case, known_to(reader))
        .order_by(cases.c.id.desc())
    )
    rows = db.execute(query).all()
    about: dict[int, list[Issue]] = {row.id: [] for row in rows}
    found = select(issues).where(issues.c.case_id.in_(about)).order_by(issues.c.id)
    for one in db.execute(found) if rows else ():
        about[one.case_id].append(Issue(one.category, one.subcategory, one.about, one.status))
    return tuple(
        EarlierContact(r.id, Level(r.level), r.opened_at, r.close_reason, r.name, tuple(about[r.id])) for r in rows
    )


def working(db: Connection, but: int, now: datetime) -> list[Working]:
    """Everybody who works cases, but one; who has the console open first."""
    here = counsellors.c.active.is_(True) & counsellors.c.role.in_(WORK_CASES) & (counsellors.c.id != but)
    columns = (counsellors.c.id, counsellors.c.name, counsellors.c.role, counsellors.c.seen_at)
    rows = db.execute(select(*columns).where(here).order_by(counsellors.c.name)).all()
    found = [Working(r.id, r.name, r.role == "supervisor", _present(r.seen_at, now)) for r in rows]
    return sorted(found, key=lambda one: not one.present)


def _present(seen_at: datetime | None, now: datetime) -> bool:
    return seen_at is not None and seen_at > now - PRESENT_FOR
