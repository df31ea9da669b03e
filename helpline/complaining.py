"""A person complains about us: the words go to the administrators, and the counsellor they are about does not see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpline.complaints import LONGEST
from helpline.controls import Answer
from helpline.conversations import TurnToTake
from helpline.effects import Effect, ForgetMessage
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Say
from helpline.ports import Unit

# What comes later is about something else.
HEARD_FOR = timedelta(hours=1)
QUESTION = "complaint:text"


@dataclass(frozen=True)
class KeepComplaint:
    """Whoever holds the case at this moment never reads it."""

    text: str

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        holder = None if turn.case is None else turn.case.holder
        words = self.text.strip()[:LONGEST]
        made = unit.add_complaint(words, now, conversation=turn.conversation.id, about=holder)
        unit.note_audit(None, "complaint_made", now, {"complaint": made})


class Complaining:
    """Codes: `start`, `stop`. `outside`: somebody who is not of the helpline, told where one is named."""

    name = "complaint"
    while_held = True
    hears_while_held = True

    def __init__(self, outside: str | None = None) -> None:
        self._outside = outside

    def choose(self, code: str, visit: Visit) -> Answer | None:
        if code == "start":
            return _answer(visit, self._how(), asking=QUESTION, effects=(ForgetMessage(),))
        return _answer(visit, (Say("complaint_stopped"),)) if code == "stop" else None

    def _how(self) -> tuple[Say, ...]:
        how = Say("complaint_how", ("complaint:stop",))
        if self._outside is None:
            return (how,)
        return (Say("complaint_outside", values={"to": self._outside}), how)

    def hear(self, question: str, visit: Visit) -> Answer | None:
        before = visit.turn.before_at
        if before is None or visit.turn.received_at - before > HEARD_FOR:
            return None
        kept = (KeepComplaint(visit.turn.text), ForgetMessage())
        return _answer(visit, (Say("complaint_kept"),), effects=kept)


def _answer(
    visit: Visit, says: tuple[Say, ...], *, asking: str | None = None, effects: tuple[Effect, ...] = ()
) -> Answer:
    conversation = replace(visit.conversation, asking=asking)
    return Answer(Decision(says=says, quiet=conversation.quiet, reason="complaint"), conversation, effects)
