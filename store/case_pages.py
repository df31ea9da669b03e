"""The one door to a transcript: it checks, writes the look down and reads, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, and_, select

from helpline.accounts import Account
from helpline.conversations import CaseState
from helpline.door import ONE_LOOK, NotYours, may_open
from helpline.ports import Clock, NotFound
from helpline.safety_plans import SafetyPlan
from store.asked_pages import is_asked
from store.database import Database
from store.matter_tables import safety_plans
from store.pages import CaseRow, case_row
from store.past_rows import opened_plan
from store.sealed_cases import known_to, sealed_until
from store.sealing import Vault
from store.tables import case_events, cases, counsellors, notes
from store.transcript import Line, lines_of
from store.unit import SqlUnit
from triage.taxonomy import Level

NEWEST = 200

__all__ = ["NEWEST", "CasePage", "Line", "checked_row", "open_case_for"]


@dataclass(frozen=True)
class Note:
    id: int
    counsellor: str
    text: str | None = field(repr=False)
    at: datetime


@dataclass(frozen=True)
class Event:
    what: str
    counsellor: str | None
    detail: Mapping[str, object]
    at: datetime


@dataclass(frozen=True)
class EarlierCase:
    id: int
    level: Level
    opened_at: datetime
    closed_at: datetime | None
    close_reason: str | None


@dataclass(frozen=True)
class StoredPlan:
    """The person's safety plan, with who changed it last and when."""

    plan: SafetyPlan
    counsellor: str
    changed_at: datetime


@dataclass(frozen=True)
class CasePage:
    """`older`: how many messages lie before the first line, `plan` only while the case is open."""

    row: CaseRow
    lines: tuple[Line, ...]
    older: int
    notes: tuple[Note, ...]
    events: tuple[Event, ...]
    earlier: tuple[EarlierCase, ...]
    plan: StoredPlan | None


def open_case_for(database: Database, clock: Clock, account: Account, case: int, *, newest: int = NEWEST) -> CasePage:
    """Open a case's page for this person; the look is audited once in five minutes. Raise NotFound or NotYours."""
    now = clock.now()
    with database.reading() as db:
        row = checked_row(db, account, case)
        if _looked(db, account.id, case, now):
            return _page(db, database.vault, row, newest, account)
    with database.engine.begin() as db:
        db.execute(select(cases.c.id).where(cases.c.id == case).with_for_update())
        row = checked_row(db, account, case)
        if not _looked(db, account.id, case, now):
            SqlUnit(db, database.vault).record(case, account.id, "viewed", now, {})
        return _page(db, database.vault, row, newest, account)


def checked_row(db: Connection, account: Account, case: int) -> CaseRow:
    """Return the case's row when this person may open it. Raise NotFound or NotYours."""
    row = case_row(db, case)
    if row is None:
        raise NotFound
    held = (cases.c.conversation_id == row.case.conversation) & (cases.c.state == CaseState.HELD.value)
    holder = db.scalar(select(cases.c.holder_id).where(held))
    asked = is_asked(db, account.id, case)
    if not may_open(account, row.case, holds_person=holder == account.id, asked=asked):
        raise NotYours(case, row.case.state, None if row.case.sealed else row.holder_name)
    return row


def _looked(db: Connection, counsellor: int, case: int, now: datetime) -> bool:
    looks = and_(
        case_events.c.case_id == case,
        case_events.c.counsellor_id == counsellor,
        case_events.c.what == "viewed",
        case_events.c.at > now - ONE_LOOK,
    )
    return db.scalar(select(case_events.c.id).where(looks).limit(1)) is not None


def _page(db: Connection, vault: Vault, row: CaseRow, newest: int, account: Account) -> CasePage:
    since = sealed_until(db, account, row.case, row.closed_at)
    lines, older = lines_of(db, vault, row.case.conversation, row.closed_at, newest, since)
    case = row.case.id
    return CasePage(
        row, lines, older, _notes(db, vault, case), _events(db, case), _earlier(db, row, account), _plan(db, vault, row)
    )


def _plan(db: Connection, vault: Vault, row: CaseRow) -> StoredPlan | None:
    here = safety_plans.c.conversation_id == row.case.conversation
    joined = safety_plans.join(counsellors, counsellors.c.id == safety_plans.c.counsellor_id)
    query = select(safety_plans.c.body, safety_plans.c.changed_at, counsellors.c.name).select_from(joined).where(here)
    found = db.execute(query).first() if row.closed_at is None else None
    plan = None if found is None else opened_plan(found.body, vault)
    return None if found is None or plan is None else StoredPlan(plan, found.name, found.changed_at)


def _notes(db: Connection, vault: Vault, case: int) -> tuple[Note, ...]:
    query = (
        select(notes.c.id, notes.c.body, notes.c.at, counsellors.c.name)
        .join(counsellors, counsellors.c.id == notes.c.counsellor_id)
        .where(notes.c.case_id == case)
        .order_by(notes.c.id)
    )
    rows = db.execute(query).all()
    return tuple(Note(n.id, n.name, None if n.body is None else vault.texts.open(n.body), n.at) for n in rows)


def _events(db: Connection, case: int) -> tuple[Event, ...]:
    query = (
        select(case_events.c.what, case_events.c.detail, case_events.c.at, counsellors.c.name)
        .outerjoin(counsellors, counsellors.c.id == case_events.c.counsellor_id)
        .where(case_events.c.case_id == case)
        .order_by(case_events.c.id)
    )
    return tuple(Event(row.what, row.name, json.loads(row.detail), row.at) for row in db.execute(query))


def _earlier(db: Connection, row: CaseRow, account: Account) -> tuple[EarlierCase, ...]:
    before = (cases.c.conversation_id == row.case.conversation) & (cases.c.id < row.case.id)
    columns = (cases.c.id, cases.c.level, cases.c.opened_at, cases.c.closed_at, cases.c.close_reason)
    rows = db.execute(select(*columns).where(before, known_to(account)).order_by(cases.c.id.desc())).all()
    return tuple(EarlierCase(c.id, Level(c.level), c.opened_at, c.closed_at, c.close_reason) for c in rows)
