"""The end of a shift: nobody signs off until each open urgent case has an owner, a next step and a time (safety.md)."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpline.access import May, about, rules
from helpline.accounts import Account
from helpline.cases import EmptyText, notice
from helpline.escalation import DUE
from helpline.handed_over import HeldCase, Leaving, Left
from helpline.phrasebook import Phrasebook, Say
from helpline.ports import Bell, Clock, NotFound, Store, Unit

# What comes later than that is no plan for an open case.
LATEST_STEP = timedelta(days=30)
LONGEST_STEP = 500
LONGEST_NOTE = 2000


class NotATime(ValueError):
    """A next step is due in the future, and within 30 days."""


class StillOpen(Exception):
    """These cases have no next step, no time, or nobody yet who takes them over."""

    def __init__(self, cases: tuple[int, ...]) -> None:
        super().__init__(f"{len(cases)} cases")
        self.cases = cases


class StillHere(Exception):
    """They are on: they sign off themselves."""


class HandOver:
    """What somebody does at the end of their shift. Raise NotFound for cases that they do not hold."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell

    def keep(self, case: int, counsellor: int, step: str, due: datetime) -> None:
        """Stay the owner, with what comes next and when. Raise EmptyText or NotATime."""
        now, words = self._clock.now(), step.strip()[:LONGEST_STEP]
        if not words:
            raise EmptyText
        if not now < due <= now + LATEST_STEP:
            raise NotATime
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            unit.plan_next(case, words, due)
            unit.record(case, counsellor, "next_step", now, {})
        self._bell.ring("cases")

    def back(self, case: int, counsellor: int) -> None:
        """Put a case back into the queue; the person is told."""
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            self._return(unit, case, counsellor, now)
        self._ring()

    def sign_off(self, counsellor: int, note: str) -> int:
        """End the watch and leave a summary to the next shift; return its number. Raise StillOpen."""
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.held_for_hand_over(counsellor)
            missing = tuple(case.id for case in held if not case.is_settled(now))
            if missing:
                raise StillOpen(missing)
            left = self._leave(unit, counsellor, counsellor, held, (), note, now)
        self._ring()
        return left

    def sign_off_for(self, account: Account, counsellor: int) -> int:
        """A supervisor signs off somebody who left: what has no next step goes back to the queue.

        Raise StillHere for somebody who is on, NotFound for whoever may not and where nothing is left open.
        """
        now = self._clock.now()
        if not rules().allows(May.SEE_BOARD, about(account)) or account.id == counsellor:
            raise NotFound
        with self._store.unit() as unit:
            if unit.is_on(counsellor, now):
                raise StillHere
            open_ones = unit.held_for_hand_over(counsellor)
            if not open_ones:
                raise NotFound
            returned = tuple(case for case in open_ones if not case.is_settled(now))
            for case in returned:
                self._return(unit, case.id, counsellor, now, by=account.id)
            held = tuple(case for case in open_ones if case.is_settled(now))
            left = self._leave(unit, counsellor, account.id, held, returned, "", now)
        self._ring()
        return left

    def read(self, hand_over: int, counsellor: int) -> None:
        """It is not shown to them first any more. Twice changes nothing."""
        with self._store.unit() as unit:
            unit.read_hand_over(hand_over, counsellor, self._clock.now())

    def _leave(
        self,
        unit: Unit,
        counsellor: int,
        signed_by: int,
        held: tuple[HeldCase, ...],
        returned: tuple[HeldCase, ...],
        note: str,
        now: datetime,
    ) -> int:
        left = {case.case: case for case in unit.left_behind(counsellor, now)}
        left |= {case.id: Leaving(case.id, case.level, Left.RETURNED) for case in returned}
        left |= {case.id: Leaving(case.id, case.level, Left.KEPT, case.next_step, case.next_step_at) for case in held}
        for case in held:
            unit.record(case.id, signed_by, "handed_over", now, {"of": counsellor})
        number = unit.add_hand_over(counsellor, signed_by, note.strip()[:LONGEST_NOTE], tuple(left.values()), now)
        unit.end_watch(counsellor, now)
        return number

    def _return(self, unit: Unit, case: int, counsellor: int, now: datetime, by: int | None = None) -> None:
        held = unit.case_held_by(case, counsellor)
        unit.set_waiting(case, now + DUE[held.level], now)
        codes: dict[str, object] = {} if by is None else {"of": counsellor}
        unit.record(case, counsellor if by is None else by, "handed_back", now, codes)
        conversation = unit.conversation_of(case)
        outs = notice(self._book, Say("handed_back"), held, conversation)
        unit.put_out(conversation.id, outs, now, f"hand_back:{case}:{now.timestamp()}")

    def _ring(self) -> None:
        self._bell.ring("cases")
        self._bell.ring("outbox")
