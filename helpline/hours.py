"""Hours of the day as people type them: "17-20", "saat 5-dən 8-ə", "после 18"."""

from __future__ import annotations

import re

from helpline.starting import FIRST_HOUR, LAST_HOUR
from helpline.words import Words, bare

_HOUR = re.compile(r"(?<!\d)(\d{1,2})(?:[:.](?:00|30))?(?!\d)")
_WORD = re.compile(r"[^\W\d]+")
# Before this hour nobody means the morning when they say when we may write.
_EARLIEST = 7


def window(text: str, words: Words) -> tuple[int, int] | None:
    """Return the hours of a day (from, until) that a message tells, or None; an end before the beginning is after midnight."""
    found = [int(number) for number in _HOUR.findall(text)]
    told = [bare(word) for word in _WORD.findall(text)]
    if not 1 <= len(found) <= 2 or max(found) > 24 or not all(_is_of_hours(word, words) for word in told):
        return None

    def says(name: str) -> bool:
        return any(_begins(word, words.hours[name]) for word in told)

    if not says("hours_morning") and max(found) <= 12 and (says("hours_evening") or found[0] < _EARLIEST):
        found = [hour + 12 if hour < 12 else hour for hour in found]
    if len(found) == 1:
        return _open_ended(found[0], says("hours_after"), says("hours_before"))
    begins, ends = found[0] % 24, found[1]
    return None if begins == ends % 24 and (begins, ends) != (0, 24) else (begins, ends)


def _is_of_hours(word: str, words: Words) -> bool:
    """A message with any other word tells something else, too."""
    return any(_begins(word, beginnings) for beginnings in words.hours.values())


def _begins(word: str, beginnings: tuple[str, ...]) -> bool:
    return any(word == known or (len(known) > 2 and word.startswith(known)) for known in beginnings)


def _open_ended(hour: int, after: bool, before: bool) -> tuple[int, int] | None:
    if after == before:
        return None
    begins, ends = (hour, LAST_HOUR) if after else (FIRST_HOUR, hour)
    return (begins, ends) if begins < ends else None
