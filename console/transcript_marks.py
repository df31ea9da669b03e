"""Marks between the lines of a transcript: where a day begins, where what is new begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from helpline.conversations import Author
from helpline.starting import BAKU
from store.transcript import Line


def day_marks(lines: Sequence[Line], now: datetime) -> dict[int, str]:
    """For the first line of each day: `today`, `yesterday` or the date, in days of Baku."""
    marks: dict[int, str] = {}
    before = None
    today = now.astimezone(BAKU).date()
    for line in lines:
        day = line.at.astimezone(BAKU).date()
        if day != before:
            marks[line.id] = {0: "today", 1: "yesterday"}.get((today - day).days, day.strftime("%d.%m.%Y"))
            before = day
    return marks


def first_new(lines: Sequence[Line], read_to: int | None) -> int | None:
    """The first line that came since the page was opened before; None when nothing of the person did, or all is new."""
    if read_to is None:
        return None
    fresh = [line for line in lines if line.id > read_to]
    if len(fresh) == len(lines) or not any(line.author is Author.PERSON for line in fresh):
        return None
    return fresh[0].id
