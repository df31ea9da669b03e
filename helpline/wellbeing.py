"""The load of hard cases, and the break that is offered after some of them or after an emergency; it can be declined.

What is counted is work, never how well it was done.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import Enum

from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.supervising import supervision


class BreakAnswer(Enum):
    TAKEN = "taken"
    DECLINED = "declined"


class Breaks:
    """A counsellor answers an offered break. Raise NotFound for another's, and for one that was answered."""

    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def take(self, offer: int, counsellor: int) -> None:
        """Off the queue from now on, for as long as data/supervision.yml says."""
        now = self._clock.now()
        with self._store.unit() as unit:
            self._answer(unit, offer, counsellor, BreakAnswer.TAKEN, now)
            unit.rest(counsellor, now + supervision().break_for)
        self._bell.ring("cases")

    def decline(self, offer: int, counsellor: int) -> None:
        now = self._clock.now()
        with self._store.unit() as unit:
            self._answer(unit, offer, counsellor, BreakAnswer.DECLINED, now)
        self._bell.ring("cases")

    def _answer(self, unit: Unit, offer: int, counsellor: int, answer: BreakAnswer, now: datetime) -> None:
        if not unit.answer_break(offer, counsellor, answer.value, now):
            raise NotFound


def weigh(unit: Unit, now: datetime) -> Counter[str]:
    """Count the cases that were taken on since, and offer the breaks that follow. Doing it twice does nothing more."""
    done: Counter[str] = Counter()
    for take in unit.new_takes(now):
        if unit.add_take(take, hard=take.hard) and take.hard and _is_enough(unit, take.counsellor, now):
            done["breaks_offered"] += unit.offer_break(take.counsellor, "load", take.event, now)
    for closed in unit.closed_emergencies(now):
        done["breaks_offered"] += unit.offer_break(closed.counsellor, "emergency", closed.event, now)
    return +done


def _is_enough(unit: Unit, counsellor: int, now: datetime) -> bool:
    return unit.hard_takes(counsellor, now) % supervision().hard_cases == 0
