"""The reviewed lexicon: phrases that must never be missed, figures of speech that must not alarm.

Patterns are words in their normal spelling, compared in canonical form: `word*` is any word beginning so, `<name>` any word of
that list under `words`, `..` up to four words between. A phrase inside an idiom does not count; general talk (homework, law,
a film) drops all but emergencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from language.canonical import canonical
from triage.taxonomy import Level, Risk
from triage.yaml_files import read_yaml

GAP = 4
# How far from a phrase a word of its `unless` still speaks about it: a letter has room for both.
NEAR = 6
# What bounds the time that hostile text can take.
LONGEST_WORDS = 600
LONGEST_WORD = 24
MOST_SPANS = 8
Span = tuple[int, int]


class UnknownList(ValueError):
    """A pattern names a list of words that its file does not have."""


class LexiconInvalid(Exception):
    """A file of the lexicon cannot be used; says which, and why."""


@dataclass(frozen=True)
class Words:
    """What may stand in one place of a pattern: folded words, and beginnings of words. `name` is unique in a lexicon."""

    name: str
    whole: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, name: str, written: Iterable[str]) -> Words:
        folded = {word: canonical(word.rstrip("*")).replace(" ", "") for word in written}
        whole = frozenset(text for word, text in folded.items() if not word.endswith("*"))
        return cls(name, whole, tuple(sorted(text for word, text in folded.items() if word.endswith("*"))))


class Text:
    """The words of a canonical text, and where the words of a list stand in it."""

    def __init__(self, folded: str) -> None:
        self.words = folded.split()[:LONGEST_WORDS]
        self._whole: dict[str, set[int]] = {}
        self._beginning: dict[str, set[int]] = {}
        for place, word in enumerate(self.words):
            self._whole.setdefault(word, set()).add(place)
            for length in range(1, min(len(word), LONGEST_WORD) + 1):
                self._beginning.setdefault(word[:length], set()).add(place)
        self._places: dict[str, frozenset[int]] = {}

    def whole(self) -> Iterable[str]:
        """Its words, once each."""
        return self._whole

    def beginnings(self) -> Iterable[str]:
        """The beginnings of its words, once each."""
        return self._beginning

    def places(self, sought: Words) -> frozenset[int]:
        known = self._places.get(sought.name)
        if known is None:
            whole = (self._whole[word] for word in sought.whole if word in self._whole)
            begun = (self._beginning[word] for word in sought.beginnings if word in self._beginning)
            known = frozenset().union(*whole, *begun)
            self._places[sought.name] = known
        return known


@dataclass(frozen=True)
class Step:
    sought: Words
    gap: bool  # others may stand before it


@dataclass(frozen=True)
class Pattern:
    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, written: str, lists: Mapping[str, Words] | None = None) -> Pattern:
        """Raise UnknownList."""
        steps: list[Step] = []
        gap = False
        for word in written.split():
            if word == "..":
                gap = True
                continue
            steps.extend(Step(sought, gap and not place) for place, sought in enumerate(_sought(word, lists or {})))
            gap = False
        return cls(tuple(steps))

    def spans(self, text: Text) -> list[Span]:
        """Return the first few places where it matches, as first word and the one after the last."""
        if not self.steps or not all(text.places(step.sought) for step in self.steps):
            return []
        found: list[Span] = []
        for start in sorted(text.places(self.steps[0].sought)):
            end = self._end(text, start)
            if end is not None:
                found.append((start, end))
            if len(found) == MOST_SPANS:
                break
        return found

    def _end(self, text: Text, start: int) -> int | None:
        """Where it ends at the earliest when it begins at `start`."""
        reached = {start + 1}
        for step in self.steps[1:]:
            reach = GAP if step.gap else 0
            places = text.places(step.sought)
            reached = {here + 1 for at in reached for here in range(at, at + reach + 1) if here in places}
        return min(reached, default=None)


def _sought(word: str, lists: Mapping[str, Words]) -> tuple[Words, ...]:
    if not word.startswith("<"):
        return _folded(word)
    if word not in lists:
        raise UnknownList(word)
    return (lists[word],)


@cache
def _folded(word: str) -> tuple[Words, ...]:
    """What one written word asks for; one that folds to several words (a hyphen) asks for each in turn.

    The patterns of a lexicon have most of their words in common. What people write never comes here.
    """
    parts = canonical(word.rstrip("*")).split()
    written = [*parts[:-1], parts[-1] + ("*" if word.endswith("*") else "")] if parts else []
    return tuple(Words.of(part, [part]) for part in written)


class Index:
    """Which patterns may match a text at all: those whose rarest step has a word in it."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._whole: dict[str, list[Pattern]] = {}
        self._beginning: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            if not pattern.steps:
                continue
            # A beginning is met more often than a word.
            anchor = min((step.sought for step in pattern.steps), key=lambda s: len(s.whole) + 4 * len(s.beginnings))
            for word in anchor.whole:
                self._whole.setdefault(word, []).append(pattern)
            for word in anchor.beginnings:
                self._beginning.setdefault(word, []).append(pattern)

    def spans(self, text: Text) -> dict[int, list[Span]]:
        """Where each pattern that matches does so, by the pattern's id()."""
        near = [pattern for word in text.whole() for pattern in self._whole.get(word, ())]
        near += [pattern for word in text.beginnings() for pattern in self._beginning.get(word, ())]
        found = {id(pattern): pattern.spans(text) for pattern in near}
        return {number: spans for number, spans in found.items() if spans}


@dataclass(frozen=True)
class Phrase:
    level: Level
    risks: tuple[Risk, ...]
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]


@dataclass(frozen=True)
class Hit:
    """A phrase found: `words` as the canonical form has them."""

    level: Level
    risks: tuple[Risk, ...]
    words: str


class Lexicon:
    """Phrases, idioms and general talk of both languages together: people mix them."""

    def __init__(self, phrases: Sequence[Phrase], idioms: Sequence[Pattern], general: Sequence[Pattern]) -> None:
        self._phrases = phrases
        self._idioms = idioms
        self._general = general
        told = (pattern for phrase in phrases for pattern in (*phrase.patterns, *phrase.unless))
        self._index = Index([*told, *idioms, *general])

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Read every language's file of `folder`. Raise LexiconInvalid."""
        phrases: list[Phrase] = []
        idioms: list[Pattern] = []
        general: list[Pattern] = []
        for language in ("az", "ru"):
            path = folder / f"{language}.yml"
            try:
                tree = _read(path)
                lists = _lists(tree, language)
                phrases.extend([_phrase(raw, lists) for raw in _rows(tree, "phrases")])
                idioms.extend(_patterns(tree.get("idioms"), lists))
                general.extend(_patterns(tree.get("general"), lists))
            except (OSError, ValueError, KeyError, yaml.YAMLError) as error:
                raise LexiconInvalid(f"{path}: {_reason(error)}") from None
        return cls(phrases, idioms, general)

    def hits(self, folded: str) -> list[Hit]:
        """Return what a canonical text contains, idioms and general talk taken out."""
        text = Text(folded)
        spans = self._index.spans(text)
        idioms = _of(self._idioms, spans)
        general = bool(_of(self._general, spans))
        found = [hit for phrase in self._phrases for hit in self._hits(phrase, text, spans, idioms)]
        return [hit for hit in found if not general or hit.level is Level.EMERGENCY]

    def _hits(
        self, phrase: Phrase, text: Text, spans: Mapping[int, list[Span]], idioms: Sequence[Span]
    ) -> Iterable[Hit]:
        told = dict.fromkeys(_of(phrase.patterns, spans))
        against = _of(phrase.unless, spans) if told else []
        for start, end in told:
            idiom = any(first < end and start < last for first, last in idioms)
            if not idiom and not any(first < end + NEAR and start - NEAR < last for first, last in against):
                yield Hit(phrase.level, phrase.risks, " ".join(text.words[start:end]))


def _of(patterns: Sequence[Pattern], spans: Mapping[int, list[Span]]) -> list[Span]:
    return [span for pattern in patterns for span in spans.get(id(pattern), ())]


def _read(path: Path) -> Mapping[str, object]:
    loaded = read_yaml(path)
    if not isinstance(loaded, dict):
        raise ValueError("holds no phrases")
    return loaded


def _rows(tree: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    rows = tree.get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"holds no {name}")
    return rows


def _reason(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    if isinstance(error, UnknownList):
        return f"there is no list {error}"
    return str(error) or type(error).__name__


def _lists(tree: Mapping[str, object], language: str) -> dict[str, Words]:
    raw = tree.get("words")
    named = raw if isinstance(raw, dict) else {}
    return {f"<{name}>": Words.of(f"{language} <{name}>", map(str, written)) for name, written in named.items()}


def _patterns(raw: object, lists: Mapping[str, Words]) -> tuple[Pattern, ...]:
    return tuple(Pattern.parse(str(written), lists) for written in raw) if isinstance(raw, list) else ()


def _phrase(raw: Mapping[str, object], lists: Mapping[str, Words]) -> Phrase:
    risks = raw.get("risks")
    return Phrase(
        Level[str(raw["level"]).upper()],
        tuple(Risk(str(code)) for code in risks) if isinstance(risks, list) else (),
        _patterns(raw.get("all"), lists),
        _patterns(raw.get("unless"), lists),
    )
