"""What a password of one's own must be: long enough, not the name, not one that is tried first."""

from __future__ import annotations

from functools import cache
from pathlib import Path

SHORTEST = 10
FEWEST_DIFFERENT = 5
# Shorter names are in every other word.
TELLING = 4
COMMON = Path(__file__).resolve().parent.parent / "data" / "style" / "common_passwords.txt"


class WeakPassword(ValueError):
    """`why`: short | name | common | same (as the one before)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def check_password(password: str, name: str) -> None:
    """Raise WeakPassword for one that should not be chosen."""
    if len(password) < SHORTEST:
        raise WeakPassword("short")
    bare, own = _bare(password), _bare(name)
    if bare and (bare == own or (min(len(own), len(bare)) >= TELLING and (own in bare or bare in own))):
        raise WeakPassword("name")
    if len(set(password.casefold())) < FEWEST_DIFFERENT or bare in _common() or password.casefold() in _common():
        raise WeakPassword("common")


def _bare(text: str) -> str:
    """Without what people put around a word to lengthen it."""
    return "".join(letter for letter in text.casefold() if letter.isalpha())


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").split()
    return frozenset(word for line in lines for word in (line.casefold(), _bare(line)) if word)
