"""Rows of subscribers: who may get what we start, whose next tip is due, and what they have read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, and_, exists, func, or_, select, update

from helpline.announcing import DueTip, Subscriber
from helpline.conversations import Lane, OutState
from helpline.phrasebook import Reader
from store.matter_tables import campaigns, enrolments
from store.rows import WAY, discretion_of
from store.started_rows import TIP, StartedRows, disclosed_since, has_open_case
from store.tables import conversations, messages, outbox, senders


class TipRows(StartedRows):
    def due_tips(self, now: datetime, most: int) -> list[DueTip]:
        """The subscribers whose next tip is due, the longest due first; another worker's are left to it."""
        query = (
            select(
                conversations,
                WAY,
                and_(may_be_written_to(now), ~_in_a_course()).label("allowed"),
                _last_started().label("last_started_at"),
            )
            .join(senders, senders.c.id == conversations.c.sender_id)
            .where(conversations.c.tip_due_at <= now)
            .order_by(conversations.c.tip_due_at, conversations.c.id)
            .limit(most)
            .with_for_update(of=conversations, skip_locked=True)
        )
        rows = self._db.execute(query).mappings().all()
        seen = self._seen([row["id"] for row in rows])
        return [
            DueTip(subscriber_of(row), bool(row["allowed"]), frozenset(seen[row["id"]]), row["last_started_at"])
            for row in rows
        ]

    def set_tip_due(self, conversation: int, at: datetime) -> None:
        self._db.execute(update(conversations).where(conversations.c.id == conversation).values(tip_due_at=at))

    def _seen(self, people: Sequence[int]) -> Mapping[int, set[str]]:
        """The items that each read, or was offered by a tip or a campaign that was not cancelled."""
        seen: defaultdict[int, set[str]] = defaultdict(set)
        told = select(messages.c.conversation_id, messages.c.says).where(
            messages.c.conversation_id.in_(people), messages.c.says.startswith("item:")
        )
        _add(seen, ((row.conversation_id, row.says.split(":")[1]) for row in self._db.execute(told.distinct())))
        offered = (
            select(outbox.c.conversation_id, outbox.c.origin, campaigns.c.item)
            .outerjoin(campaigns, campaigns.c.id == outbox.c.campaign_id)
            .where(
                outbox.c.conversation_id.in_(people),
                outbox.c.lane == Lane.BULK.value,
                outbox.c.state != OutState.CANCELLED.value,
                or_(outbox.c.campaign_id.is_not(None), outbox.c.origin.startswith(TIP)),
            )
        )
        _add(seen, ((row[0], row.item or row.origin.split(":")[3]) for row in self._db.execute(offered)))
        return seen


def _add(seen: defaultdict[int, set[str]], pairs: Iterable[tuple[int, str]]) -> None:
    for person, item in pairs:
        seen[person].add(item)


def subscriber_of(row: RowMapping) -> Subscriber:
    """Build a Subscriber from the columns of conversations plus the channel that it is written to by."""
    told = row["audience"]
    register = "child" if told == "child" or (told is None and row["sounds_young"]) else "adult"
    return Subscriber(
        conversation=row["id"],
        reader=Reader(row["language"] or "az", register, row["channel"]),
        audience=told or ("child" if register == "child" else "parent"),
        age_band=row["age_band"],
        discretion=discretion_of(row),
    )


def may_be_written_to(now: datetime) -> ColumnElement[bool]:
    """Subscribers against whom nothing stands: the sender looks once more when the hour has come (helpline/standing.py)."""
    talks = conversations.c
    return and_(
        talks.tips_since.is_not(None),
        talks.bulk_stopped.is_(False),
        talks.quiet.is_(False),
        talks.erasure_requested_at.is_(None),
        senders.c.reachable.is_(True),
        or_(talks.phone == "own", and_(talks.phone == "shared", talks.shared_agreed.is_(True))),
        or_(talks.write_from.is_(None), talks.write_until.is_(None), talks.write_from != talks.write_until),
        ~has_open_case(),
        ~disclosed_since(now),
    )


def _in_a_course() -> ColumnElement[bool]:
    taking = (enrolments.c.conversation_id == conversations.c.id) & (enrolments.c.state == "active")
    return exists(select(enrolments.c.id).where(taking)).correlate(conversations)


def _last_started() -> ColumnElement[datetime | None]:
    """When we last put in something that we start and that was not cancelled."""
    query = select(func.max(outbox.c.created_at, type_=outbox.c.created_at.type)).where(
        outbox.c.conversation_id == conversations.c.id,
        outbox.c.lane == Lane.BULK.value,
        outbox.c.state != OutState.CANCELLED.value,
    )
    return query.correlate(conversations).scalar_subquery()
