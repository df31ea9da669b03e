"""When a person's silence may close a case: three attempts inside their hours, over two weeks (safety.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpline.starting import BAKU, Discretion

ATTEMPTS = 3
OVER = timedelta(days=14)
WAYS = ("message", "phone")


@dataclass(frozen=True)
class Attempt:
    """`inside`: at an hour that the person called safe."""

    way: str
    inside: bool
    at: datetime


class NotSilentYet(Exception):
    """Too little was tried. `attempts`: how many are missing; `until`: the first moment at which two weeks are over."""

    def __init__(self, attempts: int, until: datetime | None) -> None:
        super().__init__(attempts)
        self.attempts = attempts
        self.until = until


def inside_hours(at: datetime, discretion: Discretion) -> bool:
    """Whether this moment lies in the hours in which the person may be written to."""
    return discretion.includes(at.astimezone(BAKU).hour)


def check_silent(tried: Sequence[Attempt], now: datetime) -> None:
    """Raise NotSilentYet unless three days have an attempt inside the person's hours, the first of them two weeks ago.

    `tried`: those since the person last wrote, for who writes is not silent.
    """
    days = {each.at.astimezone(BAKU).date(): each.at for each in sorted(tried, key=_latest_first) if each.inside}
    missing = max(0, ATTEMPTS - len(days))
    until = min(days.values()) + OVER if days else None
    if missing or until is None or until > now:
        raise NotSilentYet(missing, until)


def _latest_first(attempt: Attempt) -> float:
    return -attempt.at.timestamp()
