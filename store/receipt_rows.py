"""Rows of what people were told to expect, and what that is reckoned from."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from helpline.accounts import Role
from helpline.conversations import Case, CaseState
from helpline.expecting import Load
from helpline.queueing import Waiting, fits
from helpline.watches import TAKES_CASES
from store.queue_rows import AFTER_HOURS, QueueRows
from store.rows import case_of
from store.tables import case_events, cases, conversations, counsellors
from triage.taxonomy import Level

LATELY = timedelta(days=7)
_MEASURED = 20


class ReceiptRows(QueueRows):
    def load_for(self, conversation: int, level: Level, now: datetime) -> Load:
        """Who could take a case of this person now, who waits before them, how long others waited lately."""
        person = select(conversations.c.language, conversations.c.wants_counsellor)
        row = self._db.execute(person.where(conversations.c.id == conversation)).one()
        one = Waiting(0, level, now, now, row.language, row.wants_counsellor)
        ready = [each.account.role for each in self.on_watch(now) if fits(one, each.account) and each.free(now)]
        # A supervisor has other work: they count where nobody else is there.
        free = ready.count(Role.COUNSELLOR) or len(ready)
        before = sum(other.level >= level for other in self.waiting())
        return Load(free, before, self._lately(level, now), self._genders(), row.wants_counsellor)

    def _lately(self, level: Level, now: datetime) -> tuple[timedelta, ...]:
        """Measured waits of the last days; what came when nobody was there says nothing of a shift."""
        at_night = select(case_events.c.id).where(
            case_events.c.case_id == cases.c.id, case_events.c.what == AFTER_HOURS
        )
        query = (
            select(cases.c.opened_at, cases.c.first_reply_at)
            .where(cases.c.level == int(level), cases.c.first_reply_at > now - LATELY, ~at_night.exists())
            .order_by(cases.c.first_reply_at.desc())
            .limit(_MEASURED)
        )
        return tuple(row.first_reply_at - row.opened_at for row in self._db.execute(query))

    def _genders(self) -> frozenset[str]:
        role = counsellors.c.role.in_([role.value for role in TAKES_CASES])
        query = select(counsellors.c.gender).where(counsellors.c.active.is_(True), role).distinct()
        return frozenset(gender for gender in self._db.scalars(query) if gender)

    def expect(self, case: int, at: datetime) -> None:
        self._db.execute(update(cases).where(cases.c.id == case).values(expected_at=at))

    def missed_waits(self, now: datetime) -> list[Case]:
        """Cases that nobody took yet, whose person was told an earlier time and not since that it takes longer."""
        missed = (cases.c.state == CaseState.WAITING.value) & cases.c.taken_at.is_(None)
        missed &= (cases.c.expected_at < now) & cases.c.missed_told_at.is_(None)
        query = select(cases).where(missed).order_by(cases.c.id).with_for_update(skip_locked=True)
        return [case_of(row) for row in self._db.execute(query).mappings()]

    def told_missed(self, case: int, at: datetime) -> None:
        self._db.execute(update(cases).where(cases.c.id == case).values(missed_told_at=at))

    def wish(self, conversation: int, wants: str | None) -> None:
        here = conversations.c.id == conversation
        self._db.execute(update(conversations).where(here).values(wants_counsellor=wants))
