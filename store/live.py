"""What changed, told cheaply: a digest of all that a list or an open case shows, without reading a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, func, select

from helpline.conversations import CaseState
from store import case_looks
from store.asked_pages import asked_numbers
from store.shift_tables import watches
from store.tables import case_events, cases, messages, notes, outbox
from triage.taxonomy import Level


@dataclass(frozen=True)
class Lists:
    """`alarms` are case:level of waiting urgent and emergency cases, and what else rings, with dashes.

    `to_answer` counts my cases that wait for me.
    """

    waiting: int
    top: Level
    alarms: tuple[str, ...]
    to_answer: int
    version: str


def lists_of(db: Connection, counsellor: int, *, sees_sealed: bool = False) -> Lists:
    """The queue and this counsellor's own cases; sealed cases that wait are for supervisors."""
    newest = (
        select(func.max(messages.c.id)).where(messages.c.conversation_id == cases.c.conversation_id).scalar_subquery()
    )
    shown = (
        *(cases.c.id, cases.c.level, cases.c.state, cases.c.holder_id, cases.c.due_at, cases.c.unanswered_since),
        *(cases.c.step, cases.c.sealed, cases.c.declined, cases.c.quick_look, cases.c.undelivered_code),
        *(cases.c.safety_silence_at, cases.c.snoozed_until, cases.c.next_step_at),
    )
    open_ones = select(*shown, newest).where(cases.c.state != CaseState.CLOSED.value).order_by(cases.c.id)
    rows = db.execute(open_ones).all()
    waiting = [row for row in rows if row.state == CaseState.WAITING.value and (sees_sealed or not row.sealed)]
    # An alarm that climbed rings anew.
    alarms = [
        f"{row.id}:{row.level}" + (f":{row.step}" if row.step else "") for row in waiting if row.level >= Level.URGENT
    ]
    mine = [row for row in rows if row.holder_id == counsellor]
    # What I hold and becomes an emergency rings too.
    alarms += [f"{row.id}:{row.level}" for row in mine if row.level >= Level.EMERGENCY]
    # So does one that rested and is awake, and what a colleague asks of me.
    alarms += _woken(db, [row.id for row in mine if row.next_step_at and not row.snoozed_until])
    asked = asked_numbers(db, counsellor)
    alarms += asked
    return Lists(
        waiting=len(waiting),
        top=Level(max((row.level for row in waiting), default=0)),
        alarms=tuple(alarms),
        to_answer=sum(row.unanswered_since is not None for row in mine),
        version=_digest([*(tuple(row) for row in rows), *_on_watch(db), tuple(asked)]),
    )


def _woken(db: Connection, held: Sequence[int]) -> list[str]:
    """Of these cases those whose time came, as codes: each time rings once."""
    woke = (case_events.c.case_id.in_(held)) & (case_events.c.what == "woke")
    query = select(case_events.c.case_id, func.max(case_events.c.id)).where(woke).group_by(case_events.c.case_id)
    return [f"{case}-woke-{event}" for case, event in db.execute(query)] if held else []


def _on_watch(db: Connection) -> list[tuple[int, datetime | None]]:
    """Who came, went or rests."""
    query = select(watches.c.id, watches.c.rests_until).where(watches.c.ended_at.is_(None)).order_by(watches.c.id)
    return [(row.id, row.rests_until) for row in db.execute(query)]


def case_version(db: Connection, case: int) -> str:
    """Changes with anything that the case's page shows."""
    conversation = select(cases.c.conversation_id).where(cases.c.id == case).scalar_subquery()
    sent = (
        select(outbox.c.state, outbox.c.delivery, func.count())
        .where(outbox.c.conversation_id == conversation)
        .group_by(outbox.c.state, outbox.c.delivery)
        .order_by(outbox.c.state, outbox.c.delivery)
    )
    looked = (case_events.c.case_id == case) & (case_events.c.what != "viewed")
    queries = (
        select(cases).where(cases.c.id == case),
        select(func.max(messages.c.id), func.count(messages.c.finding), func.max(messages.c.level)).where(
            messages.c.conversation_id == conversation
        ),
        select(func.max(notes.c.id)).where(notes.c.case_id == case),
        select(func.max(case_events.c.id)).where(looked),
        sent,
    )
    return _digest(tuple(row) for query in queries for row in db.execute(query))


def page_version(db: Connection, case: int, counsellor: int, now: datetime) -> str:
    """The same, and who else has it open."""
    return f"{case_version(db, case)}.{_digest([case_looks.others_here(db, case, counsellor, now)])}"


def _digest(rows: Iterable[tuple[object, ...]]) -> str:
    digest = sha256()
    for row in rows:
        digest.update(repr(row).encode())
    return digest.hexdigest()[:16]
