"""Hours and ages as people type them: `saat 7`, `axşam 8-də`, «в 19:30», `5 yaşı var`. Words for them: data/phrases/words.yml."""

from __future__ import annotations

from helpline.starting import Discretion
from helpline.words import Words
from language.canonical import canonical

_PARTS_OF_DAY = {"morning": 9, "noon": 13, "evening": 18}
_LAST_AGE = 17


def hour_told(text: str, words: Words, where: Discretion) -> int | None:
    """The hour of the day that a whole message names, minutes left out; None when it says anything else beside.

    An hour before the person's window is the one after noon, when that is inside it: nobody means seven at night.
    """
    numbers, others = _parted(text)
    kinds = [words.times.get(word) for word in others]
    part = next((kind for kind in kinds if kind in _PARTS_OF_DAY), None)
    if None in kinds or len(numbers) > 2 or any(number > 59 for number in numbers[1:]):
        return None
    if not numbers:
        return None if part is None else _PARTS_OF_DAY[part]
    hour = numbers[0] % 24 if numbers[0] <= 24 else None
    if hour is None or part == "morning":
        return hour
    later = hour + 12
    meant_later = (part == "noon" and hour <= 6) or (part == "evening" and 5 <= hour < 12)
    outside = part is None and not where.includes(hour) and hour < 12 and where.includes(later)
    return later if meant_later or outside else hour


def years_told(text: str, words: Words) -> int | None:
    """The age in years that a whole message names, up to 17; None when it says anything else beside."""
    numbers, others = _parted(text)
    if len(numbers) != 1 or numbers[0] > _LAST_AGE or not set(others) <= words.ages:
        return None
    return numbers[0]


def _parted(text: str) -> tuple[list[int], list[str]]:
    """The numbers and the words of a message."""
    tokens = [token for token in canonical(text).split() if token.isalnum()]
    return [int(each) for each in tokens if each.isdigit()], [each for each in tokens if not each.isdigit()]
