"""What the service itself answers: stop, start, help, language, delete, person, panic, the safety question.

They work with Rasa down, in every state of every form, and while a case is held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from helpline import suicide
from helpline.conversations import Conversation, TurnToTake
from helpline.course_effects import PauseCourses
from helpline.effects import CancelStarted, Effect, HideThread, MarkCase, RecordInCase, RequestErasure
from helpline.escalation import DUE, Decision
from helpline.phrasebook import Say, channel_form
from helpline.words import Control, Words, control_of_choice
from triage.taxonomy import Level, Speaker

SAFETY_ANSWERS = (Control.SAFE, Control.UNSAFE, Control.UNSURE)
SAFETY_CHOICES = tuple(control.value for control in SAFETY_ANSWERS)
# As long as Telegram lets a bot delete messages of either side.
DELETABLE_FOR = timedelta(hours=48)
_DECLINE_DIGIT = "0"
_HELP_DIGIT = "9"
# Answered by Rasa when no case makes them mean something else.
FOR_RASA = frozenset({Control.MENU})
# Controls that a matter answers, by the code it knows them under.
OF_MATTERS: dict[Control | None, str] = {Control.SAFETY_PLAN: "plan:show"}


@dataclass(frozen=True)
class Answer:
    """What a control or a matter leads to. `decision` carries the level, case and alert; effects are written beside it.

    `then`: the choice code that the matter goes on to, which may be another matter's.
    """

    decision: Decision
    conversation: Conversation
    effects: tuple[Effect, ...] = ()
    then: str | None = None


def part_ahead(open_choices: tuple[str, ...]) -> str | None:
    """Return the choice of the next part of a text, when an SMS offered one last."""
    return next((code for code in open_choices if code.startswith("item:") and code.count(":") > 1), None)


def _lesson_ahead(open_choices: tuple[str, ...]) -> str | None:
    """What "more" means when no part of an item waits: the next part of a lesson, or the lesson that was announced."""
    return next((code for code in open_choices if code.startswith("course:part:") or code == "course:next"), None)


def _step_ahead(open_choices: tuple[str, ...]) -> str | None:
    """The next step of a safety plan, likewise."""
    return next((code for code in open_choices if code.startswith("plan:show:")), None)


def meant_choice(turn: TurnToTake, words: Words) -> str | None:
    """Return the code of the pressed button, or of the digit or "more" typed for a choice that is still open."""
    if turn.choice is not None:
        return turn.choice
    if words.goes_on(turn.text):
        offered = turn.conversation.open_choices
        return part_ahead(offered) or _lesson_ahead(offered) or _step_ahead(offered)
    text, open_choices = turn.text.strip(), turn.conversation.open_choices
    if text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= len(open_choices):
        return open_choices[int(text) - 1]
    return None


def find_control(turn: TurnToTake, words: Words) -> Control | None:
    """Return the control that the whole message is, in the order in which meanings win."""
    answer = words.safety_answer(turn.text) if _hears_safety(turn) else None
    if answer is not None:
        return answer
    code = meant_choice(turn, words)
    if code is not None:
        return control_of_choice(code)
    digit = turn.text.strip()
    if digit == _DECLINE_DIGIT:
        return Control.DECLINE if turn.case is not None else Control.MENU
    return Control.HELP if digit == _HELP_DIGIT else words.control(turn.text)


def _hears_safety(turn: TurnToTake) -> bool:
    """While the question is open a word answers it, and a digit where nothing else was offered since."""
    if turn.conversation.safety_asked_at is None or turn.choice is not None:
        return False
    offered = turn.conversation.open_choices
    return not turn.text.strip().isdigit() or not offered or offered[0] in SAFETY_CHOICES


def answer(control: Control, turn: TurnToTake) -> Answer:
    """Return the answer of a control that neither Rasa nor the wish for a person answers."""
    return _ANSWERS[control](turn)


def _said(turn: TurnToTake, *says: Say, reason: str, **changes: object) -> Answer:
    changes = {"asking": None, **changes}
    conversation = replace(turn.conversation, **changes)  # type: ignore[arg-type]  # names are checked by replace
    return Answer(Decision(says=says, quiet=conversation.quiet, reason=reason), conversation)


def _stop(turn: TurnToTake) -> Answer:
    answered = _said(turn, Say("stop_ack"), reason="stop", bulk_stopped=True)
    return replace(answered, effects=(CancelStarted(), PauseCourses()))


def _start(turn: TurnToTake) -> Answer:
    return _said(turn, Say("start_ack", ("tips:on", "menu", "help")), reason="start", bulk_stopped=False)


def _help(turn: TurnToTake) -> Answer:
    return _said(turn, Say("help_card", ("person",)), reason="help")


def _delete(turn: TurnToTake) -> Answer:
    return replace(_said(turn, Say("delete_ack"), reason="delete"), effects=(RequestErasure(), CancelStarted()))


def _language(code: str) -> Callable[[TurnToTake], Answer]:
    def switch(turn: TurnToTake) -> Answer:
        said = Say("language_changed", ("menu", "help"))
        return _said(turn, said, reason="language", language=code, language_chosen=True)

    return switch


def _privacy(turn: TurnToTake) -> Answer:
    return _said(
        turn, Say("confidentiality", ("discreet:start", "complaint:start")), reason="privacy", privacy_told=True
    )


def _panic(turn: TurnToTake) -> Answer:
    """Whoever reads over a shoulder finds one harmless line, and nothing follows it until the person is there again."""
    before, now = turn.conversation.discretion, turn.received_at
    asked_at = now if before.code_word else None
    hidden = replace(before, hidden_at=now, code_asked_at=asked_at, code_waived=False)
    forgotten = {"open_choices": (), "safety_asked_at": None, "dialogue": None, "discretion": hidden}
    said = _said(turn, Say("panic_ack"), reason="panic", **forgotten)
    reach = None if channel_form(turn.conversation.channel) == "sms" else DELETABLE_FOR
    return replace(said, effects=(CancelStarted(), HideThread(reach), RecordInCase("panic")))


def _decline(turn: TurnToTake) -> Answer:
    said = _said(turn, Say("decline_ack", ("person",)), reason="decline")
    return replace(said, effects=(MarkCase(declined=True),))


def _misunderstood(turn: TurnToTake) -> Answer:
    said = _said(turn, Say("misunderstood_ack", ("person", "menu")), reason="misunderstood")
    return replace(said, effects=(MarkCase(quick_look=True),))


def _breathing(turn: TurnToTake) -> Answer:
    return _said(turn, Say("breathing", ("person", "help")), reason="breathing")


def _safe(turn: TurnToTake) -> Answer:
    """'Yes' closes the question and never lowers a level."""
    says = Say("safe_yes_suicide", suicide.STEPS) if _own_life(turn) else Say("safe_yes", ("breathing",))
    return _said(turn, says, reason="safe", safety_asked_at=None)


def _unsafe(turn: TurnToTake) -> Answer:
    speaker = _own_life(turn)
    says = (Say("safe_no"), Say("emergency_staffed" if turn.staffed else "emergency_unstaffed"))
    if speaker is not None:
        says = (Say(suicide.emergency_first(speaker)), suicide.emergency_second(speaker, turn.staffed))
    decision = Decision(
        says=says,
        open_level=Level.EMERGENCY,
        due=DUE[Level.EMERGENCY],
        alert="alert_emergency",
        quiet=True,
        reason="unsafe",
    )
    return Answer(decision, replace(turn.conversation, safety_asked_at=None))


def _unsure(turn: TurnToTake) -> Answer:
    """'Not sure' keeps the level and alerts; where no case is open any more, one opens to alert about."""
    says = Say("safe_unsure_suicide", suicide.STEPS) if _own_life(turn) else Say("safe_unsure")
    decision = Decision(
        says=(says,),
        open_level=Level.URGENT if turn.case is None else None,
        due=DUE[Level.URGENT],
        alert="alert_urgent",
        quiet=True,
        reason="unsure",
    )
    return Answer(decision, replace(turn.conversation, safety_asked_at=None))


def _own_life(turn: TurnToTake) -> Speaker | None:
    """Who writes, when they told of thoughts of dying: then 'safe' is about that."""
    speaker = suicide.who_told(turn.past.told)
    return speaker if speaker in suicide.OWN else None


_ANSWERS: dict[Control, Callable[[TurnToTake], Answer]] = {
    Control.STOP: _stop,
    Control.START: _start,
    Control.HELP: _help,
    Control.DELETE: _delete,
    Control.AZERBAIJANI: _language("az"),
    Control.RUSSIAN: _language("ru"),
    Control.PRIVACY: _privacy,
    Control.PANIC: _panic,
    Control.DECLINE: _decline,
    Control.MISUNDERSTOOD: _misunderstood,
    Control.BREATHING: _breathing,
    Control.SAFE: _safe,
    Control.UNSAFE: _unsafe,
    Control.UNSURE: _unsure,
}
