"""Values of sampled review: a closed case as it may be drawn, and one that was."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from triage.taxonomy import Level


@dataclass(frozen=True)
class Reviewable:
    """A case that was closed. `holder`: who closed it."""

    case: int
    holder: int
    level: Level
    close_reason: str
    reopened: bool


@dataclass(frozen=True)
class DrawnReview:
    """A review that waits to be written, or was. `hands`: everybody who had the case in their hands."""

    id: int
    case: int
    holder: int
    sealed: bool
    hands: frozenset[int]
    done_at: datetime | None = None


@dataclass(frozen=True)
class Written:
    """What a reviewer typed. `scores`: 0-2 by the code of the question."""

    scores: dict[str, int]
    went_well: str = field(repr=False)
    to_learn: str = field(repr=False)
