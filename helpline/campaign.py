"""A campaign: which item, for whom, and how far it came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class CampaignState(Enum):
    RUNNING = "running"  # not everybody was put in yet, or it begins later
    DONE = "done"  # everybody is in the outbox or was sent to
    STOPPED = "stopped"


@dataclass(frozen=True)
class Aim:
    """Which item, and for whom, as people told themselves; None: whatever was told."""

    item: str
    audience: str
    age_band: str | None = None
    language: str | None = None
    district: str | None = None


@dataclass(frozen=True)
class Campaign:
    """`position`: the last conversation that was looked at."""

    id: int
    aim: Aim
    state: CampaignState
    position: int
    starts_at: datetime
    created_at: datetime
    finished_at: datetime | None
