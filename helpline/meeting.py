"""Who writes comes before what they write: the code word, where one is set, and what was kept back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from helpline import code_word, controls
from helpline.answering import Plan, answered, as_heard, plan
from helpline.controls import Answer
from helpline.conversations import TurnToTake
from helpline.escalation import Decision
from helpline.matters import Matters
from helpline.phrasebook import Phrasebook, Say
from helpline.ports import Dialogue
from helpline.understanding import Understanding


def plan_for_whoever_writes(
    turn: TurnToTake,
    understanding: Understanding,
    book: Phrasebook,
    rasa: Dialogue,
    now: datetime,
    matters: Matters,
) -> Plan:
    """Plan the turn, or what is said instead while it is not known that the person writes; say whether what waits goes out."""
    turn = as_heard(turn, understanding)
    met = code_word.meet(turn, understanding.finding, controls.find_control(turn, book.words))
    if met.instead is not None:
        made = _aside(met.turn, understanding, Say(met.instead))
    elif code_word.is_ready(met.turn) and code_word.may_release(met.turn.conversation.discretion):
        made = _aside(met.turn, understanding)
    else:
        made = plan(met.turn, understanding, book, rasa, now, matters)
    says = made.says if met.besides is None else (*made.says, Say(met.besides))
    releases = code_word.is_let_out(turn, made.conversation.discretion)
    return replace(made, says=says, effects=(*met.effects, *made.effects), releases=releases)


def _aside(turn: TurnToTake, understanding: Understanding, *says: Say) -> Plan:
    """What has no part in the talk: asking for the code word, or only letting go out what waited."""
    decision = Decision(says=says, quiet=turn.conversation.quiet, reason=says[0].key if says else "ready")
    return replace(answered(Answer(decision, turn.conversation), understanding), aside=True)
