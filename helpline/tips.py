"""The subscription to tips: the only thing that lets us write first about something that nobody asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpline.controls import Answer
from helpline.conversations import TurnToTake
from helpline.effects import Effect
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Say, channel_form
from helpline.ports import Unit
from helpline.standing import DISCLOSED_FOR
from helpline.starting import opens_at

# The first tip is not before the next day.
FIRST_AFTER = timedelta(hours=20)
# Whose phone it is and when we may write comes first, and then this choice again (safety.md).
BEFORE = "discreet:before:tips:on"


@dataclass(frozen=True)
class Subscribe:
    """From now on tips come; `shared`: also to a phone that others read, as the person confirmed."""

    shared: bool

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        due_at = opens_at(now + FIRST_AFTER, turn.conversation.discretion)
        unit.begin_tips(turn.conversation.id, now, due_at, shared=self.shared)


@dataclass(frozen=True)
class Unsubscribe:
    """No tips and no campaigns any more; what waits of them is cancelled. A course goes on."""

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.end_tips(turn.conversation.id, now)


class Tips:
    """The matter `tips`: on, off, and what it is."""

    name = "tips"
    while_held = False

    def choose(self, code: str, visit: Visit) -> Answer | None:
        choices: dict[str, Callable[[Visit], Answer]] = {
            "on": lambda visit: _on(visit, agreed=False),
            "on:shared": lambda visit: _on(visit, agreed=True),
            "off": _off,
            "how": _how,
        }
        return choices[code](visit) if code in choices else None

    def hear(self, question: str, visit: Visit) -> Answer | None:
        """It asks nothing that is answered in words."""
        return None


def _on(visit: Visit, *, agreed: bool) -> Answer:
    discretion = visit.conversation.discretion
    if discretion.phone is None:
        return _said(visit, Say("tips_first", _offered(visit, BEFORE, "tips:how")))
    if discretion.never_first:
        return _said(visit, Say("tips_never", _offered(visit, "discreet:when")))
    shared = discretion.phone == "shared"
    if shared and not agreed:
        return _said(visit, Say("tips_shared", _offered(visit, "tips:on:shared")))
    # Who never said for whom they read would get what is written for another.
    offered = ("tips:off",) if visit.conversation.profile.audience else ("profile", "tips:off")
    said = Say("tips_later" if _later(visit) else "tips_on", _offered(visit, *offered))
    answered = _said(visit, said, Subscribe(shared))
    return replace(answered, conversation=replace(answered.conversation, bulk_stopped=False))


def _later(visit: Visit) -> bool:
    """Whether we would not write now although it is wished: nothing is promised that does not come."""
    told = visit.conversation.last_concern_at
    lately = told is not None and visit.now - told < DISCLOSED_FOR
    return visit.turn.case is not None or visit.conversation.quiet or lately


def _off(visit: Visit) -> Answer:
    return _said(visit, Say("tips_off", _offered(visit, "tips:on")), Unsubscribe())


def _how(visit: Visit) -> Answer:
    subscribed = visit.conversation.discretion.tips_since is not None
    return _said(visit, Say("tips_how", _offered(visit, "tips:off" if subscribed else "tips:on")))


def _offered(visit: Visit, *codes: str) -> tuple[str, ...]:
    """On SMS the menu is always 0."""
    return codes if channel_form(visit.conversation.channel) == "sms" else (*codes, "menu")


def _said(visit: Visit, say: Say, *effects: Effect) -> Answer:
    """Somebody whose first word is the one on a poster is told first that a bot is writing."""
    before = visit.conversation
    greeting = Say("greeting_short" if channel_form(before.channel) == "sms" else "greeting")
    first = not before.greeted and not before.open_choices
    says = (greeting, say) if first else (say,)
    decision = Decision(says=says, quiet=before.quiet, reason="tips")
    return Answer(decision, replace(before, asking=None, greeted=before.greeted or first), effects)
