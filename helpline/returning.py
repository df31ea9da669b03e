"""Coming back after a disclosure: one warm line that names nothing, the truth about the case, and once: is it safer?

Not to whoever writes next after the panic word; and the question only on a phone that the person said is theirs alone.

Nothing here is started by us: it goes before the answer to a calm message of the person's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpline import controls
from helpline.answering import Plan
from helpline.conversations import Conversation, TurnToTake
from helpline.phrasebook import Say, channel_form
from helpline.ports import Unit
from helpline.words import Words
from triage.taxonomy import Level

AGAIN_AFTER = timedelta(days=1)
# Who comes back later than that after a case was closed comes for something else.
ASKED_WITHIN = timedelta(days=30)
_BESIDE = ("person", "help", "menu")
# Answers without a matter of their own: the line says it all, and stands instead.
_GREETINGS = ("greeting", "greeting_short", "calm_support", "not_understood", "offer_person", "out_of_scope")
_SMALL_TALK = frozenset({*_GREETINGS, "menu", "menu_child", "menu_parent"})
# Answers with one: the line goes before them.
_CONTENT = frozenset({"item", "more_topics", "topic_not_yet", "did_you_mean"})


@dataclass(frozen=True)
class AskedAgain:
    """That the person of a closed case was asked if it is safer: once a case."""

    case: int

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.record(self.case, None, "asked_again", now, {})


@dataclass(frozen=True)
class _Return:
    """`key`: the line; `ask`: the closed case to ask about, if it may be asked about."""

    key: str
    ask: int | None = None


def let_go(turn: TurnToTake, words: Words) -> TurnToTake:
    """The question about a closed case is open for one answer: its digits soon mean something else."""
    conversation = turn.conversation
    if turn.case is not None or conversation.safety_asked_at is None:
        return turn
    if controls.find_control(turn, words) in controls.SAFETY_ANSWERS:
        return turn
    return replace(turn, conversation=replace(conversation, safety_asked_at=None))


def welcomed(made: Plan, turn: TurnToTake, words: Words, now: datetime) -> Plan:
    """The plan with the line before its answer, when this is a return; else as it was."""
    hidden = turn.conversation.discretion.hidden_at is not None  # by their last word: whoever writes now may be another
    back = None if hidden else _of_open_case(turn, now) or _of_closed_case(turn, now)
    if back is None or not made.says or not _rasa_answered(made) or _asks_for_something(turn, words):
        return made
    kinds = {say.key.partition(":")[0] for say in made.says}
    if kinds & _CONTENT:
        return replace(made, says=(Say(back.key), *made.says))
    if not kinds <= _SMALL_TALK:
        return made
    if back.ask is None:
        return replace(made, says=(Say(back.key, _BESIDE),))
    question = Say("again_safer", () if _is_sms(turn.conversation) else controls.SAFETY_CHOICES)
    return replace(
        made,
        says=(Say(back.key), question),
        conversation=replace(made.conversation, safety_asked_at=now),
        effects=(*made.effects, AskedAgain(back.ask)),
    )


def _rasa_answered(made: Plan) -> bool:
    """Whether Rasa answered, by itself or with the menu: nothing that a control, triage or another matter said."""
    return made.technical is None and (made.decision.ask_bot or made.decision.reason == "menu")


def _asks_for_something(turn: TurnToTake, words: Words) -> bool:
    """A control, a choice or a word for one: who knows what they want is not met with a line first."""
    chosen = controls.meant_choice(turn, words) or words.choice(turn.text)
    return chosen is not None or controls.find_control(turn, words) is not None


def _of_open_case(turn: TurnToTake, now: datetime) -> _Return | None:
    if turn.case is None or turn.case.level < Level.URGENT or not _away_long(turn, now):
        return None
    return _Return("again_read" if turn.past.read else "again_unread")


def _of_closed_case(turn: TurnToTake, now: datetime) -> _Return | None:
    closed, before = turn.past.closed, turn.before_at
    if turn.case is not None or closed is None:
        return None
    first = before is None or before <= closed.closed_at
    pressing = closed.level >= Level.URGENT and not closed.asked_again and now - closed.closed_at <= ASKED_WITHIN
    may_ask = pressing and turn.staffed and turn.conversation.discretion.phone == "own"
    if not first and not (may_ask and _away_long(turn, now)):
        return None
    return _Return("again", closed.id if may_ask else None)


def _away_long(turn: TurnToTake, now: datetime) -> bool:
    before = turn.before_at
    return before is not None and now - before > AGAIN_AFTER


def _is_sms(conversation: Conversation) -> bool:
    return channel_form(conversation.channel) == "sms"
