"""Which language and script a message is in: a small linear model over letter sequences, trained on styled text.

General identifiers find almost nothing in Azerbaijani without diacritics or in Cyrillic, or in Russian in Latin letters.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from language.canonical import OLD_AZERBAIJANI, lower

LANGUAGES = ("az", "ru", "tr", "en")
BUCKETS = 1 << 15
LONGEST_GRAM = 4
# Turkish and English are rare here and look like the others in short words.
_PRIOR = np.log(np.array([0.49, 0.45, 0.03, 0.03]))
_SHORT = 12
_UNCERTAIN = 0.75
_SPACES = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class Language:
    """`code` is None when there is nothing to tell it by; `script`: latin, cyrillic, mixed or none."""

    code: str | None
    confidence: float
    script: str


class Identifier:
    """Weights of `identify.npz` (setup/make_language.py); inference is numpy alone."""

    def __init__(self, weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self._weights = weights
        self._bias = bias

    @classmethod
    def load(cls, path: Path) -> Identifier:
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["weights"].astype(np.float32), stored["bias"].astype(np.float32))

    def identify(self, text: str, prior: str | None = None) -> Language:
        """Return the language; a short or doubtful text takes `prior`, the conversation's language, if that is given."""
        script = script_of(text)
        if any(letter in OLD_AZERBAIJANI or (script == "latin" and letter in "əƏ") for letter in text):
            return Language("az", 1.0, script)
        letters = _SPACES.sub("", text)
        if not letters:
            return Language(prior, 0.0, script)
        chances = self._chances(text)
        best = int(chances.argmax())
        doubtful = len(letters) < _SHORT or chances[best] < _UNCERTAIN
        if prior in LANGUAGES and doubtful and chances[LANGUAGES.index(prior)] > 0.02:
            return Language(prior, float(chances[LANGUAGES.index(prior)]), script)
        return Language(LANGUAGES[best], float(chances[best]), script)

    def _chances(self, text: str) -> NDArray[np.float32]:
        places, counts = grams(text)
        scores = self._weights[:, places] @ counts + self._bias + _PRIOR - np.log(1 / len(LANGUAGES))
        risen = np.exp(scores - scores.max())
        chances: NDArray[np.float32] = risen / risen.sum()
        return chances


def script_of(text: str) -> str:
    cyrillic = sum("\u0400" <= letter <= "\u04ff" for letter in text)
    latin = sum(letter.isalpha() and letter < "\u0250" for letter in text)
    if not cyrillic and not latin:
        return "none"
    share = cyrillic / (cyrillic + latin)
    return "cyrillic" if share > 0.8 else "latin" if share < 0.2 else "mixed"


def grams(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return hashed places and normalised counts of the letter sequences of 1 to 4 in `text`."""
    plain = f" {_SPACES.sub(' ', lower(text)).strip()} "
    found: dict[int, float] = {}
    for size in range(1, LONGEST_GRAM + 1):
        for start in range(len(plain) - size + 1):
            place = zlib.crc32(plain[start : start + size].encode()) % BUCKETS
            found[place] = found.get(place, 0.0) + 1.0
    places = np.fromiter(found, np.int64, len(found))
    counts = np.log1p(np.fromiter(found.values(), np.float32, len(found)))
    return places, (counts / max(float(np.linalg.norm(counts)), 1e-9)).astype(np.float32)
