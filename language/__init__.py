"""Azerbaijani and Russian as people write them: canonical form, language and script, restored spelling, vectors."""

from __future__ import annotations

from language.canonical import canonical
from language.encoder import Encoder
from language.reader import Reader, Views

__all__ = ["Encoder", "Reader", "Views", "canonical"]
