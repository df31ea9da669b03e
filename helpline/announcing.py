"""The one neutral line with which a tip or a campaign comes: the item itself is told only to who asks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from helpline.conversations import NewOut
from helpline.phrasebook import Phrasebook, Reader, Say
from helpline.starting import Discretion


@dataclass(frozen=True)
class Subscriber:
    """Who gets tips. `audience` is what they told, else what they sound like; `age_band` None: not told."""

    conversation: int
    reader: Reader
    audience: str
    age_band: str | None
    discretion: Discretion


@dataclass(frozen=True)
class DueTip:
    """A subscriber whose next tip is due. `allowed`: nothing stands against it, and they are in no course.

    `seen`: the items that they read or were offered. `last_started_at`: when we last put something in that we start.
    """

    subscriber: Subscriber
    allowed: bool
    seen: frozenset[str]
    last_started_at: datetime | None


@dataclass(frozen=True)
class Announced:
    """One announcement of a campaign, ready to be put into the outbox."""

    conversation: int
    channel: str
    out: NewOut
    due_at: datetime


def announcement(item: str, reader: Reader, book: Phrasebook) -> NewOut:
    """Return the line with the item as its choice. The choice is named neutrally, and on SMS the line itself says 1."""
    line = book.render(Say("tip_neutral"), reader)[-1]
    return replace(line, choices=((f"item:{item}", book.label("tips:open", reader.language)),))
