"""What the service itself carries on with a person over several messages: courses, discreet use, the directory, and so on.

A matter owns the choice codes and the keys of Rasa that begin with its name (`course:open`), and hears free text while its own
question is open (`Conversation.asking`, `<matter>:<question>`). It works with Rasa down. Triage goes first: a disclosure is
never an answer to a matter's question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from helpline.controls import Answer
from helpline.conversations import Conversation, TurnToTake
from helpline.effects import Effect
from helpline.phrasebook import Phrasebook, Say


@dataclass(frozen=True)
class Visit:
    """A turn as a matter sees it. `turn.conversation` has the language and register to answer in."""

    turn: TurnToTake
    book: Phrasebook
    now: datetime

    @property
    def conversation(self) -> Conversation:
        return self.turn.conversation


class Matter(Protocol):
    """`while_held`: it answers although a counsellor holds the case."""

    name: str
    while_held: bool

    def choose(self, code: str, visit: Visit) -> Answer | None:
        """Answer a choice, without the matter's name; None for a code that this version does not know."""

    def hear(self, question: str, visit: Visit) -> Answer | None:
        """Answer free text while the matter's question is open; None when the text is no answer to it."""


@runtime_checkable
class Noticing(Protocol):
    """A matter that may have something to say once beside the next calm answer."""

    def notice(self, visit: Visit) -> Answer | None:
        """Only what it says (without choices) and its effects count."""


@runtime_checkable
class HearingWhileHeld(Protocol):
    """A matter whose open question is answered by free text although a counsellor holds the case."""

    hears_while_held: bool


class Matters:
    """The matters that the service has, by name."""

    def __init__(self, *matters: Matter) -> None:
        self._matters: Mapping[str, Matter] = {matter.name: matter for matter in matters}

    def owns(self, code: str | None) -> bool:
        """Whether a choice code or a key of Rasa belongs to a matter."""
        name, colon, _ = (code or "").partition(":")
        return bool(colon) and name in self._matters

    def choose(self, code: str, visit: Visit) -> Answer | None:
        name, _, rest = code.partition(":")
        return self._followed(self._matters[name].choose(rest, visit), visit)

    def _followed(self, answered: Answer | None, visit: Visit) -> Answer | None:
        """Go on, once, to the choice that a matter leads to; one that no matter owns is offered instead."""
        if answered is None or answered.then is None:
            return answered
        code, conversation = answered.then, answered.conversation
        name, _, rest = code.partition(":")
        onward = replace(visit.turn, conversation=conversation, text="", choice=code)
        more = self._matters[name].choose(rest, replace(visit, turn=onward)) if self.owns(code) else None
        says = answered.decision.says
        if more is None:
            offered = (*says[:-1], replace(says[-1], choices=(*says[-1].choices, code)))
            return replace(answered, decision=replace(answered.decision, says=offered), then=None)
        decision = replace(more.decision, says=(*says, *more.decision.says))
        return replace(more, decision=decision, effects=(*answered.effects, *more.effects), then=None)

    def hear(self, visit: Visit) -> Answer | None:
        """Answer free text by the matter whose question is open; the question stays open when it is no answer."""
        name, _, question = (visit.conversation.asking or "").partition(":")
        matter = self._matters.get(name)
        if matter is None or visit.turn.choice is not None or not visit.turn.text.strip():
            return None
        answered = matter.hear(question, visit)
        if answered is not None and answered.conversation.asking == visit.conversation.asking:
            answered = replace(answered, conversation=replace(answered.conversation, asking=None))
        return self._followed(answered, visit)

    def with_notices(
        self, visit: Visit, says: tuple[Say, ...], effects: tuple[Effect, ...]
    ) -> tuple[tuple[Say, ...], tuple[Effect, ...]]:
        """Add what matters have to say once, last and without choices: those that were just offered stay open.

        After a disclosure nothing is added.
        """
        if visit.conversation.quiet:
            return says, effects
        found = [matter.notice(visit) for matter in self._matters.values() if isinstance(matter, Noticing)]
        for notice in (each for each in found if each is not None):
            says, effects = (*says, *notice.decision.says), (*effects, *notice.effects)
        return says, effects

    def hear_while_held(self, visit: Visit) -> Answer | None:
        """As `hear`, of the few matters that a counsellor's words do not go before."""
        name = (visit.conversation.asking or "").partition(":")[0]
        matter = self._matters.get(name)
        heard = isinstance(matter, HearingWhileHeld) and matter.hears_while_held
        return self.hear(visit) if heard else None

    def silent_while_held(self, code: str) -> bool:
        return not self._matters[code.partition(":")[0]].while_held
