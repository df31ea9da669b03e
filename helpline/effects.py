"""What a turn does beside what it says, in the same commit: values that know how to be written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from helpline.conversations import TurnToTake
from helpline.ports import Unit


class Effect(Protocol):
    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        """Write it. Called once, in the turn's commit, after its conversation was saved and its case opened."""


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


@dataclass(frozen=True)
class HideThread:
    """The panic word: nothing that waits goes out, and what the thread shows is deleted before the turn's one line is sent.

    `reach`: how far back the vendor lets messages be deleted; None where it cannot.
    """

    reach: timedelta | None

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        since = None if self.reach is None else now - self.reach
        unit.hide_thread(turn.conversation.id, f"turn:{turn.id}", since, now)


@dataclass(frozen=True)
class RecordInCase:
    """What the counsellor should know of, as a code; without a case nobody needs to."""

    what: str

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        if turn.case is not None:
            unit.record(turn.case.id, None, self.what, now, {})


@dataclass(frozen=True)
class KeepCodeWord:
    """A new code word, of which only a hash is kept."""

    word: str = field(repr=False)

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.set_code_word(turn.conversation.id, self.word)


@dataclass(frozen=True)
class ForgetMessage:
    """The message itself is kept nowhere in the conversation: it was the code word, or a complaint."""

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.forget_message(turn.message)


@dataclass(frozen=True)
class RecordAnswers:
    """What was answered to a guide before a person took over: codes, for the counsellor."""

    guide: str
    answers: tuple[str, ...]

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        if turn.case is not None:
            unit.record(turn.case.id, None, "guided", now, {"guide": self.guide, "answers": list(self.answers)})


def apply_all(effects: Iterable[Effect], unit: Unit, turn: TurnToTake, now: datetime) -> None:
    for effect in effects:
        effect.apply(unit, turn, now)
