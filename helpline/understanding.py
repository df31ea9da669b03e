"""What a message says: its views, its language and what triage finds in it, with what came before."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from helpline.choosing import answers_question
from helpline.code_word import heard_with
from helpline.controls import find_control, meant_choice
from helpline.conversations import TurnToTake
from helpline.messages import Kind
from helpline.phrasebook import Phrasebook
from helpline.words import Words
from language import Reader, Views
from triage.assess import Finding, Triage
from triage.taxonomy import Level, Speaker

# A language is switched without being asked only by a message long enough to tell.
_WORDS_TO_SWITCH = 3
_SURE = 0.8
_WORDS_OF_ANSWER = 3
# A first word in Latin letters that might be either language is answered in the country's.
_LIKELY = 0.6
_NOTHING = Finding(Level.NONE, (), Speaker.UNKNOWN, 1.0, False, ())


@dataclass(frozen=True)
class Understanding:
    """`language` is the language to answer in; `foreign` is true for a clearly Turkish or English message."""

    views: Views
    finding: Finding
    language: str
    foreign: bool

    @property
    def vector(self) -> str | None:
        return packed(self.views.vector)


def understand(turn: TurnToTake, reader: Reader, triage: Triage, book: Phrasebook) -> Understanding:
    """Read the turn's text with the conversation's language as prior and assess it with the earlier messages."""
    prior, words = turn.conversation.language, book.words
    views = reader.read(turn.text, prior)
    spoken = turn.kind in (Kind.TEXT.value, Kind.EDITED.value) or bool(turn.text)
    # A control word means the same whatever came before it: with the disclosure before, "9" would be one more of it.
    # So does a short answer to a question of the bot's: it is about what was asked.
    # And a bare digit says nothing of what was told before it.
    alone = turn.choice is None and (_controls(turn, words) or _answers(turn) or turn.text.strip().isdigit())
    earlier = () if alone else heard_with(turn)
    recent = [reader.read(message.text, prior, encode=False) for message in earlier]
    # A button's name is ours: pressing "I am beaten at home" asks for that text.
    chooses = turn.kind == Kind.CHOICE.value or _chooses(turn, words) or answers_question(turn, book)
    said = spoken and turn.text.strip() and not chooses
    finding = triage.assess(views, recent) if said else _NOTHING
    return Understanding(views, finding, _language(turn, views, words), _is_foreign(views))


def _chooses(turn: TurnToTake, words: Words) -> bool:
    """A digit, a bare "more" or a listed word that means a choice is about that choice, and about nobody's day."""
    matter, colon, _ = (turn.conversation.asking or "").partition(":")
    answers = colon and words.answer(turn.text, f"{matter}:") is not None
    return turn.choice is None and bool(meant_choice(turn, words) or words.choice(turn.text) or answers)


def _controls(turn: TurnToTake, words: Words) -> bool:
    return find_control(turn, words) is not None or words.choice(turn.text) is not None


def _answers(turn: TurnToTake) -> bool:
    asked = any(code.startswith("answer:") or code == "skip" for code in turn.conversation.open_choices)
    return asked and len(turn.text.split()) <= _WORDS_OF_ANSWER


def packed(vector: NDArray[np.float32] | None) -> str | None:
    """The encoder's vector as it crosses the loopback: base64 of little-endian float32."""
    return None if vector is None else base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


def not_understood(turn: TurnToTake) -> Understanding:
    """What is left when a message cannot be read at all: a reason for a person to look."""
    language = turn.conversation.language or "az"
    views = Views(turn.text, "", "", language, 0.0, "latin", None, 0.0)
    return Understanding(views, replace(_NOTHING, level=Level.CONCERN), language, foreign=False)


def _language(turn: TurnToTake, views: Views, words: Words) -> str:
    known = turn.conversation.language
    found = views.language if views.language in ("az", "ru") else None
    if known is None and (found is None or not words.tells_language(turn.text)):
        return turn.conversation.language_hint or "az"
    if known is None:
        likely = views.script != "latin" or views.language_confidence >= _LIKELY
        return found if found and likely else "az"
    long_enough = len(turn.text.split()) >= _WORDS_TO_SWITCH
    switches = found is not None and long_enough and views.language_confidence >= _SURE
    return found if switches and found and not turn.conversation.language_chosen else known


def _is_foreign(views: Views) -> bool:
    long_enough = len(views.raw.split()) >= _WORDS_TO_SWITCH
    return views.language in ("tr", "en") and views.language_confidence >= _SURE and long_enough
