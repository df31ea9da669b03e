"""A supervisor gives a case to a colleague on shift, or back to the queue. One commit, audited; the person is told once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import Enum

from helpline.access import May, about_case, rules
from helpline.accounts import Account
from helpline.cases import notice
from helpline.conversations import Case, CaseState
from helpline.escalation import DUE
from helpline.phrasebook import Phrasebook, Say
from helpline.ports import Bell, Clock, NotFound, Store, Unit


class ReassignReason(Enum):
    """Why; the console has the words."""

    LOAD = "load"
    LANGUAGE = "language"
    LEFT = "left"
    CONFLICT = "conflict"
    WISH = "wish"
    OTHER = "other"


class NotOnShift(Exception):
    """The colleague is not on: a case given to them would wait unseen."""


class Reassigning:
    """Raise NotFound for whoever may not, and for a closed case."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell

    def to_colleague(self, case: int, account: Account, colleague: int, reason: ReassignReason) -> None:
        """Give a waiting or held case to somebody who is on. Raise NotOnShift. To who has it already: nothing happens."""
        now = self._clock.now()
        with self._store.unit() as unit:
            before = self._open(unit, case, account)
            if before.holder == colleague:
                return
            if not unit.is_on(colleague, now):
                raise NotOnShift
            unit.assign_case(case, colleague, now)
            unit.save_conversation(replace(unit.conversation_of(case), open_choices=(), asking=None))
            codes: dict[str, object] = {"to": colleague, "reason": reason.value, "by": account.id}
            unit.record(case, colleague, "assigned", now, codes)
            key = "counsellor_here" if before.state is CaseState.WAITING else "other_counsellor"
            self._say(unit, case, key, now)
        self._ring()

    def to_queue(self, case: int, account: Account, reason: ReassignReason) -> None:
        """Put a held case back into the queue; a waiting one stays where it is."""
        now = self._clock.now()
        with self._store.unit() as unit:
            before = self._open(unit, case, account)
            if before.state is CaseState.WAITING:
                return
            unit.set_waiting(case, now + DUE[before.level], now)
            unit.record(case, account.id, "unassigned", now, {"reason": reason.value})
            self._say(unit, case, "handed_back", now)
        self._ring()

    def _open(self, unit: Unit, case: int, account: Account) -> Case:
        found = unit.case_to_change(case)
        if found.state is CaseState.CLOSED or not rules().allows(May.REASSIGN_CASE, about_case(account, found)):
            raise NotFound
        return found

    def _say(self, unit: Unit, case: int, key: str, now: datetime) -> None:
        """The person learns that another writes now. While a case rests they are not disturbed for it."""
        if unit.rests(case, now):
            return
        conversation = unit.conversation_of(case)
        outs = notice(self._book, Say(key), unit.case(case), conversation)
        unit.put_out(conversation.id, outs, now, f"assign:{case}:{now.timestamp()}")

    def _ring(self) -> None:
        self._bell.ring("cases")
        self._bell.ring("outbox")
