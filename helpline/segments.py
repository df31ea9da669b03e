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
    septets = _septets(text)
    if septets is not None:
        return Segments("GSM-7", septets, 1 if septets <= 160 else -(-septets // 153))
    units = len(text.encode("utf-16-be")) // 2
    return Segments("UCS-2", units, 1 if units <= 70 else -(-units // 67))


def _septets(text: str) -> int | None:
    try:
        encoded, _ = _CODEC.encode(text)
    except UnicodeEncodeError:
        return None
    return len(encoded)
