"""Reading a message once: its views, its language, its vector."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from language.canonical import canonical
from language.encoder import Encoder
from language.identify import Identifier
from language.restore import Restorer

MODEL = Path("language") / "model"


@dataclass(frozen=True)
class Views:
    """A message as it was typed, its skeleton, and its language's own spelling; `vector` is None without an encoder."""

    raw: str = field(repr=False)
    canonical: str = field(repr=False)
    restored: str = field(repr=False)
    language: str | None
    language_confidence: float
    script: str
    vector: NDArray[np.float32] | None = field(default=None, repr=False)
    encoder_ms: float = 0.0


class Reader:
    def __init__(self, identifier: Identifier, restorer: Restorer, encoder: Encoder | None) -> None:
        self._identifier = identifier
        self._restorer = restorer
        self._encoder = encoder

    @classmethod
    def open(cls, root: Path, *, encoder: bool = True) -> Reader:
        """Open with the models below `root`; without the encoder's file, or not asked for it, it reads without vectors."""
        folder = root / MODEL
        loaded = Encoder.load(folder) if encoder else None
        return cls(Identifier.load(folder / "identify.npz"), Restorer.load(folder), loaded)

    @property
    def encoder_available(self) -> bool:
        return self._encoder is not None

    def read(self, text: str, prior: str | None = None, *, encode: bool = True) -> Views:
        """Read `text`; `prior` is the conversation's language. `encode=False` leaves the vector out."""
        found = self._identifier.identify(text, prior)
        restored = self._restorer.restore(text, found.code, found.script)
        started = time.perf_counter()
        vector = self._encoder.encode(restored) if encode and self._encoder is not None else None
        spent = (time.perf_counter() - started) * 1000
        return Views(text, canonical(text), restored, found.code, found.confidence, found.script, vector, spent)
