"""A closed contact that a person may be asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpline.starting import Discretion
from triage.taxonomy import Level


@dataclass(frozen=True)
class ClosedContact:
    """`case` was closed at `closed_at`, with this person's discretion as it is now."""

    case: int
    conversation: int
    level: Level
    closed_at: datetime
    discretion: Discretion
