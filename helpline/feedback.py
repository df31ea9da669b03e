"""Did this help? Asked beside a text at most once a day, never after a disclosure; kept about the text, and about nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpline import segments
from helpline.answering import Plan
from helpline.controls import Answer
from helpline.conversations import TurnToTake
from helpline.effects import Effect
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Phrasebook, Reader, Say, channel_form
from helpline.ports import Unit
from triage.taxonomy import Level

ASKED_EVERY = timedelta(days=1)
NOT_AFTER_A_DISCLOSURE = timedelta(days=30)
_BESIDE = 1


@dataclass(frozen=True)
class KeepFeedback:
    """Whether a text helped. The day is kept and not the minute, which would tell who it was."""

    item: str
    language: str
    form: str
    helped: bool

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        unit.add_feedback(self.item, self.language, self.form, self.helped, day)


class Feedback:
    """Codes: `yes:<item>`, `no:<item>`. An answer counts while it is among what was offered last, so once."""

    name = "feedback"
    while_held = False

    def choose(self, code: str, visit: Visit) -> Answer | None:
        answer, _, item = code.partition(":")
        if answer not in ("yes", "no"):
            return None
        conversation = visit.conversation
        says = Say(f"feedback_{answer}", _instead(answer, item, visit))
        decision = Decision(says=(says,), quiet=conversation.quiet, reason="feedback")
        return Answer(decision, conversation, _kept(code, item, visit))

    def hear(self, question: str, visit: Visit) -> Answer | None:
        return None


def _kept(code: str, item: str, visit: Visit) -> tuple[Effect, ...]:
    conversation = visit.conversation
    offered = f"feedback:{code}" in conversation.open_choices and visit.book.library.get(item) is not None
    if not offered or conversation.quiet:
        return ()
    form = channel_form(conversation.channel)
    return (KeepFeedback(item, conversation.language or "az", form, code.startswith("yes:")),)


def _instead(answer: str, code: str, visit: Visit) -> tuple[str, ...]:
    """Where to go on from here: when it did not help, a person first."""
    if visit.conversation.quiet:
        return ("person", "help")
    library = visit.book.library
    item = library.get(code)
    near = () if item is None else tuple(f"item:{other}" for other in item.next if library.get(other))[:_BESIDE]
    return ("person", *near, "menu") if answer == "no" else (*near, "menu")


def asked(made: Plan, turn: TurnToTake, book: Phrasebook, now: datetime) -> Plan:
    """The plan with the question among the choices of its text, where there is one, a reason and room."""
    say = made.says[-1] if made.says else Say("")
    kind, _, item = say.key.partition(":")
    if kind != "item" or not made.decision.ask_bot or not _may_ask(made, turn, now):
        return made
    code = item.partition(":")[0]
    more = replace(say, choices=(*say.choices, f"feedback:yes:{code}", f"feedback:no:{code}"))
    if _goes_on(say) or not _has_room(say, more, made, book):
        return made
    conversation = replace(made.conversation, feedback_asked_at=now)
    return replace(made, says=(*made.says[:-1], more), conversation=conversation)


def _may_ask(made: Plan, turn: TurnToTake, now: datetime) -> bool:
    conversation, told = made.conversation, turn.past.told
    calm = turn.case is None and conversation.level is Level.NONE and not conversation.quiet
    if not calm or any(now - one.at < NOT_AFTER_A_DISCLOSURE for one in told):
        return False
    before = conversation.feedback_asked_at
    return before is None or now - before >= ASKED_EVERY


def _goes_on(say: Say) -> bool:
    """Whether an SMS offers a next part of the same text."""
    return any(choice.startswith("item:") and choice.count(":") > 1 for choice in say.choices)


def _has_room(say: Say, more: Say, made: Plan, book: Phrasebook) -> bool:
    """On SMS the question may cost no part."""
    conversation = made.conversation
    if channel_form(conversation.channel) != "sms":
        return True
    reader = Reader(conversation.language or "az", conversation.register, conversation.channel)
    without, with_it = ([segments.count(out.text).parts for out in book.render(one, reader)] for one in (say, more))
    return without == with_it
