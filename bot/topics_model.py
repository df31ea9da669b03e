"""From canonical text and, when there is one, a sentence vector to a ranking of intents with honest confidences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedShuffleSplit

from bot.linear import Ngrams, Scores, fit_scores, softmax
from language.teaching import held_back

_ENOUGH = 4
_HELD_OUT = 0.25
_NGRAM_STRENGTH = 10.0
_VECTOR_STRENGTH = 50.0
_SHARPNESS = (0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0)
_SHARES = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0)


@dataclass(frozen=True)
class Blend:
    """How scores are added: `alone` sharpens n-grams when there is no vector, the other two hold when there is one."""

    alone: float
    ngrams: float
    vectors: float


class TopicsModel:
    """A trained classifier; `labels` are sorted."""

    def __init__(
        self, labels: Sequence[str], ngrams: Ngrams, scores: Scores, vectors: Scores | None, blend: Blend
    ) -> None:
        self.labels = tuple(labels)
        self._ngrams, self._scores, self._vectors, self._blend = ngrams, scores, vectors, blend

    @classmethod
    def train(cls, texts: Sequence[str], labels: Sequence[str], vectors: np.ndarray | None) -> TopicsModel:
        """Fit on everything; find on held-out messages how much to trust each score."""
        blend = _blend(texts, np.array(labels), vectors)
        ngrams = Ngrams.learn(texts)
        scores = fit_scores(ngrams.of(texts), labels, _NGRAM_STRENGTH)
        of_vectors = None if vectors is None else fit_scores(vectors, labels, _VECTOR_STRENGTH)
        return cls(sorted(set(labels)), ngrams, scores, of_vectors, blend)

    def confidences(self, text: str, vector: np.ndarray | None) -> np.ndarray:
        """Return one probability for each label; all equal for a text in which nothing is known."""
        row = self._ngrams.of([text])
        if not self._ngrams.tell(row):
            return np.full(len(self.labels), 1 / len(self.labels))
        logits = self._scores.of(row)
        if vector is None or self._vectors is None:
            return softmax(logits * self._blend.alone)[0]
        return softmax(logits * self._blend.ngrams + self._vectors.of(vector[None, :]) * self._blend.vectors)[0]

    def save(self, folder: Path) -> None:
        """Write arrays and JSON."""
        self._ngrams.save(folder)
        arrays = {"weights": self._scores.weights, "bias": self._scores.bias}
        if self._vectors is not None:
            arrays |= {"vector_weights": self._vectors.weights, "vector_bias": self._vectors.bias}
        np.savez(folder / "scores.npz", **arrays)
        described = {"labels": self.labels, "blend": vars(self._blend)}
        (folder / "topics.json").write_text(json.dumps(described), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TopicsModel:
        """Read what `save` wrote."""
        described = json.loads((folder / "topics.json").read_text(encoding="utf-8"))
        with np.load(folder / "scores.npz", allow_pickle=False) as arrays:
            scores = Scores(arrays["weights"], arrays["bias"])
            vectors = Scores(arrays["vector_weights"], arrays["vector_bias"]) if "vector_bias" in arrays else None
        return cls(described["labels"], Ngrams.load(folder), scores, vectors, Blend(**described["blend"]))


def _blend(texts: Sequence[str], labels: np.ndarray, vectors: np.ndarray | None) -> Blend:
    if min(np.unique(labels, return_counts=True)[1]) < _ENOUGH:
        return Blend(1.0, 0.5, 0.5)  # too little to learn it from: a model of a test
    by_ngrams, by_vectors, gold = _held_out(list(texts), labels, vectors)
    alone = min(_SHARPNESS, key=lambda sharp: _surprise(by_ngrams * sharp, gold))
    if by_vectors is None:
        return Blend(alone, alone, 0.0)
    pairs = [(sharp * (1 - share), sharp * share) for sharp in _SHARPNESS for share in _SHARES]
    both = min(pairs, key=lambda pair: _surprise(by_ngrams * pair[0] + by_vectors * pair[1], gold))
    return Blend(alone, *both)


def _held_out(
    texts: list[str], labels: np.ndarray, vectors: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Return logits for the messages held back, by models that learnt from the rest, and the right labels."""
    train, held = _split(texts, labels)
    seen, unseen = [texts[index] for index in train], [texts[index] for index in held]
    ngrams = Ngrams.learn(seen)
    by_ngrams = fit_scores(ngrams.of(seen), labels[train], _NGRAM_STRENGTH).of(ngrams.of(unseen))
    by_vectors = None
    if vectors is not None:
        by_vectors = fit_scores(vectors[train], labels[train], _VECTOR_STRENGTH).of(vectors[held])
    return by_ngrams, by_vectors, np.searchsorted(np.unique(labels), labels[held])


def _split(texts: list[str], labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Those that did not teach the encoder either; where they lack a label, as in a small set, a random quarter."""
    back = np.array([held_back(text) for text in texts])
    if set(labels[back]) == set(labels) == set(labels[~back]):
        return np.flatnonzero(~back), np.flatnonzero(back)
    split = StratifiedShuffleSplit(1, test_size=_HELD_OUT, random_state=7)
    train, held = next(split.split(texts, labels))
    return train, held


def _surprise(logits: np.ndarray, gold: np.ndarray) -> float:
    """Return the mean negative log probability of the right label."""
    right = softmax(logits)[np.arange(len(gold)), gold]
    return float(-np.log(np.maximum(right, 1e-9)).mean())
