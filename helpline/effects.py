"""What a turn does beside what it says, in the same commit: values that know how to be written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from helpline.conversations import TurnToTake
from helpline.ports import Unit


class Effect(Protocol):
    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        """Write it. Called once, in the turn's commit, after its conversation was saved."""


@dataclass(frozen=True)
class RequestErasure:
    """The person asked to be forgotten; `sweep` erases when nothing stands against it."""

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.request_erasure(turn.conversation.id, now)


@dataclass(frozen=True)
class CancelStarted:
    """Nothing that we started goes out any more, and the subscription to tips ends."""

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.end_tips(turn.conversation.id, now)
        unit.cancel_bulk(turn.conversation.id, now)


@dataclass(frozen=True)
class MarkCase:
    """What the person said about the open case: not to be written to, or that the bot misunderstood."""

    declined: bool | None = None
    quick_look: bool | None = None

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        if turn.case is not None:
            unit.mark_case(turn.case.id, declined=self.declined, quick_look=self.quick_look)


def apply_all(effects: Iterable[Effect], unit: Unit, turn: TurnToTake, now: datetime) -> None:
    for effect in effects:
        effect.apply(unit, turn, now)
