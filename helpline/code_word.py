"""The code word: who holds the phone is asked for it before a sensitive thread goes on after a pause.

What is asked and answered is the same for everybody and names nothing. A new disclosure is answered whoever writes it, and a
cry for help gets its numbers; only what was kept back stays so until the word was given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpline.controls import find_control
from helpline.conversations import Earlier, TurnToTake
from helpline.effects import Effect, ForgetMessage, RecordInCase
from helpline.messages import Kind
from helpline.starting import Discretion
from helpline.words import Control, Words
from triage.assess import Finding
from triage.taxonomy import Level

ASKED_AFTER = timedelta(minutes=10)
TRIES, TRIES_WITHIN = 5, timedelta(hours=1)
# A longer message is no guess at a word.
GUESS_WORDS = 3
# Answered as they are to everybody; they name nothing of this person's.
_FOR_EVERYBODY = frozenset(
    {
        Control.PANIC,
        Control.HELP,
        Control.PERSON,
        Control.STOP,
        Control.START,
        Control.DELETE,
        Control.AZERBAIJANI,
        Control.RUSSIAN,
        Control.PRIVACY,
    }
)
# "I am not safe" is a disclosure, too.
_CRIES = frozenset({Control.UNSAFE, Control.UNSURE})
_SENSITIVE_CODES = ("safety_plan", "plan:", "referral:")


@dataclass(frozen=True)
class Met:
    """Who writes, as far as it is known: the turn to go on with, the key that is said instead, or one said besides."""

    turn: TurnToTake
    instead: str | None = None
    besides: str | None = None
    effects: tuple[Effect, ...] = ()


def with_word_given(turn: TurnToTake, words: Words) -> TurnToTake:
    """With the right word, the turn as if the message that it was asked for came now; else the turn as it is.

    What was answered when it came is not done a second time: the panic word would hide the thread from who just gave the word.
    """
    discretion = turn.conversation.discretion
    if not turn.says_code_word or _is_locked_out(discretion, turn.received_at):
        return turn
    asked_for = next((before for before in turn.earlier if before.at == discretion.code_asked_at), None)
    given = replace(
        discretion,
        code_asked_at=None,
        code_given_at=turn.received_at,
        code_waived=False,
        code_tries=0,
        code_tried_at=None,
        hidden_at=None,
    )
    conversation = replace(turn.conversation, discretion=given)
    if asked_for is None or _was_answered(asked_for, turn, words):
        return replace(turn, conversation=conversation, text="", choice=None)
    kind = Kind.TEXT if asked_for.choice is None else Kind.CHOICE
    return replace(turn, conversation=conversation, text=asked_for.text, choice=asked_for.choice, kind=kind.value)


def _was_answered(asked_for: Earlier, turn: TurnToTake, words: Words) -> bool:
    """Whether a message was answered although the word was asked for: a disclosure, a cry, or what everybody is told."""
    cried = turn.conversation.discretion.code_waived and words.safety_answer(asked_for.text) in _CRIES
    said = find_control(replace(turn, text=asked_for.text, choice=asked_for.choice), words)
    return cried or said in _FOR_EVERYBODY or asked_for.level >= Level.CONCERN


def meet(turn: TurnToTake, finding: Finding, control: Control | None) -> Met:
    """Decide who is met: the person, or somebody of whom it is not known."""
    turn = _seen_again(turn, finding)
    discretion = turn.conversation.discretion
    effects: tuple[Effect, ...] = (ForgetMessage(),) if turn.says_code_word else ()
    if turn.says_code_word and discretion.code_given_at == turn.received_at:
        return _welcomed(turn, effects)
    if turn.kind == Kind.EDITED.value or not _is_locked(turn, control):
        waits = _is_long_hidden(turn) and control is not Control.PANIC
        return Met(turn, besides="waiting_neutral" if waits else None, effects=effects)
    first = discretion.code_asked_at is None
    if finding.level >= Level.CONCERN or control in _CRIES:
        asked_at = turn.received_at if first else discretion.code_asked_at
        return Met(_with(turn, code_asked_at=asked_at, code_waived=True), effects=effects)
    if control in _FOR_EVERYBODY:
        return _answered_to_everybody(turn, control, first, effects)
    return _asked(turn, first, effects)


def heard_with(turn: TurnToTake) -> tuple[Earlier, ...]:
    """The earlier messages that this one is understood with. Of what was written before it became unknown who writes, none:

    with an old disclosure beside it, whatever somebody else says would sound like a new one.
    """
    discretion = turn.conversation.discretion
    if discretion.code_given_at == turn.received_at:
        return turn.earlier
    if discretion.hidden_at is not None:
        return tuple(before for before in turn.earlier if before.at > discretion.hidden_at)
    if _after_a_pause(turn) and _is_locked(turn, None):
        return ()
    asked_at = discretion.code_asked_at
    return turn.earlier if asked_at is None else tuple(before for before in turn.earlier if before.at >= asked_at)


def _seen_again(turn: TurnToTake, finding: Finding) -> TurnToTake:
    """After the panic word a person is there again when they say so, disclose, or write after a while.

    Where something waits and no code word guards it, writing after a while is not enough: anybody may do that.
    """
    discretion = turn.conversation.discretion
    if discretion.hidden_at is None:
        return turn
    guarded = discretion.code_word or not turn.withheld
    back = is_ready(turn) or finding.level >= Level.CONCERN or (guarded and _is_long_hidden(turn))
    return _with(turn, hidden_at=None) if back else turn


def _is_long_hidden(turn: TurnToTake) -> bool:
    hidden_at = turn.conversation.discretion.hidden_at
    return hidden_at is not None and turn.received_at - hidden_at > ASKED_AFTER


def is_ready(turn: TurnToTake) -> bool:
    """The answer to the line that something is ready (phrase waiting_neutral): 1."""
    return turn.withheld and turn.choice is None and turn.text.strip() == "1"


def may_release(discretion: Discretion) -> bool:
    """Whether what was kept back may go out to whoever writes now."""
    return discretion.code_asked_at is None and discretion.hidden_at is None


def is_let_out(turn: TurnToTake, after: Discretion) -> bool:
    """Whether this turn lets out what was kept back; after the panic word only by the answer to the line, or the code word."""
    hidden = turn.conversation.discretion.hidden_at is not None
    return may_release(after) and (is_ready(turn) or not hidden)


def _welcomed(turn: TurnToTake, effects: tuple[Effect, ...]) -> Met:
    effects = (*effects, RecordInCase("code_given"))
    nothing_asked = not turn.text.strip() and turn.choice is None
    return Met(turn, instead="code_ok" if nothing_asked else None, effects=effects)


def _answered_to_everybody(turn: TurnToTake, control: Control | None, first: bool, effects: tuple[Effect, ...]) -> Met:
    """Their answer, and with it the question, when it was not asked yet; never after the panic word."""
    asks = first and control is not Control.PANIC
    turn = _with(turn, code_asked_at=turn.received_at) if first else turn
    return Met(turn, besides="code_ask" if asks else None, effects=effects)


def _asked(turn: TurnToTake, first: bool, effects: tuple[Effect, ...]) -> Met:
    """The question; after a wrong word something innocent, the same for everybody and for every word."""
    guessed = turn if first else _guessed(turn)
    if first or _after_a_pause(turn):
        asked = _with(guessed, code_asked_at=turn.received_at, code_waived=False)
        return Met(asked, instead="code_ask", effects=(*effects, RecordInCase("code_asked")))
    return Met(guessed, instead="code_innocent", effects=(*effects, RecordInCase("code_wrong")))


def _is_locked(turn: TurnToTake, control: Control | None) -> bool:
    discretion, pause = turn.conversation.discretion, _after_a_pause(turn)
    if not discretion.code_word:
        return False
    if discretion.code_asked_at is not None:
        return not discretion.code_waived or pause
    wanted = control is Control.SAFETY_PLAN or (turn.choice or "").startswith(_SENSITIVE_CODES)
    sensitive = turn.conversation.quiet or turn.had_case or turn.withheld or wanted
    return sensitive and pause


def _after_a_pause(turn: TurnToTake) -> bool:
    return turn.before_at is None or turn.received_at - turn.before_at > ASKED_AFTER


def _guessed(turn: TurnToTake) -> TurnToTake:
    """Count a wrong word: after five within an hour none is heard for an hour.

    After a new disclosure short answers are no guesses: they must not make us deaf to the word itself.
    """
    discretion, now = turn.conversation.discretion, turn.received_at
    no_guess = turn.choice is not None or not 0 < len(turn.text.split()) <= GUESS_WORDS
    if no_guess or discretion.code_waived or _is_locked_out(discretion, now):
        return turn
    if discretion.code_tried_at is None or now - discretion.code_tried_at >= TRIES_WITHIN:
        return _with(turn, code_tries=1, code_tried_at=now)
    tries = discretion.code_tries + 1
    return _with(turn, code_tries=tries, code_tried_at=now if tries == TRIES else discretion.code_tried_at)


def _is_locked_out(discretion: Discretion, now: datetime) -> bool:
    tried_at = discretion.code_tried_at
    return discretion.code_tries >= TRIES and tried_at is not None and now - tried_at < TRIES_WITHIN


def _with(turn: TurnToTake, **changes: object) -> TurnToTake:
    discretion = replace(turn.conversation.discretion, **changes)  # type: ignore[arg-type]  # names are checked by replace
    return replace(turn, conversation=replace(turn.conversation, discretion=discretion))
