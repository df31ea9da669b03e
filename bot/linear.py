"""Linear models over n-grams and over sentence vectors, kept as plain arrays (no pickles in a model archive)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

_CHARACTERS = {"analyzer": "char_wb", "ngram_range": (2, 5), "sublinear_tf": True, "dtype": np.float32}
_WORDS = {"token_pattern": r"\S+", "ngram_range": (1, 2), "sublinear_tf": True, "dtype": np.float32}
_TELLING = 4


@dataclass(frozen=True)
class Scores:
    """One column of weights for each label, in the order of the labels; contiguous, or each use would copy it."""

    weights: np.ndarray
    bias: np.ndarray

    def of(self, features: csr_matrix | np.ndarray) -> np.ndarray:
        """Return the logits, one row a message."""
        return np.asarray(features @ self.weights) + self.bias


def fit_scores(features: csr_matrix | np.ndarray, labels: Sequence[str], strength: float) -> Scores:
    """Fit a multinomial logistic regression; labels come out in sorted order. `strength` is scikit-learn's C."""
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=150, tol=1e-3, random_state=7)
    model.fit(features, list(labels))
    return Scores(np.ascontiguousarray(model.coef_.T, dtype=np.float32), model.intercept_.astype(np.float32))


class Ngrams:
    """Character and word n-grams of canonical text, weighted by tf-idf."""

    def __init__(self, characters: TfidfVectorizer, words: TfidfVectorizer) -> None:
        self._parts = (characters, words)
        long = [len(term) >= _TELLING for term in characters.get_feature_names_out()]
        self._telling = np.array(long + [True] * len(words.get_feature_names_out()))

    @classmethod
    def learn(cls, texts: Sequence[str]) -> Ngrams:
        """Count the n-grams that occur at least twice."""
        characters = TfidfVectorizer(min_df=2, **_CHARACTERS).fit(texts)
        return cls(characters, TfidfVectorizer(min_df=2, **_WORDS).fit(texts))

    def of(self, texts: Sequence[str]) -> csr_matrix:
        """Return one sparse row a text."""
        return hstack([part.transform(texts) for part in self._parts], format="csr", dtype=np.float32)

    def tell(self, row: csr_matrix) -> bool:
        """Whether a text has any word, or four letters in a row, that was ever seen. Keyboard mash has not."""
        return bool(self._telling[row.indices].any())

    def save(self, folder: Path) -> None:
        """Write vocabularies and weights."""
        for name, part in zip(("characters", "words"), self._parts, strict=True):
            terms = part.get_feature_names_out().tolist()
            (folder / f"{name}.json").write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
            np.save(folder / f"{name}.npy", part.idf_.astype(np.float32), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Ngrams:
        """Read what `save` wrote."""
        return cls(_loaded(folder, "characters", _CHARACTERS), _loaded(folder, "words", _WORDS))


def _loaded(folder: Path, name: str, options: dict[str, object]) -> TfidfVectorizer:
    terms = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    vectorizer = TfidfVectorizer(vocabulary={term: index for index, term in enumerate(terms)}, **options)
    vectorizer.idf_ = np.load(folder / f"{name}.npy", allow_pickle=False)
    return vectorizer


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities, one row a message."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)
