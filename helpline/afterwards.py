"""Did talking with us help? Asked once a case, some time after it was closed, where that is safe; the answer is nobody's.

We begin with a neutral line, and only to a phone that is the person's own or where they agreed. The question comes when they
answer it. What tells of harm instead is triaged as always, before this is asked for anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from helpline.cases import reader_of
from helpline.controls import Answer
from helpline.conversations import TurnToTake
from helpline.effects import Effect
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Phrasebook, Say, channel_form
from helpline.ports import Unit
from helpline.reviews import week_of
from helpline.starting import opens_at
from helpline.supervising import supervision

# The beginning of the origin of what starts it.
AFTER = "after:"
ANSWERS = ("yes", "partly", "no")
NEVER = "never"
_DIGITS = {"1": "yes", "2": "partly", "3": "no", "0": NEVER}


@dataclass(frozen=True)
class KeepAnswer:
    """A count of a week, a level and a form; once a case, and without it."""

    answer: str

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        contact = unit.asked_contact(turn.conversation.id)
        if contact is None:
            return
        unit.record(contact.case, None, "after_over", now, {"never": True} if self.answer == NEVER else {})
        if self.answer != NEVER:
            form = channel_form(turn.conversation.channel)
            unit.add_contact_answer(week_of(contact.closed_at), contact.level, form, self.answer)


class Afterwards:
    """The matter `after`: open, and the answers."""

    name = "after"
    while_held = False

    def choose(self, code: str, visit: Visit) -> Answer | None:
        if code == "open":
            return _asked(visit)
        return _thanked(code, visit) if code in (*ANSWERS, NEVER) else None

    def hear(self, question: str, visit: Visit) -> Answer | None:
        """A digit, or a word for yes, partly or no; anything else is no answer and goes to the dialogue."""
        text = visit.turn.text.strip()
        code = _DIGITS.get(text) or (visit.book.words.answer(text, "after:") or "").removeprefix("after:")
        return _thanked(code, visit) if code else None


def _asked(visit: Visit) -> Answer:
    before = visit.conversation
    on_sms = channel_form(before.channel) == "sms"
    choices = () if on_sms else tuple(f"after:{code}" for code in (*ANSWERS, NEVER))
    decision = Decision(says=(Say("after_question", choices),), quiet=before.quiet, reason="after")
    return Answer(decision, replace(before, asking="after:helped"))


def _thanked(code: str, visit: Visit) -> Answer:
    """Who says that it did not help is offered a person first."""
    before = visit.conversation
    offered = {"no": ("person", "menu"), NEVER: ()}.get(code, ("menu",))
    decision = Decision(says=(Say(f"after_{code}", offered),), quiet=before.quiet, reason="after")
    effects: tuple[Effect, ...] = (KeepAnswer(code),)
    return Answer(decision, replace(before, asking=None, open_choices=()), effects)


def ask_afterwards(unit: Unit, book: Phrasebook, now: datetime) -> int:
    """Put in the neutral lines that are due; return how many. The sender looks at each person once more (standing.py)."""
    asked, limits = 0, supervision()
    for level, after in limits.asked_after.items():
        for contact in unit.contacts_to_ask(level, now - limits.asked_within, now - after):
            conversation = unit.conversation(contact.conversation)
            (line,) = book.render(Say("after_neutral"), reader_of(conversation))
            label = book.label("after:open", conversation.language or "az")
            started = replace(line, choices=(("after:open", label),))
            due_at = opens_at(now, contact.discretion)
            unit.put_started(contact.conversation, (started,), now, f"{AFTER}{contact.case}", due_at=due_at)
            unit.record(contact.case, None, "after_asked", now, {})
            asked += 1
    return asked
