"""The statistical part of triage: linear models over letter sequences, and the encoder's heads over its vectors.

The encoder and its heads are taught by setup/finetune_encoder.py, the rest by triage.train; inference is numpy alone and
works, with other thresholds, without vectors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from language import Views
from triage.features import weighted
from triage.taxonomy import Level, Risk, Speaker

Array = NDArray[np.float32]
THRESHOLDS = (Level.CONCERN, Level.URGENT, Level.EMERGENCY)
RISKS = tuple(Risk)
SPEAKERS = tuple(Speaker)
FORMAT = 2
# The heads, beside the weights: made together with the encoder, and of use with no other.
HEADS = Path("triage") / "model" / "heads.npz"


class ModelMissing(Exception):
    """The trained model is not there or of another format: run `python -m triage.train`."""


@dataclass(frozen=True)
class Scores:
    """`reached`: for each level above none, the probability that the message calls for it or more.

    `limits` are the probabilities from which a level counts as reached; `grams` names the strongest letter sequences.
    """

    reached: Mapping[Level, float]
    limits: Mapping[Level, float]
    risks: tuple[Risk, ...]
    likeliest: Risk
    speaker: Speaker
    grams: NDArray[np.int64]

    @property
    def level(self) -> Level:
        """The highest level whose own limit and all lower ones are reached."""
        reached = Level.NONE
        for level in THRESHOLDS:
            if self.reached[level] < self.limits[level]:
                break
            reached = level
        return reached

    @property
    def unsure(self) -> bool:
        """Just above a limit, or just below one."""
        return any(0.6 <= self.reached[level] / self.limits[level] <= 1.4 for level in THRESHOLDS[:2])


class Classifier:
    """Arrays of `weights.npz` and `heads.npz` with the settings of `settings.json`."""

    def __init__(self, arrays: Mapping[str, Array], heads: Mapping[str, Array], settings: Mapping[str, object]) -> None:
        self._arrays = arrays
        self._heads = heads
        self._settings = settings

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Raise ModelMissing."""
        try:
            settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
            arrays, heads = _arrays(folder / "weights.npz"), heads_of(folder)
        except (OSError, ValueError) as error:
            raise ModelMissing(type(error).__name__) from None
        if settings.get("format") != FORMAT:
            raise ModelMissing("format")
        return cls(arrays, heads, settings)

    @property
    def trained_on(self) -> str:
        """The fingerprint of the messages it was trained on."""
        return str(self._settings["messages"])

    def score(self, views: Views) -> Scores:
        """Score one message."""
        places, values = weighted(views.canonical, self._arrays["rarity"])
        linear = self._arrays["linear"][:, places] @ values + self._arrays["linear_bias"]
        if views.vector is None:
            return self._scores(linear[:, None], "words", self._strongest(places, values))
        both = np.stack([linear, said_by(self._heads, views.vector)], 1)
        return self._scores(both, "both", self._strongest(places, values))

    def _scores(self, raw: Array, mode: str, grams: NDArray[np.int64]) -> Scores:
        """`raw`: a row an output (levels, risks, speakers), a column a model."""
        mixed = self._arrays[f"mix_{mode}"]
        chances = _sigmoid((raw * mixed[:, :-1]).sum(axis=1) + mixed[:, -1])
        reached, risks = chances[: len(THRESHOLDS)], chances[len(THRESHOLDS) : -len(SPEAKERS)]
        limits = self._arrays[f"limits_{mode}"]
        chosen = tuple(RISKS[place] for place in np.flatnonzero(risks >= self._arrays[f"risk_limit_{mode}"]))
        return Scores(
            {level: float(chance) for level, chance in zip(THRESHOLDS, reached, strict=True)},
            {level: float(limit) for level, limit in zip(THRESHOLDS, limits, strict=True)},
            chosen,
            RISKS[int(risks.argmax())],
            SPEAKERS[int(chances[-len(SPEAKERS) :].argmax())],
            grams,
        )

    def _strongest(self, places: NDArray[np.int64], values: Array) -> NDArray[np.int64]:
        """Which features spoke most for urgent."""
        spoken = self._arrays["linear"][1, places] * values
        strongest: NDArray[np.int64] = places[np.argsort(-spoken)[:12]]
        return strongest


def heads_of(folder: Path) -> dict[str, Array]:
    """Read the heads of `folder`: weights and biases of each."""
    return _arrays(folder / HEADS.name)


def said_by(heads: Mapping[str, Array], vector: Array) -> Array:
    """What the heads say of a vector, before any calibration: levels, risks, speakers."""
    said = [heads[name] @ vector + heads[f"{name}_bias"] for name in ("levels", "risks", "speakers")]
    return np.concatenate(said).astype(np.float32)


def _arrays(path: Path) -> dict[str, Array]:
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files if name != "topic_names"}


def _sigmoid(x: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30, 30))), np.float32)
