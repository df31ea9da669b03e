"""How long a held case's newest message may wait for its counsellor (safety.md)."""

from __future__ import annotations

from datetime import timedelta

from triage.taxonomy import Level

_EMERGENCY = timedelta(minutes=2)
_OTHERWISE = timedelta(minutes=5)


def held_limit(level: Level) -> timedelta:
    return _EMERGENCY if level is Level.EMERGENCY else _OTHERWISE
