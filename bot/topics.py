"""The topics of data/taxonomy.yml."""

from __future__ import annotations

import functools
from pathlib import Path

import yaml

TAXONOMY = Path(__file__).resolve().parent.parent / "data" / "taxonomy.yml"


@functools.cache
def topics() -> frozenset[str]:
    """Return every topic code."""
    return frozenset(yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))["topics"])
