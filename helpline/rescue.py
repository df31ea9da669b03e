"""When life is at stake: where help has to go, and the one audited way to see the sender's number."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

from helpline.alerts import Alerts
from helpline.cases import EmptyText
from helpline.conversations import RECORDED
from helpline.ports import Bell, Clock, NotFound, Store
from triage.taxonomy import Level

SHOWN_FOR = timedelta(minutes=15)
LONGEST_PLACE = 300
LONGEST_WHY = 500
SHORTEST_WHY = 5


class RevealReason(Enum):
    """Why somebody has to see the number; the console has the words."""

    OPERATOR_ASKS = "operator_asks"  # police or ambulance cannot find the place without it
    PLACE_UNKNOWN = "place_unknown"  # nobody knows where they are, and it cannot be asked
    NO_ANSWER = "no_answer"  # they stopped answering in the middle of it
    AGREED_CALL = "agreed_call"  # they asked to be called


class NoEmergency(Exception):
    """The number is shown in an emergency only."""


class ReasonMissing(ValueError):
    """A reason of the list, and a few words of one's own."""


class Rescue:
    """Each call is one commit. Raises NotFound for a case that this counsellor does not hold."""

    def __init__(self, store: Store, alerts: Alerts, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._alerts = alerts
        self._clock = clock
        self._bell = bell

    def save_place(self, case: int, counsellor: int, place: str) -> None:
        """Keep where help has to go, as it was told. Raise EmptyText."""
        words = place.strip()[:LONGEST_PLACE]
        if not words:
            raise EmptyText
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            unit.save_place(case, counsellor, words, now)
            unit.record(case, counsellor, "place_saved", now, {})
        self._bell.ring("cases")

    def reveal(self, case: int, counsellor: int, reason: str, why: str) -> None:
        """Show the holder the sender's number for 15 minutes; who is in charge is told in the same commit.

        Raise NoEmergency, or ReasonMissing without a reason of the list and words.
        """
        chosen, words, now = _reason(reason), why.strip()[:LONGEST_WHY], self._clock.now()
        if len(words) < SHORTEST_WHY:
            raise ReasonMissing
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            if held.level < Level.EMERGENCY:
                raise NoEmergency
            if unit.conversation_of(case).channel == RECORDED:
                raise NotFound  # told by telephone or in person: nobody wrote from a number
            unit.add_reveal(case, counsellor, chosen.value, words, now, until=now + SHOWN_FOR)
            unit.record(case, counsellor, "number_shown", now, {"reason": chosen.value})
            self._alerts.tell(unit, "alert_number_shown", case, now, f"reveal:{case}:{now.timestamp()}")
        self._bell.ring("cases")
        self._bell.ring("outbox")


def _reason(told: str) -> RevealReason:
    try:
        return RevealReason(told)
    except ValueError:
        raise ReasonMissing from None
