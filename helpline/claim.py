"""What a case stands on and what the bot promised, told from the words themselves: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from language.canonical import canonical

LONGEST_QUOTE = 160
_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
# Endings of the keys of data/phrases that say whether somebody is there to read.
_SOMEBODY, _NOBODY = "_staffed", "_unstaffed"
# The counsellor's own arrival and going are no promise of the bot's.
_NOT_BOT = frozenset({"counsellor_here", "handed_back", "case_closed", "here_now"})


@dataclass(frozen=True)
class Promise:
    """What the person was told. `person`: True that somebody reads this, False that nobody is there now, None neither.

    `numbers`: the codes of the numbers that were named. `question_open`: are they safe, which they have not answered.
    """

    person: bool | None
    numbers: tuple[str, ...]
    question_open: bool


def promised(said: Sequence[tuple[str, str]], numbers: Mapping[str, str], *, question_open: bool) -> Promise:
    """`said`: key and text of what the bot said, oldest first; `numbers`: telephone numbers by code."""
    person: bool | None = None
    named: set[str] = set()
    for key, text in said:
        if key in _NOT_BOT:
            continue
        person = False if key.endswith(_NOBODY) else True if key.endswith(_SOMEBODY) else person
        named |= {code for code, number in numbers.items() if _names(text, number)}
    return Promise(person, tuple(code for code in numbers if code in named), question_open)


def _names(text: str, number: str) -> bool:
    return re.search(rf"(?<!\d){re.escape(number)}(?!\d)", text) is not None


def sentence_with(text: str, evidence: Sequence[str]) -> str:
    """The sentence that the evidence is in, however it is spelt, else all of the text; cut at a word when it is long."""
    sentences = [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]
    known = [found for found in map(canonical, evidence) if found]
    chosen = next((one for one in sentences if any(found in canonical(one) for found in known)), text.strip())
    if len(chosen) <= LONGEST_QUOTE:
        return chosen
    return f"{chosen[:LONGEST_QUOTE].rsplit(' ', 1)[0]}…"
