"""Which choice a message stands for: a button, a digit, a word of data/phrases/words.yml, or the label of what was offered."""

from __future__ import annotations

from helpline.controls import meant_choice
from helpline.conversations import TurnToTake
from helpline.phrasebook import Phrasebook, channel_form
from helpline.words import same_words


def meant(turn: TurnToTake, book: Phrasebook) -> str | None:
    """Return the code of the choice that the whole message stands for, or None."""
    if turn.choice is not None or not turn.text.strip():
        return turn.choice
    return meant_choice(turn, book.words) or _offered(turn, book) or book.words.choice(turn.text)


def answers_question(turn: TurnToTake, book: Phrasebook) -> bool:
    """Whether the whole message is an answer that a question of the bot's offered, typed as it was shown.

    Only a guide's answers: the name of a text that was offered ("I am beaten at home") may be what the person wants to tell.
    """
    code = None if turn.choice is not None or not turn.text.strip() else _offered(turn, book)
    return code is not None and (code.startswith("answer:") or code == "skip")


def _offered(turn: TurnToTake, book: Phrasebook) -> str | None:
    """What was offered last, typed as it was shown."""
    conversation = turn.conversation
    language, form = conversation.language or "az", channel_form(conversation.channel)
    offered = conversation.open_choices
    return next((code for code in offered if same_words(turn.text, book.label(code, language, form))), None)
