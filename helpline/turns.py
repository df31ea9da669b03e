"""Taking a turn: lease, understand, plan, and one commit of everything that follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from helpline import blocks, feedback, returning
from helpline.alerts import Alerts, Duty
from helpline.answering import Plan, without_rasa
from helpline.code_word import with_word_given
from helpline.conversations import CaseState, Conversation, NewOut, TurnState, TurnToTake
from helpline.course_effects import SuspendCourses
from helpline.digits import plain_digits
from helpline.effects import apply_all
from helpline.handing_over import hand_over
from helpline.matters import Matters
from helpline.meeting import plan_for_whoever_writes
from helpline.phrasebook import Phrasebook, Say, channel_form
from helpline.phrasebook import Reader as TextReader
from helpline.ports import Bell, Clock, Dialogue, LeaseLost, Store, Unit
from helpline.receipts import with_receipt
from helpline.sparing import spared, whole
from helpline.understanding import not_understood, understand
from language import Reader
from triage.assess import Triage
from triage.taxonomy import Level

# Longer than Rasa's limit of 5 s and a slow commit together; a killed worker's turn waits this long.
LEASE = timedelta(seconds=30)
# Attempts at a turn before it is given to people unread.
TRIES = 3


class CaseClosedMeanwhile(Exception):
    """The case that the turn was planned for was closed since: nobody holds it, so what was planned would be heard by nobody."""


@dataclass(frozen=True)
class Parts:
    """What a turn is taken with. Alerts go to `duty` (a chat) and `phone` (it rings at night).

    `parts_per_day`: SMS parts after which chatter waits (helpline/sparing.py). `on_dialogue` hears of each answer (None) and
    failure (its reason) of Rasa."""

    store: Store
    reader: Reader
    triage: Triage
    dialogue: Dialogue
    book: Phrasebook
    clock: Clock
    bell: Bell
    duty: Duty | None = None
    matters: Matters = field(default_factory=Matters)
    on_dialogue: Callable[[str | None], None] = lambda reason: None
    phone: Duty | None = None
    parts_per_day: int | None = None

    @property
    def alerts(self) -> Alerts:
        return Alerts(self.book, self.duty, self.phone)


@dataclass(frozen=True)
class Taken:
    """What is worth logging of a taken turn: no text."""

    turn: int
    conversation: int
    level: str
    outcome: str
    technical: str | None


def take(owner: str, parts: Parts) -> Taken | None:
    """Answer the oldest pending turn that nobody works on; None when there is none. The turn is never lost:

    a failure before the commit leaves it pending, and its lease runs out.
    """
    with parts.store.unit() as unit:
        turn = unit.lease_turn(owner, parts.clock.now(), LEASE)
    if turn is None:
        return None
    try:
        return give_to_people(turn, parts) if turn.attempts > TRIES else answer_turn(turn, parts)
    except CaseClosedMeanwhile:
        with parts.store.unit() as unit:
            unit.free_turn(turn)
        parts.bell.ring("turns")
        return None


def give_to_people(turn: TurnToTake, parts: Parts) -> Taken:
    """A turn that failed again and again: nothing reads it any more, a safe reply goes out and a case opens."""
    understanding = not_understood(turn)
    made = without_rasa(turn, understanding, "unanswerable")
    outs = _render(made, parts.book)
    with parts.store.unit() as unit:
        _commit(unit, turn, made, outs, parts)
    parts.bell.ring("outbox")
    return Taken(turn.id, turn.conversation.id, "concern", "unanswerable", "unanswerable")


def answer_turn(turn: TurnToTake, parts: Parts) -> Taken:
    """Understand, plan and commit one leased turn. Raise LeaseLost when another worker took it over."""
    book, now = parts.book, parts.clock.now()
    turn = returning.let_go(with_word_given(_dialled(turn), book.words), book.words)
    understanding = understand(turn, parts.reader, parts.triage, book)
    made = plan_for_whoever_writes(turn, understanding, book, parts.dialogue, now, parts.matters)
    made = feedback.asked(returning.welcomed(made, turn, book.words, now), turn, book, now)
    made = with_receipt(made, turn, parts.store, book, now)
    made = spared(whole(made, turn, book.words), turn, book.words, parts.parts_per_day)
    outs = _render(made, parts.book)
    if made.topics or made.technical:
        parts.on_dialogue(made.technical)
    with parts.store.unit() as unit:
        _commit(unit, turn, made, outs, parts)
    for name in ("outbox", "cases", "turns"):
        parts.bell.ring(name)
    level = understanding.finding.level.name.lower()
    return Taken(turn.id, turn.conversation.id, level, made.decision.reason or "answered", made.technical)


def _dialled(turn: TurnToTake) -> TurnToTake:
    """On SMS a digit may come as *1#."""
    sms = channel_form(turn.conversation.channel) == "sms"
    return replace(turn, text=plain_digits(turn.text)) if sms else turn


def _render(made: Plan, book: Phrasebook) -> tuple[NewOut, ...]:
    conversation = made.conversation
    reader = TextReader(conversation.language or "az", conversation.register, conversation.channel)
    return tuple(out for say in made.says for out in book.render(_labelled(say, book, reader), reader))


def _labelled(say: Say, book: Phrasebook, reader: TextReader) -> Say:
    """Values that name a topic or district are shown by their names."""
    shown = {
        name: book.label(f"{name}:{value}", reader.language) if name in ("topic", "district") else value
        for name, value in say.values.items()
    }
    return replace(say, values=shown)


def _commit(unit: Unit, turn: TurnToTake, made: Plan, outs: tuple[NewOut, ...], parts: Parts) -> None:
    now = parts.clock.now()
    _still_open(unit, turn)
    unit.finish_turn(turn, TurnState.ANSWERED if outs else TurnState.SILENT, made.decision.reason, now)
    unit.annotate(turn.message, made.understanding.finding, made.topics, made.understanding.language)
    unit.save_conversation(made.conversation if made.aside else _with_open_choices(made.conversation, outs))
    _release(unit, made, now)
    unit.put_out(turn.conversation.id, outs, now, f"turn:{turn.id}")
    case = hand_over(unit, turn, made.decision, parts.alerts, now)
    apply_all(made.effects, unit, replace(turn, case=case), now)
    if _discloses(made):
        SuspendCourses().apply(unit, turn, now)
        blocks.heard_disclosure(unit, turn.block, now)


def _still_open(unit: Unit, turn: TurnToTake) -> None:
    """Raise CaseClosedMeanwhile. The case is locked before the conversation, as who closes it does."""
    if turn.case is not None and unit.case_to_change(turn.case.id).state is CaseState.CLOSED:
        raise CaseClosedMeanwhile


def _release(unit: Unit, made: Plan, now: datetime) -> None:
    """The person is here again: what was kept back goes out, unless it is not known that it is them."""
    if made.releases:
        unit.release_withheld(made.conversation.id, now)
    elif made.conversation.discretion.hidden_at is None:
        unit.forget_neutral(made.conversation.id)


def _discloses(made: Plan) -> bool:
    """Whether what the bot carries on with this person rests from now on. A fault of ours is no disclosure."""
    opens = made.decision.open_level is not None and made.technical is None
    return opens or made.understanding.finding.level >= Level.URGENT


def _with_open_choices(conversation: Conversation, outs: tuple[NewOut, ...]) -> Conversation:
    if not outs:
        return conversation
    offered = next((out.choices for out in reversed(outs) if out.choices), ())
    return replace(conversation, open_choices=tuple(code for code, _ in offered))


def alert(unit: Unit, key: str, case: int, parts: Parts, origin: str) -> None:
    """Put a message for the duty chat into the outbox: which case, never a word of the person's."""
    parts.alerts.tell(unit, key, case, parts.clock.now(), origin)


__all__ = ["CaseClosedMeanwhile", "Duty", "LeaseLost", "Parts", "Taken", "alert", "answer_turn", "take"]
