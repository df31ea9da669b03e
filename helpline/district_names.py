"""Which district a person means: by name, however it is spelt, in either language, or by where they are.

Names are compared in canonical form (language/canonical.py), with the case endings of Azerbaijani and Russian; a slip of the
hand is forgiven only where it leaves one district, and is asked about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from helpline.records import District
from language.canonical import canonical

CAPITAL = "baku"
# A longer text is a story, in which a district may be anybody's.
LONGEST_ANSWER = 8
_LONGEST_TYPED = 200
_ASKED_ABOUT = 3
# Letters that a slip may change, by the length of the name; shorter names must be right.
_SLIPS = ((9, 2), (5, 1))
_PARTS = 3
_KM = 111.2
_FARTHEST_KM = 50.0
# A district whose centre is not much farther than the nearest one's may be the right one too.
_ABOUT_AS_NEAR = 1.35

_DECLINED = frozenset("aei")


@dataclass(frozen=True)
class Habits:
    """How names are used in sentences (data/services/districts.yml, `habits`), all in canonical form.

    `endings`: case endings of both languages. `after_vowel`: those that take the place of a last vowel. `around`: words that
    stand beside a name and say nothing of it.
    """

    endings: tuple[str, ...] = ()
    after_vowel: tuple[str, ...] = ()
    around: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Match:
    """The districts that a text may mean, best first. `sure`: one, by its own name; else it is asked."""

    codes: tuple[str, ...] = ()
    sure: bool = False


NO_MATCH = Match()


class DistrictNames:
    """The names of all districts, folded and inflected once."""

    def __init__(self, districts: Mapping[str, District], habits: Habits) -> None:
        self._districts = districts
        self._habits = habits
        self._names: dict[str, set[str]] = {}
        for row in districts.values():
            for name in (*row.name.values(), *row.aliases):
                self._names.setdefault(canonical(name).replace(" ", ""), set()).add(row.code)
        self._forms = {
            form: codes for name, codes in self._names.items() for form in self._inflected(name)
        } | self._names

    def match(self, text: str, *, forgiving: bool = True) -> Match:
        """Return which district a short text names. With `forgiving`, a slip of the hand is a guess, never sure."""
        words = canonical(text[:_LONGEST_TYPED]).split()
        if not words or len(words) > LONGEST_ANSWER:
            return NO_MATCH
        told = [word for word in words if word not in self._habits.around]
        named = self._more_precise(_unique(self._named(told)))
        if len(named) == 1:
            return Match(named, sure=True)
        if named:
            return Match(named[:_ASKED_ABOUT])
        guessed = self._guessed("".join(told)) if forgiving and 0 < len(told) <= _PARTS - 1 else ()
        return Match(guessed[:_ASKED_ABOUT])

    def _named(self, words: list[str]) -> Iterator[str]:
        """The districts whose names stand in the words, longest names first at each place."""
        start = 0
        while start < len(words):
            sizes = range(min(_PARTS, len(words) - start), 0, -1)
            size = next((size for size in sizes if "".join(words[start : start + size]) in self._forms), 0)
            if size:
                yield from sorted(self._forms["".join(words[start : start + size])])
            start += size or 1

    def _more_precise(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Somebody who names a district of the capital and the capital means the district."""
        inner = [code for code in codes if code != CAPITAL and self._districts[code].region == CAPITAL]
        return tuple(code for code in codes if code != CAPITAL) if inner and CAPITAL in codes else codes

    def _guessed(self, word: str) -> tuple[str, ...]:
        """The districts whose names are nearest to a word, when they are near enough."""
        best: dict[str, int] = {}
        for name, codes in self._names.items():
            slips = next((slips for length, slips in _SLIPS if len(name) >= length), 0)
            found = min((OSA.distance(stem, name, score_cutoff=slips) for stem in self._stems(word)), default=slips + 1)
            if slips and found <= slips and word[:1] == name[:1]:
                best |= {code: min(found, best.get(code, found)) for code in codes}
        nearest = min(best.values(), default=0)
        return tuple(code for code, distance in best.items() if distance == nearest)

    def _inflected(self, name: str) -> Iterator[str]:
        if len(name) < _PARTS:
            return
        yield from (name + ending for ending in self._habits.endings)
        if name[-1] in _DECLINED and len(name) > _PARTS:
            yield from (name[:-1] + ending for ending in self._habits.after_vowel)

    def _stems(self, word: str) -> list[str]:
        """The word, and what it is without an ending."""
        endings = (ending for ending in self._habits.endings if word.endswith(ending))
        return [word, *(word[: -len(ending)] for ending in endings if len(word) - len(ending) > _PARTS)]


def nearest(latitude: float, longitude: float, districts: Iterable[District]) -> tuple[str, ...]:
    """Return the district that a place is in, as far as centres tell: two or three near a border, none far from all."""
    rows = [row for row in districts if row.code != CAPITAL]
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return ()
    far = sorted((_km(latitude, longitude, row), row.code) for row in rows)
    least = far[0][0] if far else _FARTHEST_KM + 1
    if least > _FARTHEST_KM:
        return ()
    return tuple(code for km, code in far[:_ASKED_ABOUT] if km <= max(least * _ABOUT_AS_NEAR, least + 1))


def _km(latitude: float, longitude: float, row: District) -> float:
    across = (longitude - row.lon) * math.cos(math.radians((latitude + row.lat) / 2))
    return _KM * math.hypot(latitude - row.lat, across)


def _unique(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
