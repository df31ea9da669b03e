"""Taking the most pressing case: one commit, within what somebody may hold, and once for a form posted twice."""

from __future__ import annotations

from datetime import datetime

from helpline.accounts import Account
from helpline.cases import after_taking
from helpline.phrasebook import Phrasebook
from helpline.ports import Bell, CaseAlreadyTaken, Clock, Store, Unit
from helpline.queueing import OnWatch, Turned, next_for
from helpline.shift_times import times


class Taking:
    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell

    def next(self, account: Account, key: str) -> int | Turned:
        """Take the most pressing case that this account may have; when somebody was quicker, the next one.

        `key` is the form's own: the same form posted twice takes one case.
        """
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.lock_counsellor(account.id)
            before = unit.taken_with(account.id, key) if key else None
            found = before or self._take(unit, account, key, now)
        for name in ("cases", "outbox"):
            self._bell.ring(name)
        return found

    def _take(self, unit: Unit, account: Account, key: str, now: datetime) -> int | Turned:
        on = unit.on_watch(now)
        me = next((each for each in on if each.account.id == account.id), None)
        me = me or OnWatch(account, unit.holding(account.id, now))
        found = next_for(me, unit.waiting(), on, now, times())
        if isinstance(found, Turned):
            return found
        for case in found:
            try:
                taken = unit.take_case(case, account.id, now)
            except CaseAlreadyTaken:
                continue
            after_taking(unit, self._book, taken, account.id, now, {"key": key} if key else {})
            return taken.id
        return Turned.EMPTY
