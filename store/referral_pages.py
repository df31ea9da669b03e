"""What the pages of referrals show: lists without a word of anybody, and one referral with its calls and its history."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, case, exists, or_, select

from helpline.accounts import Account, Role
from helpline.conversations import Author
from helpline.referrals import ENDED, OPEN, Loop, ReferralState, Told
from store.referral_tables import excluded_agencies, referral_calls, referrals
from store.sealing import Vault
from store.tables import case_events, cases, conversations, counsellors, messages
from triage.taxonomy import Level, Risk

MOST = 200
_KNOWN_TO_AGENCY = [state.value for state in (*OPEN, *ENDED)]


@dataclass(frozen=True)
class ReferralRow:
    """A referral as lists show it. `case`, `pseudonym`, `level` are not for an agency's list."""

    id: int
    reference: str
    case: int
    pseudonym: str
    level: Level
    service: str
    state: ReferralState
    due_at: datetime | None
    sent_at: datetime | None
    changed_at: datetime
    told: Told | None
    loop: Loop | None

    def late(self, now: datetime) -> bool:
        """The service should have answered by now."""
        return self.state is ReferralState.IN_PROGRESS and self.due_at is not None and self.due_at < now

    def stale(self, now: datetime, after: timedelta) -> bool:
        return self.state in OPEN and now - self.changed_at > after


@dataclass(frozen=True)
class CallRow:
    desk: str
    outcome: str
    place: str | None = field(repr=False)
    at: datetime
    counsellor: str


@dataclass(frozen=True)
class Happened:
    what: str
    counsellor: str | None
    at: datetime
    detail: Mapping[str, object]


def listed(db: Connection, account: Account, states: frozenset[ReferralState], now: datetime) -> list[ReferralRow]:
    """The referrals that this account may list, overdue first: a supervisor's all, a counsellor's of their cases,
    an agency's own."""
    here = referrals.c.state.in_([state.value for state in states]) & _seen_by(account)
    late = (referrals.c.state == ReferralState.IN_PROGRESS.value) & (referrals.c.due_at < now)
    waits = referrals.c.state == ReferralState.WAITING.value
    order = (
        case((late, 0), (waits, 1), else_=2),
        referrals.c.due_at.is_(None),
        referrals.c.due_at,
        referrals.c.id.desc(),
    )
    rows = db.execute(_selected().where(here).order_by(*order).limit(MOST)).mappings()
    return [_row(row) for row in rows]


def of_person(db: Connection, conversation: int) -> list[ReferralRow]:
    """All of a person's, those of earlier cases too: what was begun goes on."""
    here = referrals.c.conversation_id == conversation
    return [_row(row) for row in db.execute(_selected().where(here).order_by(referrals.c.id.desc())).mappings()]


def excluded_of(db: Connection, conversation: int) -> tuple[str, ...]:
    here = excluded_agencies.c.conversation_id == conversation
    return tuple(db.scalars(select(excluded_agencies.c.service).where(here).order_by(excluded_agencies.c.id)))


def calls_of(db: Connection, vault: Vault, referral: int) -> list[CallRow]:
    query = (
        select(referral_calls, counsellors.c.name)
        .join(counsellors, counsellors.c.id == referral_calls.c.counsellor_id)
        .where(referral_calls.c.referral_id == referral)
        .order_by(referral_calls.c.id)
    )
    return [
        CallRow(
            row["desk"],
            row["outcome"],
            None if row["place"] is None else vault.texts.open(row["place"]),
            row["at"],
            row["name"],
        )
        for row in db.execute(query).mappings()
    ]


def history_of(db: Connection, number: int, referral: int) -> list[Happened]:
    """What happened to one referral of a case, looks included."""
    query = (
        select(case_events.c.what, case_events.c.at, case_events.c.detail, counsellors.c.name)
        .outerjoin(counsellors, counsellors.c.id == case_events.c.counsellor_id)
        .where(case_events.c.case_id == number, case_events.c.what.startswith("referral_"))
        .order_by(case_events.c.id)
    )
    found = [Happened(row.what, row.name, row.at, json.loads(row.detail)) for row in db.execute(query)]
    return [one for one in found if one.detail.get("referral") == referral]


def risks_of(db: Connection, vault: Vault, number: int) -> tuple[str, ...]:
    """What triage found in the messages of a case's person, in the order of the vocabulary."""
    query = (
        select(messages.c.finding)
        .join(cases, cases.c.conversation_id == messages.c.conversation_id)
        .where(cases.c.id == number, messages.c.author == Author.PERSON.value, messages.c.level >= int(Level.CONCERN))
        .order_by(messages.c.id.desc())
        .limit(50)
    )
    found: set[str] = set()
    for sealed in db.scalars(query):
        opened = vault.open_json(sealed)
        found |= set(opened.get("risks", ())) if isinstance(opened, dict) else set()
    return tuple(risk.value for risk in Risk if risk.value in found and risk is not Risk.HUMAN_REQUEST)


def _seen_by(account: Account) -> ColumnElement[bool]:
    if account.role is Role.SUPERVISOR:
        return referrals.c.id.is_not(None)
    if account.role is Role.FOCAL_POINT:
        hidden = and_(
            excluded_agencies.c.conversation_id == referrals.c.conversation_id,
            excluded_agencies.c.service == referrals.c.service,
        )
        known = referrals.c.state.in_(_KNOWN_TO_AGENCY)
        unseen = exists(select(excluded_agencies.c.id).where(hidden)).correlate(referrals)
        return and_(referrals.c.service == account.agency, known, ~unseen)
    mine = and_(
        cases.c.holder_id == account.id,
        or_(cases.c.state == "held", and_(cases.c.state == "closed", cases.c.sealed.is_(False))),
    )
    now = cases.alias("now")
    held = (now.c.conversation_id == referrals.c.conversation_id) & (now.c.state == "held")
    theirs = exists(select(now.c.id).where(held, now.c.holder_id == account.id)).correlate(referrals)
    return or_(mine, and_(theirs, cases.c.sealed.is_(False)))


def _selected() -> Select[tuple[object, ...]]:
    joined = referrals.join(cases, cases.c.id == referrals.c.case_id).join(
        conversations, conversations.c.id == referrals.c.conversation_id
    )
    return select(referrals, conversations.c.pseudonym, cases.c.level).select_from(joined)


def _row(row: RowMapping) -> ReferralRow:
    return ReferralRow(
        id=row["id"],
        reference=row["reference"],
        case=row["case_id"],
        pseudonym=row["pseudonym"],
        level=Level(row["level"]),
        service=row["service"],
        state=ReferralState(row["state"]),
        due_at=row["due_at"],
        sent_at=row["sent_at"],
        changed_at=row["changed_at"],
        told=None if row["told"] is None else Told(row["told"]),
        loop=None if row["loop"] is None else Loop(row["loop"]),
    )
