"""Triage: from a message and what came before it to level, risks, who is speaking, and the evidence.

It depends on language alone, never on Rasa; what it finds, no other part may lower.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from language import Reader, Views, canonical
from triage.classifier import Classifier, Scores
from triage.features import BUCKETS, names
from triage.lexicon import Hit, Lexicon
from triage.messages import fingerprint, together
from triage.taxonomy import Level, Risk, Speaker

MODEL = Path("triage") / "model"
# How many earlier messages are read together with the newest.
TOGETHER = 4
_QUOTED_WORDS = 6
_SENTENCE = re.compile(r"(?<=[.!?…\n])\s+")
# Up to WHOLE words a message is read as one; a longer one also by stretches of STRETCH; above LETTER the whole says nothing.
WHOLE = 40
STRETCH = 24
LETTER = 100
SURE = 0.9


@dataclass(frozen=True)
class Evidence:
    """Words that spoke for a level, and what found them: lexicon, classifier, context."""

    words: str = field(repr=False)
    detector: str
    level: Level


@dataclass(frozen=True)
class Finding:
    """What a message calls for. `confidence` is of the level; `unsure` says that a person may be asked back."""

    level: Level
    risks: tuple[Risk, ...]
    speaker: Speaker
    confidence: float
    unsure: bool
    evidence: tuple[Evidence, ...]


_NOTHING = Finding(Level.NONE, (), Speaker.UNKNOWN, 1.0, False, ())


class Triage:
    """The lexicon and the classifier together: the higher level counts."""

    def __init__(self, lexicon: Lexicon, classifier: Classifier, reader: Reader, root: Path) -> None:
        self._lexicon = lexicon
        self._classifier = classifier
        self._reader = reader
        self._root = root

    @classmethod
    def open(cls, root: Path, reader: Reader) -> Triage:
        """Open the lexicon and model below `root`. Raise ModelMissing."""
        return cls(Lexicon.load(root / "data" / "lexicon"), Classifier.load(root / MODEL), reader, root)

    def stale(self) -> bool:
        """Tell whether the messages changed since the model was trained."""
        return fingerprint(self._root / "data") != self._classifier.trained_on

    def assess(self, views: Views, recent: Sequence[Views] = ()) -> Finding:
        """Assess a message; `recent` are the same person's earlier ones, oldest first, and can only raise the level."""
        alone = self._by_stretches(views)
        if not recent or alone.level is Level.EMERGENCY:
            return alone
        together = self._one(self._joined(views, recent))
        return _higher(alone, together)

    def _by_stretches(self, views: Views) -> Finding:
        """A long letter is also assessed stretch by stretch: one sentence of harm weighs little in the whole of it.

        Many stretches are many chances of a false alarm, so that only a sure one counts.
        """
        words = views.raw.split()
        whole = self._one(views)
        if len(words) <= WHOLE:
            return whole
        parts = [self._one(self._reader.read(stretch, views.language)) for stretch in stretches(views.raw)]
        heard = [part for part in parts if _is_sure(part)]
        if len(words) <= LETTER or _is_sure(whole):
            heard.append(whole)
        return max(heard, key=lambda found: (found.level, found.confidence), default=_NOTHING)

    def _joined(self, views: Views, recent: Sequence[Views]) -> Views:
        said = [earlier.raw for earlier in recent[-TOGETHER:]]
        return self._reader.read(together([*said, views.raw]), views.language)

    def _one(self, views: Views) -> Finding:
        if not views.canonical:
            return _NOTHING
        scores, hits = self._classifier.score(views), self._lexicon.hits(views.canonical)
        told = max((hit.level for hit in hits), default=Level.NONE)
        level = max(scores.level, told)
        return Finding(
            level,
            _risks(level, scores, hits),
            scores.speaker if level is not Level.NONE else Speaker.UNKNOWN,
            _confidence(level, scores, told),
            level <= Level.URGENT and told < level and scores.unsure,
            tuple(_evidence(level, views, scores, hits)),
        )


def stretches(text: str) -> list[str]:
    """Sentences, joined while they are short, each beginning with the end of the one before."""
    sentences = [piece for piece in _SENTENCE.split(text) if piece.strip()]
    made: list[str] = []
    for before, sentence in pairwise(["", *sentences]):
        words = f"{before} {sentence}".split()
        made += [
            " ".join(words[start : start + STRETCH])
            for start in range(0, max(1, len(words) - STRETCH // 2), STRETCH // 2)
        ]
    return list(dict.fromkeys(made))


def _is_sure(found: Finding) -> bool:
    told = any(item.detector == "lexicon" for item in found.evidence)
    return found.level is not Level.NONE and (told or found.confidence >= SURE)


def _higher(alone: Finding, together: Finding) -> Finding:
    """The sum of several messages can raise what the newest says by itself; a repetition of the old does not lower it."""
    if together.level <= alone.level:
        return alone
    context = tuple(replace(item, detector="context") for item in together.evidence)
    # What only the sum says is never more pressing than urgent: an emergency is told by one message or the lexicon.
    told = any(item.detector == "lexicon" for item in together.evidence)
    level = together.level if told else min(together.level, Level.URGENT)
    return replace(together, level=max(level, alone.level), evidence=(*alone.evidence, *context))


def _risks(level: Level, scores: Scores, hits: Sequence[Hit]) -> tuple[Risk, ...]:
    if level is Level.NONE:
        return ()
    found = dict.fromkeys([*(risk for hit in hits for risk in hit.risks), *scores.risks])
    if not found and level >= Level.URGENT:
        found = {scores.likeliest: None}
    wish = Risk.HUMAN_REQUEST
    return tuple(risk for risk in found if risk is not wish or len(found) == 1)


def _confidence(level: Level, scores: Scores, told: Level) -> float:
    if told >= level and level is not Level.NONE:
        return max(0.9, scores.reached[level])
    return 1.0 - scores.reached[Level.CONCERN] if level is Level.NONE else scores.reached[level]


def _evidence(level: Level, views: Views, scores: Scores, hits: Sequence[Hit]) -> list[Evidence]:
    found = [Evidence(_as_written(hit.words, views.raw), "lexicon", hit.level) for hit in hits]
    if scores.level is not Level.NONE:
        found.append(Evidence(_telling_words(views, scores), "classifier", scores.level))
    return found


def _as_written(folded: str, raw: str) -> str:
    """The words of the message that a phrase was found in, as the person spelt them; folded where words were joined or cut."""
    sought = set(folded.split())
    written = [word for word in raw.split() if canonical(word) in sought]
    return " ".join(written[: len(folded.split())]).strip(" .,!?…") or folded


def _telling_words(views: Views, scores: Scores) -> str:
    """The words of the message in which the strongest letter sequences stand, in their order."""
    strongest = {int(place) for place in scores.grams}
    said = [word for word in views.raw.split() if _speaks(word, strongest)]
    return " ".join(said[:_QUOTED_WORDS])


def _speaks(word: str, strongest: set[int]) -> bool:
    folded = canonical(word)
    return any(zlib.crc32(name.encode()) % BUCKETS in strongest for name in names(folded)) if folded else False
