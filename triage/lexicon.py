"""The reviewed lexicon: phrases that must never be missed, figures of speech that must not alarm.

Patterns are words in their normal spelling, compared in canonical form: `word*` is any word beginning so, `..` up to four
words between. A phrase inside an idiom does not count; general talk (homework, law, a film) drops all but emergencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from language.canonical import canonical
from triage.taxonomy import Level, Risk

GAP = 4
Span = tuple[int, int]


@dataclass(frozen=True)
class Pattern:
    """Steps of (folded word, is a prefix, may have words before it)."""

    steps: tuple[tuple[str, bool, bool], ...]

    @classmethod
    def parse(cls, written: str) -> Pattern:
        steps: list[tuple[str, bool, bool]] = []
        gap = False
        for word in written.split():
            if word == "..":
                gap = True
                continue
            folded = canonical(word.rstrip("*")).split()
            steps.extend((part, word.endswith("*") and part == folded[-1], gap and part == folded[0]) for part in folded)
            gap = False
        return cls(tuple(steps))

    def spans(self, words: Sequence[str]) -> list[Span]:
        """Return where it matches, as first word and the one after the last."""
        found = []
        for start in range(len(words)):
            end = self._from(words, start, 0)
            if end is not None:
                found.append((start, end))
        return found

    def _from(self, words: Sequence[str], at: int, step: int) -> int | None:
        if step == len(self.steps):
            return at
        text, prefix, gap = self.steps[step]
        for here in range(at, min(at + (GAP if gap else 0) + 1, len(words))):
            if words[here] == text or (prefix and words[here].startswith(text)):
                end = self._from(words, here + 1, step + 1)
                if end is not None:
                    return end
        return None


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

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Read every language's file of `folder`."""
        trees = [_read(folder / f"{language}.yml") for language in ("az", "ru")]
        return cls(
            tuple(_phrase(raw) for tree in trees for raw in _rows(tree, "phrases")),
            tuple(pattern for tree in trees for pattern in _patterns(tree.get("idioms"))),
            tuple(pattern for tree in trees for pattern in _patterns(tree.get("general"))),
        )

    def hits(self, folded: str) -> list[Hit]:
        """Return what a canonical text contains, idioms and general talk taken out."""
        words = folded.split()
        idioms = [span for pattern in self._idioms for span in pattern.spans(words)]
        general = any(pattern.spans(words) for pattern in self._general)
        found = [hit for phrase in self._phrases for hit in self._of(phrase, words, idioms)]
        return [hit for hit in found if not general or hit.level is Level.EMERGENCY]

    def _of(self, phrase: Phrase, words: Sequence[str], idioms: Sequence[Span]) -> Iterable[Hit]:
        if any(pattern.spans(words) for pattern in phrase.unless):
            return
        for pattern in phrase.patterns:
            for start, end in pattern.spans(words):
                if not any(first < end and start < last for first, last in idioms):
                    yield Hit(phrase.level, phrase.risks, " ".join(words[start:end]))


def _read(path: Path) -> Mapping[str, object]:
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded if isinstance(loaded, dict) else {}


def _rows(tree: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    rows = tree.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _patterns(raw: object) -> tuple[Pattern, ...]:
    return tuple(Pattern.parse(str(written)) for written in raw) if isinstance(raw, list) else ()


def _phrase(raw: Mapping[str, object]) -> Phrase:
    risks = raw.get("risks")
    return Phrase(
        Level[str(raw["level"]).upper()],
        tuple(Risk(str(code)) for code in risks) if isinstance(risks, list) else (),
        _patterns(raw.get("all")),
        _patterns(raw.get("unless")),
    )
