"""A block of a person: what is known of it. What it does is in helpline/blocks.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Block:
    """`told_at`: when the line of the day was said. `disclosed_at`: a disclosure was heard since. `case`: where it began."""

    id: int
    conversation: int
    case: int
    reason: str
    began_at: datetime
    until: datetime
    told_at: datetime | None = None
    disclosed_at: datetime | None = None
