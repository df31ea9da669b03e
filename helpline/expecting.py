"""How long somebody will wait, as honestly as can be said: from who is on, who waits before them, and what was measured lately.

What is not known, or would be longer than the case is allowed to wait, is not said. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

# Fewer measured waits tell nothing.
FEWEST = 5
_MINUTE = timedelta(minutes=1)
_SAID = tuple(minutes * _MINUTE for minutes in (5, 10, 15, 20, 30, 45)) + tuple(
    timedelta(hours=hours) for hours in (1, 2, 3, 4, 6, 8, 12, 24)
)


@dataclass(frozen=True)
class Load:
    """When a case comes. `free`: those who may take it now; `before`: cases at least as pressing that wait already;

    `lately`: from coming to the first word, for cases of this level; `genders`: of all who take cases; `wants`: the wish.
    """

    free: int = 0
    before: int = 0
    lately: tuple[timedelta, ...] = ()
    genders: frozenset[str] = frozenset()
    wants: str | None = None


def expected(load: Load, within: timedelta) -> timedelta | None:
    """What is said to the person, rounded up; None where nothing honest can be said."""
    if load.free < 1 or len(load.lately) < FEWEST:
        return None
    rounds = ceil((load.before + 1) / load.free)
    likely = _quartile(load.lately) * rounds
    said = next((span for span in _SAID if span >= likely), None)
    return said if said is not None and said <= within else None


def _quartile(lately: Sequence[timedelta]) -> timedelta:
    """What three of four did not wait longer than."""
    ordered = sorted(lately)
    return ordered[ceil(len(ordered) * 3 / 4) - 1]
