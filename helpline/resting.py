"""A held case that rests until a day, with a next step; and a closed one that opens again."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from helpline.access import May, about_case, rules
from helpline.accounts import Account
from helpline.conversations import Case, CaseState
from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.record_ports import HasOpenCase
from helpline.turns import Parts

# A shift may begin a little late.
MISSED_AFTER = timedelta(minutes=30)
LONGEST_REST = timedelta(days=92)


class NoNextStep(ValueError):
    """A case does not rest without a word about what comes then."""


class NotInTheFuture(ValueError):
    """A day that is past, or further away than a case may rest."""


class PersonWaits(Exception):
    """The person wrote and has no answer yet: this case does not rest."""


class NoReason(ValueError):
    """Opening a closed case again takes a reason."""


class Resting:
    """Every method raises NotFound for a case that this counsellor may not act on."""

    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def snooze(self, case: int, counsellor: int, until: datetime, next_step: str) -> None:
        """Let a held case rest. A message of the person, a rising level or the time wakes it; nothing is sent then."""
        now, words = self._clock.now(), next_step.strip()
        if not words:
            raise NoNextStep
        if not now < until <= now + LONGEST_REST:
            raise NotInTheFuture
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            if unit.waits_for_answer(case):
                raise PersonWaits
            unit.snooze(case, until, words)
            unit.record(case, counsellor, "snoozed", now, {"until": until.isoformat()})
        self._bell.ring("cases")

    def step_done(self, case: int, counsellor: int) -> None:
        """What came next was done, or is no longer needed; a resting case is awake."""
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            unit.clear_next_step(case)
            unit.record(case, counsellor, "step_done", now, {})
        self._bell.ring("cases")

    def reopen(self, case: int, account: Account, why: str) -> None:
        """Open a closed case again, held by who opens it. Raise NotFound, NoReason or HasOpenCase."""
        now, words = self._clock.now(), why.strip()
        with self._store.unit() as unit:
            closed = unit.case_of(case)
            allowed = rules().allows(May.REOPEN_CASE, about_case(account, closed))
            if closed.state is not CaseState.CLOSED or not allowed:
                raise NotFound
            if not words:
                raise NoReason
            if (other := unit.open_case_of(closed.conversation)) is not None:
                raise HasOpenCase(other.id)
            opened = unit.reopen(case, account.id, now)
            unit.add_note(case, account.id, words, now)
            unit.record(case, account.id, "reopened", now, {})
            _level_again(unit, opened)
        self._bell.ring("cases")


def _level_again(unit: Unit, opened: Case) -> None:
    """Closing ended the person's level; with the case it is back, and what the bot had offered is over."""
    conversation = unit.conversation_of(opened.id)
    level = max(conversation.level, opened.level)
    unit.save_conversation(replace(conversation, level=level, open_choices=(), asking=None))


def wake(unit: Unit, _parts: Parts, now: datetime) -> Counter[str]:
    """Cases whose day has come ring on their holder's page. The person gets nothing."""
    done: Counter[str] = Counter()
    for case in unit.woken(now):
        unit.record(case.id, None, "woke", now, {})
        done["woke"] += 1
    return done


def miss_steps(unit: Unit, _parts: Parts, now: datetime) -> Counter[str]:
    """The next step is due and its owner is not there: the case waits in the queue, where the alarm climbs, with its step.

    The person gets nothing: nobody promised them a word at this moment.
    """
    done: Counter[str] = Counter()
    due = unit.steps_due(now - MISSED_AFTER)
    here = {watch.counsellor for watch in unit.watches(now)} if due else set()
    for case in due:
        if case.holder not in here:
            unit.set_waiting(case.id, now, now)
            unit.record(case.id, None, "step_missed", now, {"held_by": case.holder})
            done["step_missed"] += 1
    return done
