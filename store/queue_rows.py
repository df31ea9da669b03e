"""Rows of the queue: who waits with what decides their place, who is on, and how many each holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update

from helpline.conversations import CaseState
from helpline.queueing import OnWatch, Waiting
from store.account_rows import account_of
from store.shift_rows import ShiftRows
from store.tables import case_events, cases, conversations, counsellors
from store.turn_rows import detail
from triage.taxonomy import Level

# What of a case's events tells why it is where it is.
AFTER_HOURS = "after_hours"
MARKS = ("claim_lapsed", "held_unanswered", "step_missed", "handed_back", AFTER_HOURS)


class QueueRows(ShiftRows):
    def waiting(self) -> tuple[Waiting, ...]:
        """Every waiting case, in no order."""
        came_at_night = (
            select(case_events.c.id)
            .where(case_events.c.case_id == cases.c.id, case_events.c.what == AFTER_HOURS)
            .correlate(cases)
            .exists()
        )
        query = (
            select(cases, conversations.c.language, conversations.c.wants_counsellor, came_at_night.label("at_night"))
            .join(conversations, conversations.c.id == cases.c.conversation_id)
            .where(cases.c.state == CaseState.WAITING.value)
        )
        return tuple(
            Waiting(
                case=row["id"],
                level=Level(row["level"]),
                since=row["waiting_since"],
                due_at=row["due_at"],
                language=row["language"],
                wants=row["wants_counsellor"],
                sealed=row["sealed"],
                after_hours=bool(row["at_night"]),
            )
            for row in self._db.execute(query).mappings()
        )

    def marks(self) -> Mapping[int, frozenset[str]]:
        """For waiting cases, what happened to them that tells why they are where they are."""
        query = (
            select(case_events.c.case_id, case_events.c.what)
            .join(cases, cases.c.id == case_events.c.case_id)
            .where(cases.c.state == CaseState.WAITING.value, case_events.c.what.in_(MARKS))
        )
        found: dict[int, set[str]] = {}
        for row in self._db.execute(query):
            found.setdefault(row.case_id, set()).add(row.what)
        return {case: frozenset(what) for case, what in found.items()}

    def on_watch(self, now: datetime) -> tuple[OnWatch, ...]:
        """Everybody who is on now, with what they hold."""
        here = {watch.counsellor: watch for watch in self.watches(now)}
        if not here:
            return ()
        held = self._held(now, cases.c.holder_id.in_(here))
        query = select(counsellors).where(counsellors.c.id.in_(here)).order_by(counsellors.c.name)
        return tuple(
            OnWatch(account_of(row["id"], row), held.get(row["id"], 0), here[row["id"]].rests_until)
            for row in self._db.execute(query).mappings()
        )

    def holding(self, counsellor: int, now: datetime) -> int:
        return self._held(now, cases.c.holder_id == counsellor).get(counsellor, 0)

    def _held(self, now: datetime, whose: ColumnElement[bool]) -> dict[int, int]:
        """A case that was put off until a later day takes no place now."""
        awake = or_(cases.c.snoozed_until.is_(None), cases.c.snoozed_until <= now)
        query = select(cases.c.holder_id, func.count()).where(cases.c.state == CaseState.HELD.value, awake, whose)
        return {int(holder): int(number) for holder, number in self._db.execute(query.group_by(cases.c.holder_id))}

    def lock_counsellor(self, counsellor: int) -> None:
        """Two forms of one person are looked at one after the other."""
        here = counsellors.c.id == counsellor
        self._db.execute(update(counsellors).where(here).values(id=counsellor))

    def taken_with(self, counsellor: int, key: str) -> int | None:
        """The case that this form took before."""
        query = select(case_events.c.case_id).where(
            case_events.c.counsellor_id == counsellor,
            case_events.c.what == "taken",
            case_events.c.detail == detail({"key": key}),
            case_events.c.case_id.in_(select(cases.c.id).where(cases.c.holder_id == counsellor)),
        )
        found = self._db.execute(query).scalar()
        return None if found is None else int(found)
