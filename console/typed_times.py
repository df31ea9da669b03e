"""Times that people type: days and hours of Baku, read into UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from console.words import HERE


class NoTime(ValueError):
    """What was typed is no time."""


def typed_time(text: str, fallback: datetime | None = None) -> datetime:
    """Read `2026-11-02T14:30` as a time of Baku; nothing typed is `fallback`. Raise NoTime."""
    if not text.strip() and fallback is not None:
        return fallback
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=HERE).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NoTime from None


def shown_time(at: datetime) -> str:
    """A time as the field of a form takes it."""
    return at.astimezone(HERE).strftime("%Y-%m-%dT%H:%M")
