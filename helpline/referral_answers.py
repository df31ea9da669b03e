"""After a letter left: calls, what the service answers, taking it back, telling the person, and who must never know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from helpline.access import May
from helpline.accounts import Account, Role
from helpline.door import ONE_LOOK
from helpline.phrasebook import Reader, Say
from helpline.ports import Unit
from helpline.referral_desk import LONGEST_REASON, ReferralRoom
from helpline.referral_return import came_back
from helpline.referrals import (
    OPEN,
    UNSENT,
    Call,
    Loop,
    NotNow,
    ReasonMissing,
    Referral,
    ReferralState,
    Told,
)

# The counsellors' working language, in which a step that follows from a referral is written down.
_STEP_READER = Reader("az", "adult", "telegram")
_LONGEST_PLACE = 80
_CALLED_WITHIN = timedelta(days=30)
_ANSWERABLE = frozenset({ReferralState.IN_PROGRESS})
_FINISHABLE = OPEN


class ReferralAnswers:
    """Each method is one commit. Raise NotFound for what this person may not do, NotNow where it is too late for it."""

    def __init__(self, room: ReferralRoom) -> None:
        self._room = room

    def viewed(self, referral: int, account: Account, *, letter: bool = False) -> Referral:
        """Open a referral; every look of an agency is written down, one of ours once in five minutes. Raise NotFound."""
        now, what = self._room.clock.now(), "referral_letter" if letter else "referral_viewed"
        with self._room.store.unit() as unit:
            found = self._room.opened(unit, referral, account, May.OPEN_REFERRAL)
            again = account.role is not Role.FOCAL_POINT and not letter
            if not again or not unit.looked_at_referral(found, account.id, now - ONE_LOOK):
                unit.record(found.case, account.id, what, now, {"referral": referral})
        return found

    def call(self, referral: int, account: Account, call: Call) -> None:
        """Write down a call to the service. Raise ReasonMissing for a desk or outcome that there is not."""
        codes, now = self._room.table.codes, self._room.clock.now()
        known = call.desk in codes["desks"] and call.outcome in codes["outcomes"]
        if not known or not now - _CALLED_WITHIN <= call.at <= now:
            raise ReasonMissing
        with self._room.store.unit() as unit:
            found = self._ours(unit, referral, account, OPEN)
            unit.add_call(referral, account.id, replace(call, place=" ".join(call.place.split())[:_LONGEST_PLACE]))
            self._room.kept(unit, found, account, "referral_called", outcome=call.outcome)
        self._room.rang()

    def accept(self, referral: int, account: Account) -> None:
        """The service takes it; from now the person is asked, later, whether it came."""
        now = self._room.clock.now()
        with self._room.store.unit() as unit:
            found = self._answerable(unit, referral, account, _ANSWERABLE)
            ask_at = now + self._room.table.ask_after if found.loop is Loop.WAITING else found.ask_at
            taken = replace(found, state=ReferralState.ACCEPTED, accepted_at=now, ask_at=ask_at)
            self._room.kept(unit, taken, account, "referral_accepted")
        self._room.rang()

    def refuse(self, referral: int, account: Account, reason: str, text: str = "") -> None:
        """The service does not take it: the case gets a next step, and one that was closed comes back. Raise ReasonMissing."""
        if reason not in self._room.table.codes["refusal_reasons"]:
            raise ReasonMissing
        with self._room.store.unit() as unit:
            found = self._answerable(unit, referral, account, _FINISHABLE)
            self._end(unit, found, account, ReferralState.REFUSED, reason, text)
            self._next_step(unit, found, reopen=True)
        self._room.rang()

    def done(self, referral: int, account: Account) -> None:
        """The service says that it did its part; the person is asked all the same."""
        with self._room.store.unit() as unit:
            found = self._answerable(unit, referral, account, _FINISHABLE)
            ended = replace(found, state=ReferralState.DONE, ended_at=self._room.clock.now())
            self._room.kept(unit, ended, account, "referral_done")
        self._room.rang()

    def revoke(self, referral: int, account: Account, reason: str, text: str = "") -> None:
        """Take it back: the recipient sees nothing from this moment. Raise ReasonMissing."""
        if reason not in self._room.table.codes["revoke_reasons"]:
            raise ReasonMissing
        with self._room.store.unit() as unit:
            found = self._room.opened(unit, referral, account, May.REVOKE_REFERRAL)
            if found.state not in OPEN | UNSENT:
                raise NotNow(found.state)
            self._end(unit, found, account, ReferralState.REVOKED, reason, text)
            if found.state in OPEN:
                self._next_step(unit, found, reopen=False)
        self._room.rang()

    def told(self, referral: int, account: Account, told: Told, text: str = "") -> None:
        """The person was told of a referral that left without their consent, or why that is not safe. Raise ReasonMissing."""
        if told is Told.OPEN or (told is Told.NOT_SAFE and not text.strip()):
            raise ReasonMissing
        now = self._room.clock.now()
        with self._room.store.unit() as unit:
            found = self._room.opened(unit, referral, account, May.REVOKE_REFERRAL)
            if found.told is None:
                raise NotNow(found.state)
            changed = replace(found, told=told, told_text=text.strip()[:LONGEST_REASON] or None, told_at=now)
            self._room.kept(unit, changed, account, "referral_person_told", told=told.value)
        self._room.rang()

    def exclude(self, case: int, account: Account, service: str) -> None:
        """From now on this agency is not offered for the person and its focal points see nothing of them.

        What was sent to it is taken back in the same commit.
        """
        self._room.services.find(service, self._room.clock.now())
        now = self._room.clock.now()
        with self._room.store.unit() as unit:
            held = unit.case_held_by(case, account.id)
            for found in unit.referrals_to(held.conversation, service):
                self._end(unit, found, account, ReferralState.REVOKED, "agency_unsafe", "")
                if found.state in OPEN:
                    self._next_step(unit, found, reopen=False)
            if unit.exclude_agency(held.conversation, service, account.id, now):
                unit.record(case, account.id, "agency_excluded", now, {})
        self._room.rang()

    def readmit(self, case: int, account: Account, service: str) -> None:
        now = self._room.clock.now()
        with self._room.store.unit() as unit:
            held = unit.case_held_by(case, account.id)
            unit.readmit_agency(held.conversation, service)
            unit.record(case, account.id, "agency_readmitted", now, {})
        self._room.rang()

    def _ours(self, unit: Unit, referral: int, account: Account, states: frozenset[ReferralState]) -> Referral:
        """For us alone: an agency keeps no log here."""
        found = self._room.opened(unit, referral, account, May.REVOKE_REFERRAL)
        if found.state not in states:
            raise NotNow(found.state)
        return found

    def _answerable(self, unit: Unit, referral: int, account: Account, states: frozenset[ReferralState]) -> Referral:
        found = self._room.opened(unit, referral, account, May.ANSWER_REFERRAL)
        if found.state not in states:
            raise NotNow(found.state)
        return found

    def _end(self, unit: Unit, found: Referral, account: Account, state: ReferralState, reason: str, text: str) -> None:
        """Nobody is asked whether a service came that does not come."""
        now, words = self._room.clock.now(), text.strip()[:LONGEST_REASON] or None
        asked = found.loop if found.loop not in (Loop.WAITING, Loop.ASKED) else None
        ended = replace(found, state=state, ended_at=now, end_reason=reason, end_text=words, ask_at=None, loop=asked)
        self._room.kept(unit, ended, account, f"referral_{state.value}", reason=reason)

    def _next_step(self, unit: Unit, found: Referral, *, reopen: bool) -> None:
        """`reopen`: help that was counted on does not come, so a closed case is a case again."""
        now, book = self._room.clock.now(), self._room.book
        said = Say("referral_next_step", values={"service": self._room.services.name(found.service, "az")})
        step = book.text(said, _STEP_READER)
        if not unit.step_after_referral(found.case, step, now) and reopen:
            unit.step_after_referral(came_back(unit, found, now, "referral_refused").id, step, now)
