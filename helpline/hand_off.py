"""A guide hands over to a person: what the case is opened with, and what the person is told of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from helpline.conversations import TurnToTake
from helpline.effects import Effect, MarkCase, RecordAnswers
from helpline.escalation import DUE, Decision
from helpline.phrasebook import Say
from triage.taxonomy import Level
from wire import Ask

KIND = "hand_off"
_LEVELS = {level.name.lower(): level for level in (Level.CONCERN, Level.URGENT, Level.EMERGENCY)}
# What a case event may hold: a question's name and a value's, never a word of the person's.
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}:[a-z0-9_-]{1,40}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
_MOST_ANSWERS = 12


@dataclass(frozen=True)
class HandOff:
    """Which guide, how pressing, due when, the answers as codes, and whether the person does not want to be written to."""

    guide: str
    level: Level
    due: timedelta
    answers: tuple[str, ...]
    declined: bool


def asked(asks: Iterable[Ask]) -> HandOff | None:
    """Return the hand-off that Rasa asks for. What of it cannot be read is left out; the hand-off itself never is."""
    values = next((ask.values for ask in asks if ask.kind == KIND), None)
    if values is None:
        return None
    level = _LEVELS.get(values.get("level", ""), Level.CONCERN)
    guide, minutes = values.get("reason", ""), values.get("due", "")
    due = timedelta(minutes=int(minutes)) if re.fullmatch(r"[1-9]\d{0,3}", minutes) else DUE[level]
    codes = [code for code in values.get("answers", "").split() if _CODE.fullmatch(code)]
    return HandOff(
        guide=guide if _NAME.fullmatch(guide) else "unknown",
        level=level,
        due=min(due, DUE[Level.CONCERN]),
        answers=tuple(codes[:_MOST_ANSWERS]),
        declined=values.get("declined") == "yes" and level is Level.CONCERN,
    )


def decided(hand_off: HandOff, turn: TurnToTake, decision: Decision) -> Decision:
    """Open the case, or raise the open one; counsellors are alerted when it is new, more pressing or due sooner."""
    case, level = turn.case, hand_off.level
    news = case is None or level > case.level or turn.received_at + hand_off.due < case.due_at
    return replace(
        decision,
        open_level=level,
        due=hand_off.due,
        alert=f"alert_{level.name.lower()}" if news else None,
        quiet=decision.quiet or level >= Level.URGENT,
        reason=f"guide_{hand_off.guide}",
    )


def told(hand_off: HandOff, staffed: bool) -> Say:
    """What the person is told of the hand-off: truthfully whether anybody is there."""
    shift = "staffed" if staffed else "unstaffed"
    if hand_off.level is Level.EMERGENCY:
        return Say(f"emergency_{shift}")
    if hand_off.level is Level.URGENT:
        return Say(f"next_{shift}")
    return Say("decline_ack", ("person",)) if hand_off.declined else Say(f"handed_{shift}")


def effects(hand_off: HandOff) -> tuple[Effect, ...]:
    """The answers go to the case, as codes; and the wish not to be written to."""
    recorded = RecordAnswers(hand_off.guide, hand_off.answers)
    return (recorded, MarkCase(declined=True)) if hand_off.declined else (recorded,)
