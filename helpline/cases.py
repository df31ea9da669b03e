"""What a counsellor does with a case: take, reply, note, hand back. Each is one commit, each is audited; closing.py ends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum

from helpline.conversations import RECORDED, Author, Case, Conversation, Lane, NewOut
from helpline.escalation import DUE
from helpline.phrasebook import Phrasebook, Reader, Say
from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.safety_plans import PlanKind, made_plan
from helpline.showing_plans import whole
from triage.taxonomy import Level


class CloseReason(Enum):
    """Why a case ends; the console has the words."""

    HELPED = "helped"
    REFERRED = "referred"
    SAFE_AFTER_CHECK = "safe_after_check"
    NO_ANSWER = "no_answer"
    FALSE_ALARM = "false_alarm"
    TEST = "test"


class EmptyText(ValueError):
    """A reply or note without words."""


class NoWayToWrite(Exception):
    """The case was written down from a talk: there is no address to write to."""


class Desk:
    """A counsellor's actions. Every method raises NotFound for a case that this counsellor may not act on."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell

    def take(self, case: int, counsellor: int) -> Case:
        """Take a waiting case. Raise CaseAlreadyTaken when another counsellor was first."""
        now = self._clock.now()
        with self._store.unit() as unit:
            taken = unit.take_case(case, counsellor, now)
            after_taking(unit, self._book, taken, counsellor, now, {})
        self._ring()
        return taken

    def reply(self, case: int, counsellor: int, text: str, key: str) -> None:
        """Send `text` to the person. `key` is the form's own: the same form posted twice sends once."""
        words = _words(text)
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            conversation = _writable(unit.conversation_of(case))
            out = NewOut(words, lane=Lane.REPLY, author=Author.COUNSELLOR, counsellor=counsellor)
            outs = self._book.split(out, conversation.channel)
            unit.put_out(held.conversation, outs, now, f"reply:{case}:{key}")
            unit.answered(case, now)
            unit.forget_draft(case, counsellor, "reply")
            unit.record(case, counsellor, "replied", now, {})
        self._ring()

    def note(self, case: int, counsellor: int, text: str) -> None:
        """Add a note that only counsellors see."""
        words = _words(text)
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            unit.add_note(case, counsellor, words, now)
            unit.forget_draft(case, counsellor, "note")
            unit.record(case, counsellor, "noted", now, {})

    def save_plan(self, case: int, counsellor: int, kind: PlanKind, typed: Mapping[str, str]) -> None:
        """Keep the plan built with the person, in the language they write in. Raise EmptyPlan or StepTooLong."""
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            conversation = unit.conversation_of(case)
            plan = made_plan(kind, conversation.language or "az", typed)
            unit.save_plan(conversation.id, counsellor, plan, now)
            unit.record(case, counsellor, "plan_saved", now, {"kind": kind.value, "steps": len(plan.steps)})
        self._ring()

    def send_plan(self, case: int, counsellor: int, key: str) -> None:
        """Send the saved plan to the person. `key` is the form's own, as for `reply`."""
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            conversation, plan = _writable(unit.conversation_of(case)), unit.plan_of(held.conversation)
            if plan is None:
                raise NotFound
            says, reader = whole(plan, self._book, conversation.channel), reader_of(conversation)
            outs = [out for say in says for out in self._book.render(say, reader)]
            signed = tuple(replace(out, author=Author.COUNSELLOR, counsellor=counsellor) for out in outs)
            unit.put_out(held.conversation, signed, now, f"plan:{case}:{key}")
            unit.answered(case, now)
            unit.record(case, counsellor, "plan_sent", now, {"kind": plan.kind.value})
        self._ring()

    def judge(self, case: int, counsellor: int, message: int, level: Level) -> None:
        """Say what one message of the person called for: a label for the next training; the case stays as it is."""
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            unit.judge(case, counsellor, message, level, now)
        self._ring()

    def reset_code_word(self, case: int, counsellor: int) -> None:
        """Remove a code word that the person forgot; what was kept back goes out when they write next."""
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            unit.set_code_word(held.conversation, None)
            unit.record(case, counsellor, "code_word_reset", now, {})
        self._ring()

    def hand_back(self, case: int, counsellor: int) -> None:
        """Put the case back into the queue; the person is told."""
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            unit.set_waiting(case, now + DUE[held.level], now)
            unit.record(case, counsellor, "handed_back", now, {})
            self._say(unit, case, "handed_back", f"hand_back:{case}:{now.timestamp()}", now)
        self._ring()

    def _say(self, unit: Unit, case: int, key: str, origin: str, at: datetime) -> None:
        conversation = unit.conversation_of(case)
        unit.put_out(conversation.id, notice(self._book, Say(key), unit.case(case), conversation), at, origin)

    def _ring(self) -> None:
        self._bell.ring("cases")
        self._bell.ring("outbox")


def after_taking(
    unit: Unit, book: Phrasebook, case: Case, counsellor: int, now: datetime, fields: dict[str, object]
) -> None:
    """What the bot offered or asked is over: a digit or a word is for the counsellor now, and the person is told."""
    unit.record(case.id, counsellor, "taken", now, fields)
    conversation = replace(unit.conversation_of(case.id), open_choices=(), asking=None)
    unit.save_conversation(conversation)
    outs = notice(book, Say("counsellor_here"), case, conversation)
    unit.put_out(conversation.id, outs, now, f"take:{case.id}:{now.timestamp()}")


def notice(book: Phrasebook, say: Say, case: Case, conversation: Conversation) -> tuple[NewOut, ...]:
    """What the service says by itself of a case that moves. Who asked not to be written to gets only what a counsellor writes."""
    return () if case.declined else tuple(book.render(say, reader_of(conversation)))


def reader_of(conversation: Conversation) -> Reader:
    return Reader(conversation.language or "az", conversation.register, conversation.channel)


def _writable(conversation: Conversation) -> Conversation:
    if conversation.channel == RECORDED:
        raise NoWayToWrite
    return conversation


def _words(text: str) -> str:
    words = text.strip()
    if not words:
        raise EmptyText
    return words
