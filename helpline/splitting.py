"""Cutting a long text at sentence ends so that each piece fits its channel."""

from __future__ import annotations

import re
from collections.abc import Callable

from helpline import segments

TELEGRAM_CHARACTERS = 4096
SMS_PARTS = 3

_SPACE = re.compile(r"\s")
_SENTENCE = re.compile(r"(?<=[.!?…:;])\s+|\n+")


def fits(text: str, channel: str) -> bool:
    """Tell whether `text` may be sent as one message on `channel`."""
    if channel == "telegram":
        return len(text.encode("utf-16-le")) // 2 <= TELEGRAM_CHARACTERS
    return segments.count(text).parts <= SMS_PARTS


def split(text: str, channel: str) -> list[str]:
    """Cut `text` into messages that fit, at sentence ends where there are any, else between words or characters."""
    if fits(text, channel):
        return [text]
    return _pack(_sentences(text), lambda piece: fits(piece, channel))


def _sentences(text: str) -> list[str]:
    """Sentences with the white space that followed them, so that joining gives the text back."""
    cuts = [match.end() for match in _SENTENCE.finditer(text)]
    starts = [0, *cuts]
    return [text[start:end] for start, end in zip(starts, [*cuts, len(text)], strict=True) if text[start:end]]


def _pack(sentences: list[str], room: Callable[[str], bool]) -> list[str]:
    messages: list[str] = []
    current = ""
    for sentence in sentences:
        if room((current + sentence).strip()):
            current += sentence
            continue
        if current.strip():
            messages.append(current.strip())
        *whole, current = _break_sentence(sentence, room)
        messages.extend(whole)
    if current.strip():
        messages.append(current.strip())
    return messages


def _break_sentence(sentence: str, room: Callable[[str], bool]) -> list[str]:
    """A sentence too long by itself: cut between words, and a word too long by itself between characters."""
    pieces: list[str] = []
    rest = sentence.lstrip()
    while not room(rest.strip()):
        end = _longest(rest, room)
        space = max((match.start() for match in _SPACE.finditer(rest, 1, end + 1)), default=-1)
        cut = space if space > end // 2 else end
        pieces.append(rest[:cut].strip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest]


def _longest(text: str, room: Callable[[str], bool]) -> int:
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if room(text[:middle]) else (low, middle - 1)
    return low
