"""Ending a case: the wrap-up, the safety checklist, and a second person of the house for urgent and above (safety.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from helpline.cases import CloseReason, notice
from helpline.conversations import Case, Conversation
from helpline.phrasebook import Phrasebook, Say
from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.record_ports import Colleague, SignOff
from helpline.silence import Attempt, check_silent, inside_hours
from helpline.wrap_up import UnknownCode, Vocabulary, WrapUp, vocabulary
from triage.taxonomy import Level

ANSWERS = ("yes", "no", "not_known")


class ClosingNeedsCheck(Exception):
    """Urgent and above: a question of the safety checklist has no answer. `unanswered`: which."""

    def __init__(self, *unanswered: str) -> None:
        super().__init__(*unanswered)
        self.unanswered = unanswered


class ClosingNeedsSecond(Exception):
    """Urgent and above: a second person of the house has to sign first."""


class NotASecond(Exception):
    """The one who was asked may not sign: they hold the case, do not work here, or somebody else was asked."""


class PersonWrote(Exception):
    """The person wrote after the request to close: the request is over, and the holder looks again."""


class NoReasonGiven(ValueError):
    """A refusal says why."""


class NotInThePast(ValueError):
    """An attempt or a talk at a time that has not come yet, or before the case was there."""


class Closing:
    """Every method raises NotFound for a case or request that this counsellor may not act on."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell, codes: Vocabulary | None = None):
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell
        self._codes = codes or vocabulary()

    def save(self, case: int, counsellor: int, wrap_up: WrapUp) -> None:
        """Keep the wrap-up as it is: a draft may be as empty as it likes. Raise UnknownCode."""
        self._codes.check(wrap_up)
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            unit.save_wrap_up(case, counsellor, wrap_up, now)
            unit.record(case, counsellor, "wrap_up_saved", now, {"issues": len(wrap_up.issues)})
        self._bell.ring("cases")

    def tried(self, case: int, counsellor: int, way: str, at: datetime) -> None:
        """Write down an attempt to reach somebody who is silent."""
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            if not held.opened_at <= at <= now:
                raise NotInThePast
            inside = inside_hours(at, unit.conversation_of(case).discretion)
            unit.add_attempt(case, counsellor, Attempt(way, inside, at))
            unit.record(case, counsellor, "attempted", now, {"way": way, "inside": inside})
        self._bell.ring("cases")

    def close(self, case: int, counsellor: int, reason: CloseReason) -> None:
        """Close what one person may close. Raise WrapUpIncomplete, NotSilentYet or ClosingNeedsSecond."""
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            if held.level >= Level.URGENT:
                raise ClosingNeedsSecond
            self._ready(unit, held, reason, now)
            self._close(unit, held, reason, now)
            unit.record(case, counsellor, "closed", now, {"reason": reason.value})
        self._ring()

    def ask(
        self, case: int, counsellor: int, reason: CloseReason, answers: Mapping[str, str], of: int | None = None
    ) -> int:
        """Ask a second person (`of` None: any supervisor) to sign; a request before this one is over. Return its number.

        Raise WrapUpIncomplete, NotSilentYet, ClosingNeedsCheck, NotASecond or UnknownCode.
        """
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            self._ready(unit, held, reason, now)
            checked = self._answered(answers)
            if of is not None:
                _check_second(unit.colleague(of, now), held)
            if (before := unit.sign_off_of(case)) is not None:
                unit.end_sign_off(before.id, "withdrawn", counsellor, "", now)
            number = unit.ask_sign_off(case, counsellor, of, reason.value, checked, now)
            unit.record(case, counsellor, "sign_off_asked", now, {"reason": reason.value, "of": of or "supervisor"})
        self._bell.ring("cases")
        return number

    def withdraw(self, case: int, counsellor: int) -> None:
        """Go on with the case instead of closing it."""
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.case_held_by(case, counsellor)
            if (asked := unit.sign_off_of(case)) is None:
                raise NotFound
            unit.end_sign_off(asked.id, "withdrawn", counsellor, "", now)
            unit.record(case, counsellor, "sign_off_withdrawn", now, {})
        self._bell.ring("cases")

    def sign(self, number: int, second: int) -> int:
        """Say yes: the case closes in the same commit. Raise NotASecond or PersonWrote. Return the case."""
        now = self._clock.now()
        with self._store.unit() as unit:
            asked, held = self._asked(unit, number, second, now)
            overtaken = unit.wrote_since(held.id, asked.asked_at)
            unit.end_sign_off(number, "overtaken" if overtaken else "signed", second, "", now)
            if overtaken:
                unit.record(held.id, second, "sign_off_overtaken", now, {})
            else:
                reason = CloseReason(asked.reason)
                self._close(unit, held, reason, now)
                unit.record(held.id, asked.asked_by, "closed", now, {"reason": reason.value, "signed_by": second})
        self._ring()
        if overtaken:
            raise PersonWrote
        return held.id

    def refuse(self, number: int, second: int, why: str) -> int:
        """Say no, with a reason that the holder reads. Return the case. Raise NoReasonGiven."""
        now, words = self._clock.now(), why.strip()
        if not words:
            raise NoReasonGiven
        with self._store.unit() as unit:
            _, held = self._asked(unit, number, second, now)
            unit.end_sign_off(number, "refused", second, words, now)
            unit.record(held.id, second, "sign_off_refused", now, {})
        self._bell.ring("cases")
        return held.id

    def _asked(self, unit: Unit, number: int, second: int, now: datetime) -> tuple[SignOff, Case]:
        """The request, as long as who asked still holds the case."""
        asked = unit.open_sign_off(number)
        held = unit.case_held_by(asked.case, asked.asked_by)
        colleague = unit.colleague(second, now)
        _check_second(colleague, held)
        if asked.asked_of != second and not colleague.supervisor:
            raise NotASecond
        return asked, held

    def _ready(self, unit: Unit, held: Case, reason: CloseReason, now: datetime) -> None:
        self._codes.check_complete(unit.wrap_up_of(held.id))
        if reason is CloseReason.NO_ANSWER:
            check_silent(unit.attempts_in_silence(held.id), now)

    def _answered(self, answers: Mapping[str, str]) -> dict[str, str]:
        found = {question: answers.get(question, "") for question in self._codes.checklist}
        if unanswered := [question for question, answer in found.items() if not answer]:
            raise ClosingNeedsCheck(*unanswered)
        if any(answer not in ANSWERS for answer in found.values()):
            raise UnknownCode("checklist")
        return found

    def _close(self, unit: Unit, held: Case, reason: CloseReason, now: datetime) -> None:
        conversation = unit.conversation_of(held.id)
        outs = notice(self._book, Say("case_closed"), held, conversation)
        unit.put_out(conversation.id, outs, now, f"close:{held.id}:{now.timestamp()}")
        unit.close_case(held.id, reason.value, now)
        unit.save_conversation(_fresh(unit.conversation_of(held.id)))

    def _ring(self) -> None:
        self._bell.ring("cases")
        self._bell.ring("outbox")


def _check_second(second: Colleague, held: Case) -> None:
    """Never the holder, and a sealed case is read by supervisors alone."""
    if second.id == held.holder or (held.sealed and not second.supervisor):
        raise NotASecond


def _fresh(conversation: Conversation) -> Conversation:
    """Closing ends the level; the bot starts anew."""
    return replace(
        conversation, level=Level.NONE, quiet=False, safety_asked_at=None, technical_handoff=False, dialogue=None
    )
