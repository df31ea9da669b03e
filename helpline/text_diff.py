"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher

_PIECES = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """`kind`: same | added | removed."""

    kind: str
    text: str = field(repr=False)


def word_diff(before: str, after: str) -> list[Piece]:
    return list(_pieces(_PIECES.findall(before), _PIECES.findall(after)))


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    for tag, begin, end, start, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[begin:end]))
            continue
        if begin < end:
            yield Piece("removed", "".join(before[begin:end]))
        if start < stop:
            yield Piece("added", "".join(after[start:stop]))
