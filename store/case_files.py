"""Reading all that an export is made of, and writing down that it was made: one transaction."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from helpline.case_export import CaseFile, Service, Told, ToldTalk, exported
from helpline.conversations import CaseState, JsonObject
from helpline.ports import NotFound
from helpline.referrals import ReferralState
from helpline.silence import Attempt
from helpline.wrap_up import WrapUp
from store.database import Database
from store.record_pages import opened
from store.record_rows import read_wrap_up
from store.record_tables import attempts, talks
from store.referral_tables import referrals
from store.sealing import Vault
from store.tables import case_events, cases, conversations, notes, senders
from store.unit import SqlUnit
from triage.taxonomy import Level

# Events whose counsellor held the case from then on.
_TAKES = ("taken", "assigned", "transferred", "reopened")


def export_case(database: Database, case: int, by: int | None, now: datetime, *, texts: bool) -> JsonObject:
    """Return a case's export. `by` None: from the command line. Raise NotFound."""
    with database.engine.begin() as db:
        found = case_file(db, database.vault, case)
        SqlUnit(db, database.vault).record(case, by, "exported", now, {"texts": texts})
    return exported(found, now, texts=texts)


def case_file(db: Connection, vault: Vault, case: int) -> CaseFile:
    row = _row(db, case)
    events = _events(db, case)
    closing = next((one for one in reversed(events) if one[0] == "closed"), None)
    return CaseFile(
        id=row["id"],
        pseudonym=row["pseudonym"],
        level=Level(row["level"]),
        state=CaseState(row["state"]),
        source=row["source"],
        channel=row["channel"],
        language=row["language"],
        audience=row["audience"],
        age_band=row["age_band"],
        district=row["district"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        close_reason=row["close_reason"],
        signed_by=None if closing is None or row["closed_at"] is None else json.loads(closing[2]).get("signed_by"),
        holder=row["holder_id"],
        holders=tuple(by for what, by, _, _ in events if what in _TAKES and by is not None),
        reopened=tuple((at, by) for what, by, _, at in events if what == "reopened"),
        next_step=opened(vault, row["next_step"]),
        next_step_at=row["next_step_at"],
        wrap_up=read_wrap_up(db, vault, case) or WrapUp(),
        attempts=_attempts(db, case),
        talks=_talks(db, vault, case),
        notes=_notes(db, vault, case),
        services=_services(db, case),
    )


def _row(db: Connection, case: int) -> RowMapping:
    person = (
        *(conversations.c.pseudonym, conversations.c.language, conversations.c.audience),
        *(conversations.c.age_band, conversations.c.district, senders.c.channel),
    )
    joined = cases.join(conversations, conversations.c.id == cases.c.conversation_id).join(
        senders, senders.c.id == conversations.c.sender_id
    )
    row = db.execute(select(cases, *person).select_from(joined).where(cases.c.id == case)).mappings().first()
    if row is None:
        raise NotFound
    return row


def _events(db: Connection, case: int) -> list[tuple[str, int | None, str, datetime]]:
    columns = (case_events.c.what, case_events.c.counsellor_id, case_events.c.detail, case_events.c.at)
    query = select(*columns).where(case_events.c.case_id == case).order_by(case_events.c.id)
    return [(row.what, row.counsellor_id, row.detail, row.at) for row in db.execute(query)]


def _attempts(db: Connection, case: int) -> tuple[Attempt, ...]:
    query = select(attempts).where(attempts.c.case_id == case).order_by(attempts.c.at, attempts.c.id)
    return tuple(Attempt(row.way, row.inside, row.at) for row in db.execute(query))


def _talks(db: Connection, vault: Vault, case: int) -> tuple[ToldTalk, ...]:
    query = select(talks).where(talks.c.case_id == case).order_by(talks.c.at, talks.c.id)
    return tuple(
        ToldTalk(row.way, row.direction, row.who, Told(row.counsellor_id, row.at, opened(vault, row.note)))
        for row in db.execute(query)
    )


def _notes(db: Connection, vault: Vault, case: int) -> tuple[Told, ...]:
    query = select(notes).where(notes.c.case_id == case).order_by(notes.c.id)
    return tuple(Told(row.counsellor_id, row.at, opened(vault, row.body)) for row in db.execute(query))


def _services(db: Connection, case: int) -> tuple[Service, ...]:
    """The case's referrals that left the house."""
    here = (referrals.c.case_id == case) & referrals.c.sent_at.is_not(None)
    rows = db.execute(select(referrals).where(here).order_by(referrals.c.id)).all()
    return tuple(
        Service(
            id=row.reference,
            kind=row.kind,
            provider=row.service,
            state=row.state,
            consented=row.consent_at is not None,
            sent_at=row.sent_at,
            due_at=row.due_at,
            done_at=row.ended_at if row.state == ReferralState.DONE.value else None,
        )
        for row in rows
    )
