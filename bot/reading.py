"""The `language` package as the components use it in training and testing; when serving, the service has read."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

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
    if len(texts) == 1:
        return [reader.read(texts[0]).vector]
    with ThreadPoolExecutor(os.cpu_count()) as readers:  # the encoder computes without the interpreter's lock
        return list(readers.map(lambda text: reader.read(text).vector, texts))


@functools.cache
def _reader() -> Reader:
    return Reader.open(ROOT)
