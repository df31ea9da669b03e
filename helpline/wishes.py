"""A woman or a man as counsellor, where there is one: a small choice beside the receipt, never in an emergency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from helpline.controls import Answer
from helpline.conversations import Conversation, TurnToTake
from helpline.escalation import Decision
from helpline.expecting import Load
from helpline.matters import Visit
from helpline.phrasebook import Say, channel_form
from helpline.ports import Unit

GENDERS = ("woman", "man")
ANY = "any"
_CHOICES = tuple(f"wants:{gender}" for gender in GENDERS)
# Where a person was asked for, or one comes by itself; an SMS has room for it only where it says nothing else.
_BESIDE_SMS = frozenset({"person_staffed"})
_BESIDE = _BESIDE_SMS | {"person_unstaffed", "handed_staffed", "handed_unstaffed", "next_staffed", "next_unstaffed"}


def offered(say: Say, load: Load, conversation: Conversation) -> Say:
    """The receipt with the choice, where both a woman and a man work here and none was chosen."""
    where = _BESIDE_SMS if channel_form(conversation.channel) == "sms" else _BESIDE
    if say.key not in where or say.choices or load.wants is not None or not load.genders >= set(GENDERS):
        return say
    return replace(say, choices=_CHOICES)


@dataclass(frozen=True)
class KeepWish:
    """`wants`: woman | man, None when it does not matter."""

    wants: str | None

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.wish(turn.conversation.id, self.wants)
        if turn.case is not None:
            unit.record(turn.case.id, None, "wish", now, {"wants": self.wants or ANY})


class Wishes:
    """Codes: `woman`, `man`, `any`."""

    name = "wants"
    while_held = False

    def choose(self, code: str, visit: Visit) -> Answer | None:
        if code not in (*GENDERS, ANY):
            return None
        wants = None if code == ANY else code
        back = () if wants is None else (f"{self.name}:{ANY}",)
        decision = Decision(says=(Say(f"wish_{code}", back),), quiet=visit.conversation.quiet, reason="wish")
        return Answer(decision, visit.conversation, effects=(KeepWish(wants),))

    def hear(self, question: str, visit: Visit) -> Answer | None:
        return None
