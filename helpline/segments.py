"""How a text is cut into SMS parts: GSM-7 160/153, else UCS-2 70/67 (3GPP 23.038, 23.040)."""

from __future__ import annotations

from dataclasses import dataclass

from helpline.alphabets import gsm_septets
from helpline.messages import Alphabet


@dataclass(frozen=True)
class Segments:
    """`units` are septets (GSM-7) or UTF-16 code units (UCS-2)."""

    encoding: str
    units: int
    parts: int


def count(text: str) -> Segments:
    """Return the encoding a network uses for `text` and the parts it takes; an empty text takes one."""
    alphabet, letters = _letters(text)
    width = _width(alphabet)
    sizes = [len(letter) // width for letter in letters]
    return Segments("GSM-7" if width == 1 else "UCS-2", sum(sizes), len(_cuts(sizes, *_room(alphabet))))


def pieces(text: str) -> tuple[Alphabet, tuple[bytes, ...]]:
    """Return the bodies of the parts that `text` is sent in, without headers."""
    alphabet, letters = _letters(text)
    width = _width(alphabet)
    ends = _cuts([len(letter) // width for letter in letters], *_room(alphabet))
    starts = [0, *ends[:-1]]
    return alphabet, tuple(b"".join(letters[start:end]) for start, end in zip(starts, ends, strict=True))


def _letters(text: str) -> tuple[Alphabet, list[bytes]]:
    septets = [gsm_septets(letter) for letter in text]
    if all(one is not None for one in septets):
        return Alphabet.GSM7, [one for one in septets if one is not None]
    return Alphabet.UCS2, [letter.encode("utf-16-be", "replace") for letter in text]


def _width(alphabet: Alphabet) -> int:
    return 1 if alphabet is Alphabet.GSM7 else 2


def _room(alphabet: Alphabet) -> tuple[int, int]:
    """How many units fit in a message alone, and in a part of one."""
    return (160, 153) if alphabet is Alphabet.GSM7 else (70, 67)


def _cuts(sizes: list[int], alone: int, joined: int) -> list[int]:
    """Where parts end. A letter of two units is never parted between two parts, so parts may stay a unit short."""
    if sum(sizes) <= alone:
        return [len(sizes)]
    ends: list[int] = []
    room = joined
    for place, size in enumerate(sizes):
        if size > room:
            ends.append(place)
            room = joined
        room -= size
    return [*ends, len(sizes)]
