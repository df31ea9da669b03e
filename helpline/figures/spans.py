"""Spans of time that waiting is told in: medians are told as "within 15 minutes", for an exact time can be somebody's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from helpline.figures.suppression import Shown

_ENDS = {
    "2m": timedelta(minutes=2),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "24h": timedelta(hours=24),
    "3d": timedelta(days=3),
    "14d": timedelta(days=14),
}
LONGER = "longer"
SPANS = (*_ENDS, LONGER)


def span_of(waited: timedelta) -> str:
    return next((code for code, end in _ENDS.items() if waited <= end), LONGER)


def quantile(found: Mapping[str, Shown], share: float) -> str | None:
    """The span within which this share of those that are shown lies; None where nothing is."""
    total = sum(found.get(code, Shown(None)).least for code in SPANS)
    so_far = 0
    for code in SPANS:
        so_far += found.get(code, Shown(None)).least
        if total and so_far >= share * total:
            return code
    return None
