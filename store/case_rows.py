"""Rows of cases: opening, raising, taking atomically, notes, the audit, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update

from helpline.conversations import RECORDED, Author, Case, CaseState, Conversation
from helpline.ports import CaseAlreadyTaken, NotFound
from helpline.shift_times import LEVELS
from helpline.sweep_limits import claim_limit, held_limit
from store.rows import case_of
from store.tables import case_events, cases, conversations, messages, notes, verdicts
from store.turn_rows import TurnRows, detail
from triage.taxonomy import Level

_OPEN = cases.c.state != CaseState.CLOSED.value


class CaseRows(TurnRows):
    def open_case(self, conversation: int, level: Level, due_at: datetime, at: datetime, reason: str) -> Case:
        """Open the conversation's case, waiting in the queue."""
        added = self._insert(
            cases,
            {
                "conversation_id": conversation,
                "level": int(level),
                "state": CaseState.WAITING.value,
                "reason": reason[:32],
                "opened_at": at,
                "waiting_since": at,
                "due_at": due_at,
                "alert_due_at": due_at,
            },
        )
        self.record(added, None, "opened", at, {"level": level.name.lower(), "reason": reason})
        return self.case(added)

    def raise_case(self, case: int, level: Level, due_at: datetime, at: datetime, reason: str) -> None:
        """Raise a case's level; a lower one changes nothing."""
        higher = (cases.c.id == case) & _OPEN & (cases.c.level < int(level))
        values = {"level": int(level), "due_at": due_at, "alert_due_at": due_at, "step": 0, "snoozed_until": None}
        if self._db.execute(update(cases).where(higher).values(**values)).rowcount:
            self.record(case, None, "level_raised", at, {"level": level.name.lower(), "reason": reason})

    def hasten_case(self, case: int, due_at: datetime) -> None:
        """Make a case due sooner; a later time changes nothing."""
        later = (cases.c.id == case) & _OPEN & (cases.c.due_at > due_at)
        self._db.execute(update(cases).where(later).values(due_at=due_at, alert_due_at=due_at))

    def case(self, case: int) -> Case:
        """Raise NotFound."""
        row = self._db.execute(select(cases).where(cases.c.id == case)).mappings().first()
        if row is None:
            raise NotFound
        return case_of(row)

    def record(self, case: int, actor: int | None, what: str, at: datetime, fields: Mapping[str, object]) -> None:
        """Add a line to the case's audit: codes and ids, never text."""
        values = {"case_id": case, "counsellor_id": actor, "what": what, "detail": detail(dict(fields)), "at": at}
        self._insert(case_events, values)

    def take_case(self, case: int, counsellor: int, at: datetime) -> Case:
        """Give a waiting case to one counsellor. Raise CaseAlreadyTaken or NotFound."""
        waiting = (cases.c.id == case) & (cases.c.state == CaseState.WAITING.value)
        values = {
            "state": CaseState.HELD.value,
            "holder_id": counsellor,
            "taken_at": at,
            # The person waits for a first word: the claim is measured from now.
            "unanswered_since": at,
            "quick_look": False,
        }
        taken = self._db.execute(update(cases).where(waiting).values(**values).returning(cases)).mappings().first()
        if taken is None:
            self.case(case)
            raise CaseAlreadyTaken
        # Nobody waits for a first word where there is no way to say one.
        if self.conversation(taken["conversation_id"]).channel == RECORDED:
            self._db.execute(update(cases).where(cases.c.id == case).values(unanswered_since=None))
        return case_of(taken)

    def case_held_by(self, case: int, counsellor: int) -> Case:
        """Return a case that this counsellor holds. Raise NotFound otherwise."""
        here = (cases.c.id == case) & (cases.c.holder_id == counsellor) & (cases.c.state == CaseState.HELD.value)
        row = self._db.execute(select(cases).where(here).with_for_update()).mappings().first()
        if row is None:
            raise NotFound
        return case_of(row)

    def conversation_of(self, case: int) -> Conversation:
        return self.conversation(self.case(case).conversation)

    def set_waiting(self, case: int, due_at: datetime, at: datetime) -> None:
        """Back to the queue, where the alarm begins anew; it keeps its age, so that it does not go behind newer ones."""
        values = {
            "state": CaseState.WAITING.value,
            "holder_id": None,
            "unanswered_since": None,
            "snoozed_until": None,
            "due_at": due_at,
            "alert_due_at": due_at + timedelta(minutes=1),
            "step": 0,
        }
        self._db.execute(update(cases).where(cases.c.id == case, _OPEN).values(**values))

    def close_case(self, case: int, reason: str, at: datetime) -> None:
        values = {
            "state": CaseState.CLOSED.value,
            "close_reason": reason,
            "closed_at": at,
            "unanswered_since": None,
            "snoozed_until": None,
            "next_step": None,
            "next_step_at": None,
        }
        self._db.execute(update(cases).where(cases.c.id == case, _OPEN).values(**values))

    def answered(self, case: int, at: datetime) -> None:
        """A counsellor wrote to the person."""
        first = func.coalesce(cases.c.first_reply_at, at, type_=cases.c.first_reply_at.type)
        self._db.execute(update(cases).where(cases.c.id == case).values(unanswered_since=None, first_reply_at=first))

    def add_note(self, case: int, counsellor: int, text: str, at: datetime) -> None:
        body = self._vault.texts.seal(text)
        self._insert(notes, {"case_id": case, "counsellor_id": counsellor, "body": body, "at": at})

    def judge(self, case: int, counsellor: int, message: int, level: Level, at: datetime) -> None:
        """Keep what a message of this case's person called for; a second verdict replaces the first. Raise NotFound."""
        here = (cases.c.id == case) & (messages.c.id == message) & (messages.c.author == Author.PERSON.value)
        query = select(messages.c.level).join(cases, cases.c.conversation_id == messages.c.conversation_id).where(here)
        row = self._db.execute(query).first()
        if row is None:
            raise NotFound
        self._db.execute(delete(verdicts).where(verdicts.c.message_id == message))
        self._insert(verdicts, {"message_id": message, "counsellor_id": counsellor, "level": int(level), "at": at})
        found = Level(row.level or 0).name.lower()
        self.record(case, counsellor, "judged", at, {"message": message, "found": found, "level": level.name.lower()})

    def mark_case(self, case: int, *, declined: bool | None = None, quick_look: bool | None = None) -> None:
        marks = {"declined": declined, "quick_look": quick_look}
        values = {name: value for name, value in marks.items() if value is not None}
        self._db.execute(update(cases).where(cases.c.id == case).values(**values))

    def overdue_held(self, now: datetime) -> Iterator[Case]:
        """Held cases whose oldest unanswered message waits longer than its level allows."""
        wrote = (cases.c.unanswered_since > cases.c.taken_at) | cases.c.first_reply_at.is_not(None)
        late = [
            (cases.c.level == int(level)) & (cases.c.unanswered_since < now - held_limit(level)) for level in LEVELS
        ]
        yield from self._each((cases.c.state == CaseState.HELD.value) & wrote & or_(*late))

    def lapsed_claims(self, now: datetime) -> Iterator[Case]:
        """Held cases whose holder has not written a word since they took it, to somebody who waits for one."""
        silent = (cases.c.unanswered_since == cases.c.taken_at) | cases.c.first_reply_at.is_(None)
        silent &= cases.c.unanswered_since.is_not(None)
        late = [(cases.c.level == int(level)) & (cases.c.taken_at < now - claim_limit(level)) for level in LEVELS]
        yield from self._each((cases.c.state == CaseState.HELD.value) & silent & or_(*late))

    def overdue_waiting(self, now: datetime) -> Iterator[Case]:
        """Waiting cases past the time of their next alert."""
        yield from self._each((cases.c.state == CaseState.WAITING.value) & (cases.c.alert_due_at < now))

    def _each(self, where: object) -> list[Case]:
        query = select(cases).where(where).order_by(cases.c.id).with_for_update(skip_locked=True)  # type: ignore[arg-type]  # a column expression
        return [case_of(row) for row in self._db.execute(query).mappings()]

    def climbed(self, case: int, step: int, next_at: datetime) -> None:
        """Keep whom the alarm called, and when it goes on."""
        self._db.execute(update(cases).where(cases.c.id == case).values(step=step, alert_due_at=next_at))

    def silent_after_safety_question(self, before: datetime) -> Iterator[Case]:
        """Open cases whose safety question is open since before `before` and was not alerted for yet."""
        query = (
            select(cases)
            .join(conversations, conversations.c.id == cases.c.conversation_id)
            .where(_OPEN, conversations.c.safety_asked_at < before, cases.c.safety_silence_at.is_(None))
        )
        yield from [case_of(row) for row in self._db.execute(query).mappings()]

    def safety_silence(self, case: int, at: datetime) -> None:
        self._db.execute(update(cases).where(cases.c.id == case).values(safety_silence_at=at))
        self.record(case, None, "safety_silence", at, {})
