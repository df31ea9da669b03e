"""The `language` package as the components use it in training and testing; when serving, the service has read."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from bot.fingerprint import ROOT
from language import Reader
from language import canonical as fold


def canonical(text: str) -> str:
    """Return the folded spelling of a text."""
    return fold(text)


def sentence_vectors(texts: Sequence[str]) -> list[np.ndarray | None]:
    """Return a vector a text, or None for each where there is no encoder."""
    reader = _reader()
    if not reader.encoder_available:
        return [None] * len(texts)
    return [reader.read(text).vector for text in texts]


@functools.cache
def _reader() -> Reader:
    return Reader.open(ROOT)
