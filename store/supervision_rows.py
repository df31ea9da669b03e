"""Rows of who has which case and what it weighs: assigning, sealing, hard cases, breaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, RowMapping, func, select, update

from helpline.conversations import RECORDED, Author, Case, CaseState
from helpline.load import Closed, Take
from helpline.ports import NotFound
from store.rows import case_of
from store.shift_rows import ShiftRows
from store.supervision_tables import breaks, takes
from store.tables import case_events, cases, conversations, messages, senders
from triage.taxonomy import Level

# Events by which somebody has a case in their hands from then on.
TAKEN = ("taken", "assigned", "transferred", "reopened")
# Events of the last hour are among so many newest ones; what is older was counted long ago.
_NEWEST = 1_000
_LOOK_BACK = timedelta(hours=1)
# A watch of which nobody knows when it began is as long as the longest shift.
LONGEST_WATCH = timedelta(hours=12)


class CareRows(ShiftRows):
    def case_to_change(self, case: int) -> Case:
        """Lock a case, whoever holds it. Raise NotFound."""
        row = self._db.execute(select(cases).where(cases.c.id == case).with_for_update()).mappings().first()
        if row is None:
            raise NotFound
        return case_of(row)

    def assign_case(self, case: int, counsellor: int, at: datetime) -> None:
        """Put an open case into somebody's hands; what the person wrote and nobody answered waits for them from now."""
        asks = cases.c.unanswered_since.is_not(None) | (cases.c.state == CaseState.WAITING.value)
        # Nobody waits for a word where there is no way to say one.
        joined = cases.join(conversations, conversations.c.id == cases.c.conversation_id).join(senders)
        written = senders.c.channel != RECORDED
        waits = self._db.execute(select(asks & written).select_from(joined).where(cases.c.id == case)).scalar()
        values = {"state": CaseState.HELD.value, "holder_id": counsellor, "taken_at": at, "quick_look": False}
        unanswered = {"unanswered_since": at} if waits else {}
        self._db.execute(update(cases).where(cases.c.id == case).values(**values, **unanswered))

    def seal_case(self, case: int, *, sealed: bool) -> None:
        self._db.execute(update(cases).where(cases.c.id == case).values(sealed=sealed))

    def is_on(self, counsellor: int, now: datetime) -> bool:
        return any(watch.counsellor == counsellor for watch in self.watches(now))

    def rests(self, case: int, now: datetime) -> bool:
        """Whether a held case rests until later."""
        snoozed = (cases.c.id == case) & (cases.c.snoozed_until > now)
        return self._db.execute(select(cases.c.id).where(snoozed)).scalar() is not None

    def new_takes(self, now: datetime) -> Sequence[Take]:
        """The cases that somebody took on within the hour and that were not counted yet."""
        counted = select(takes.c.id).where(takes.c.event_id == case_events.c.id).exists()
        query = (
            select(case_events, cases.c.level, cases.c.conversation_id)
            .join(cases, cases.c.id == case_events.c.case_id)
            .where(_lately(now), case_events.c.what.in_(TAKEN), case_events.c.counsellor_id.is_not(None), ~counted)
            .order_by(case_events.c.id)
        )
        return [self._take(row) for row in self._db.execute(query).mappings().all()]

    def _take(self, row: RowMapping) -> Take:
        level = Level(row["level"])
        # The sealed findings are opened only where the level does not tell already.
        risks = frozenset[str]() if level >= Level.URGENT else self._risks(row["conversation_id"], row["at"])
        return Take(row["id"], row["case_id"], row["counsellor_id"], level, risks, row["at"])

    def _risks(self, conversation: int, until: datetime) -> frozenset[str]:
        told = select(messages.c.finding).where(
            messages.c.conversation_id == conversation,
            messages.c.author == Author.PERSON.value,
            messages.c.level >= int(Level.CONCERN),
            messages.c.finding.is_not(None),
            messages.c.at > until - timedelta(days=1),
        )
        found = [self._vault.open_json(body) for body in self._db.execute(told).scalars()]
        return frozenset(str(risk) for one in found if isinstance(one, dict) for risk in one.get("risks", ()))

    def add_take(self, take: Take, *, hard: bool) -> bool:
        """Count it; return whether it was not counted before."""
        values = {
            "event_id": take.event,
            "case_id": take.case,
            "counsellor_id": take.counsellor,
            "hard": hard,
            "at": take.at,
        }
        return self._insert_once(takes, values) is not None

    def hard_takes(self, counsellor: int, now: datetime) -> int:
        """The hard cases that somebody took on in the watch that goes on."""
        began = next((watch.began_at for watch in self.watches(now) if watch.counsellor == counsellor), None)
        since = now - LONGEST_WATCH if began is None else began
        mine = (takes.c.counsellor_id == counsellor) & takes.c.hard & (takes.c.at >= since)
        return int(self._db.execute(select(func.count()).select_from(takes).where(mine)).scalar_one())

    def closed_emergencies(self, now: datetime) -> Sequence[Closed]:
        """Emergencies closed within the hour after which no break was offered yet."""
        offered = select(breaks.c.id).where(breaks.c.event_id == case_events.c.id).exists()
        query = (
            select(case_events.c.id, case_events.c.counsellor_id)
            .join(cases, cases.c.id == case_events.c.case_id)
            .where(
                _lately(now),
                case_events.c.what == "closed",
                case_events.c.counsellor_id.is_not(None),
                cases.c.level >= int(Level.EMERGENCY),
                ~offered,
            )
        )
        return [Closed(row.id, row.counsellor_id) for row in self._db.execute(query)]

    def offer_break(self, counsellor: int, why: str, event: int, at: datetime) -> bool:
        values = {"counsellor_id": counsellor, "why": why, "event_id": event, "offered_at": at}
        return self._insert_once(breaks, values) is not None

    def answer_break(self, offer: int, counsellor: int, answer: str, at: datetime) -> bool:
        """Return False for another's offer, and for one that was answered."""
        mine = (breaks.c.id == offer) & (breaks.c.counsellor_id == counsellor) & breaks.c.answer.is_(None)
        return self._db.execute(update(breaks).where(mine).values(answer=answer, answered_at=at)).rowcount == 1


def _lately(now: datetime) -> ColumnElement[bool]:
    """A range of the primary key and a time: cheap however long the audit grows."""
    every = case_events.alias("every")
    newest = select(func.max(every.c.id)).scalar_subquery()
    return (case_events.c.id > newest - _NEWEST) & (case_events.c.at > now - _LOOK_BACK)
