"""The audit for reading: what happened to cases and what happened outside them, as one list."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from helpline.accounts import Role
from store.account_tables import audit_events
from store.tables import case_events, counsellors

SHOWN = 300
MOST = 50_000


@dataclass(frozen=True)
class Asked:
    """What somebody looks for; times from `since` to before `until`."""

    person: int | None = None
    case: int | None = None
    what: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class AuditLine:
    """`actor` None: the service, or somebody who was not let in. `about`: the account it was done to."""

    id: int
    at: datetime
    actor: int | None
    case: int | None
    about: int | None
    what: str
    codes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """How often somebody opened a case, and when last."""

    person: int
    times: int
    last_at: datetime


def audit_lines(db: Connection, asked: Asked, most: int = SHOWN) -> list[AuditLine]:
    """The newest lines that fit, newest first. A case's lines are found by its number alone."""
    found = _of_cases(db, asked, most)
    if asked.case is None:
        found += _outside(db, asked, most)
    return sorted(found, key=lambda line: (line.at, line.id), reverse=True)[:most]


def _of_cases(db: Connection, asked: Asked, most: int) -> list[AuditLine]:
    where = _fitting(case_events, asked)
    if asked.case is not None:
        where.append(case_events.c.case_id == asked.case)
    if asked.person is not None:
        where.append(case_events.c.counsellor_id == asked.person)
    query = select(case_events).where(*where).order_by(case_events.c.id.desc()).limit(most)
    return [
        AuditLine(row.id, row.at, row.counsellor_id, row.case_id, None, row.what, json.loads(row.detail))
        for row in db.execute(query)
    ]


def _outside(db: Connection, asked: Asked, most: int) -> list[AuditLine]:
    where = _fitting(audit_events, asked)
    if asked.person is not None:
        where.append(or_(audit_events.c.counsellor_id == asked.person, audit_events.c.about_id == asked.person))
    query = select(audit_events).where(*where).order_by(audit_events.c.id.desc()).limit(most)
    return [
        AuditLine(row.id, row.at, row.counsellor_id, None, row.about_id, row.what, json.loads(row.detail))
        for row in db.execute(query)
    ]


def _fitting(table: Table, asked: Asked) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if asked.what is not None:
        where.append(table.c.what == asked.what)
    if asked.since is not None:
        where.append(table.c.at >= asked.since)
    if asked.until is not None:
        where.append(table.c.at < asked.until)
    return where


def kinds(db: Connection) -> list[str]:
    """Every code of what happened that is there."""
    found = {*db.scalars(select(case_events.c.what).distinct()), *db.scalars(select(audit_events.c.what).distinct())}
    return sorted(found)


def people(db: Connection) -> dict[int, tuple[str, Role]]:
    """Name and role of everybody who ever had an account."""
    query = select(counsellors.c.id, counsellors.c.name, counsellors.c.role).order_by(counsellors.c.name)
    return {row.id: (row.name, Role(row.role)) for row in db.execute(query)}


def looks(db: Connection, case: int) -> list[Look]:
    """Who opened a case, the last first."""
    last = func.max(case_events.c.at).label("last_at")
    seen = (case_events.c.case_id == case) & (case_events.c.what == "viewed") & case_events.c.counsellor_id.is_not(None)
    query = (
        select(case_events.c.counsellor_id, func.count().label("times"), last)
        .where(seen)
        .group_by(case_events.c.counsellor_id)
        .order_by(last.desc())
    )
    return [Look(row.counsellor_id, row.times, row.last_at) for row in db.execute(query)]
