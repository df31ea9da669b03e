"""How long a held case's newest message may wait for its counsellor, and how long a claim without a first word lasts."""

from __future__ import annotations

from datetime import timedelta

from helpline.shift_times import times
from triage.taxonomy import Level


def held_limit(level: Level) -> timedelta:
    """Safety.md: emergency 2 minutes, others 5; data/shifts.yml may be stricter."""
    return times().unanswered[level]


def claim_limit(level: Level) -> timedelta:
    return times().claim[level]
