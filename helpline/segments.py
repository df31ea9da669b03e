"""How many SMS parts a text takes: GSM-7 160/153, else UCS-2 70/67 (3GPP 23.038, 23.040)."""

from __future__ import annotations

from dataclasses import dataclass

import gsm0338

_CODEC = gsm0338.Codec()


@dataclass(frozen=True)
class Segments:
    """`units` are septets (GSM-7) or UTF-16 code units (UCS-2)."""

    encoding: str
    units: int
    parts: int


def count(text: str) -> Segments:
    """Return the encoding a network uses for `text` and the parts it takes; an empty text takes one."""
    sizes = _septets(text)
    if sizes is not None:
        return Segments("GSM-7", sum(sizes), _parts(sizes, 160, 153))
    units = [len(letter.encode("utf-16-be")) // 2 for letter in text]
    return Segments("UCS-2", sum(units), _parts(units, 70, 67))


def _parts(sizes: list[int], alone: int, joined: int) -> int:
    """A letter of two units is never parted between two parts, so parts may stay a unit short."""
    if sum(sizes) <= alone:
        return 1
    parts, room = 1, joined
    for size in sizes:
        if size > room:
            parts, room = parts + 1, joined
        room -= size
    return parts


def _septets(text: str) -> list[int] | None:
    """The septets of each letter, or None when one is not in the alphabet. A bare escape is no letter."""
    if "\x1b" in text:
        return None
    try:
        return [len(_CODEC.encode(letter)[0]) for letter in text]
    except UnicodeEncodeError:
        return None
