"""SMS cost money on both sides: past a day's parts, chatter waits until tomorrow. Nothing that matters does."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from helpline.answering import Plan
from helpline.controls import find_control
from helpline.conversations import TurnToTake
from helpline.phrasebook import Say, channel_form
from helpline.words import Control, Words
from triage.taxonomy import Level

TOLD: Final = "parts_cap"


def spared(made: Plan, turn: TurnToTake, words: Words, cap: int | None) -> Plan:
    """The plan, or beyond the cap one line a day in place of its texts, and then silence.

    Never in place of what answers a disclosure, of anything while there is a case, of a word that we promised to obey, or of
    what is said because something of ours failed. Where the person was stays as it was, so that they can go on from there.
    """
    if cap is None or turn.used.parts < cap or _matters(made, turn, words):
        return made
    says = () if turn.used.told else (Say(TOLD),)
    kept = replace(turn.conversation, language=made.conversation.language)
    decision = replace(made.decision, says=says, reason=TOLD)
    return replace(made, conversation=kept, decision=decision, says=says, effects=(), aside=True)


def whole(made: Plan, turn: TurnToTake, words: Words) -> Plan:
    """The plan, or for a message of which a part did not come and that nothing hangs on, the wish to have it again."""
    if not turn.lacks or _matters(made, turn, words):
        return made
    says = (Say("sms_incomplete"),)
    kept = replace(turn.conversation, language=made.conversation.language)
    return replace(
        made, conversation=kept, decision=replace(made.decision, says=says), says=says, effects=(), aside=True
    )


def _matters(made: Plan, turn: TurnToTake, words: Words) -> bool:
    level = max(made.understanding.finding.level, made.conversation.level, turn.conversation.level)
    if channel_form(turn.conversation.channel) != "sms" or level > Level.NONE:
        return True
    if not made.says or turn.case is not None or made.decision.open_level is not None or made.technical is not None:
        return True
    return find_control(turn, words) not in (None, Control.MENU)
