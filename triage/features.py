"""Features of a canonical text: letter sequences within words, words and pairs of words, hashed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1 << 17
SIZES = (2, 3, 4, 5)
# Beyond this a message repeats itself; it bounds the time that hostile text can take.
LONGEST_WORDS = 400


def names(folded: str) -> Iterator[str]:
    """Yield the names of what a canonical text contains."""
    words = folded.split()[:LONGEST_WORDS]
    for word in words:
        yield f"w {word[:40]}"
        framed = f"<{word[:40]}>"
        for size in SIZES:
            for start in range(len(framed) - size + 1):
                yield framed[start : start + size]
    for first, second in pairwise(words):
        yield f"p {first[:40]} {second[:40]}"


def counts(folded: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the places of a text's features and 1 + log of how often each is there."""
    found: dict[int, int] = {}
    for name in names(folded):
        place = zlib.crc32(name.encode()) % BUCKETS
        found[place] = found.get(place, 0) + 1
    places = np.fromiter(found, np.int64, len(found))
    how_often = np.fromiter(found.values(), np.float32, len(found))
    return places, (1.0 + np.log(np.maximum(how_often, 1.0))).astype(np.float32)


def weighted(folded: str, rarity: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the features weighted by rarity and scaled to length 1."""
    places, values = counts(folded)
    values = values * rarity[places]
    return places, values / max(float(np.linalg.norm(values)), 1e-9)
