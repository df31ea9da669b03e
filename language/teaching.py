"""Which messages may teach, and which are kept for choosing thresholds."""

from __future__ import annotations

from hashlib import sha256

from language.canonical import canonical


def held_back(text: str) -> bool:
    """Tell whether a message is for choosing thresholds, never for teaching: one in eight, by its canonical form's hash."""
    return sha256(canonical(text).encode()).digest()[0] % 8 == 0
