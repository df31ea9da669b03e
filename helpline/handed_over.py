"""Values of a shift's end: the cases that somebody still holds, and what they leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from triage.taxonomy import Level


class Left(Enum):
    """What became of a case when its counsellor went off."""

    KEPT = "kept"
    GIVEN = "given"
    RETURNED = "returned"


@dataclass(frozen=True)
class HeldCase:
    """An open case in somebody's hands, with what is agreed to come next. `offered`: to a colleague who has not answered yet."""

    id: int
    level: Level
    next_step: str | None = field(default=None, repr=False)
    next_step_at: datetime | None = None
    offered: bool = False

    def is_settled(self, now: datetime) -> bool:
        """Whether its holder may go: a concern always; urgent and above with a next step, a time, and no open offer."""
        if self.level < Level.URGENT:
            return True
        planned = bool(self.next_step) and self.next_step_at is not None and self.next_step_at > now
        return planned and not self.offered


@dataclass(frozen=True)
class Leaving:
    """One line of a hand-over."""

    case: int
    level: Level
    what: Left
    next_step: str | None = field(default=None, repr=False)
    next_step_at: datetime | None = None
