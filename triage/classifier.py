"""The statistical part of triage: linear models over letter sequences and kernel models over the encoder's vectors.

Trained by triage.train, stored as arrays; inference is numpy alone and works, with other thresholds, without vectors.
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
FORMAT = 1
# How much the kernel machines' scores count beside the linear ones for risks and speakers.
KERNEL_SHARE = 2.0


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
    """Arrays of `weights.npz` with the settings of `settings.json`."""

    def __init__(self, arrays: Mapping[str, Array], settings: Mapping[str, object]) -> None:
        self._arrays = arrays
        self._settings = settings

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """Raise ModelMissing."""
        try:
            settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as stored:
                arrays = {name: stored[name].astype(np.float32) for name in stored.files}
        except (OSError, ValueError) as error:
            raise ModelMissing(type(error).__name__) from None
        if settings.get("format") != FORMAT:
            raise ModelMissing("format")
        return cls(arrays, settings)

    @property
    def trained_on(self) -> str:
        """The fingerprint of the messages it was trained on."""
        return str(self._settings["messages"])

    def score(self, views: Views) -> Scores:
        """Score one message."""
        places, values = weighted(views.canonical, self._arrays["rarity"])
        linear = self._arrays["linear"][:, places] @ values + self._arrays["linear_bias"]
        mode = "words" if views.vector is None else "both"
        levels, topics = linear[: len(THRESHOLDS)], linear[len(THRESHOLDS) :]
        if views.vector is not None:
            standard = (views.vector - self._arrays["mean"]) / self._arrays["scale"]
            kernel = self._kernel(standard)
            levels = np.concatenate([levels, kernel[: len(THRESHOLDS)]])
            topics = topics + KERNEL_SHARE * kernel[len(THRESHOLDS) :]
        return self._scores(levels, topics, mode, self._strongest(places, values))

    def _kernel(self, standard: Array) -> Array:
        """The support-vector machines' scores: one shared set of vectors, a row of weights each."""
        support = self._arrays["support"]
        distances = ((support - standard) ** 2).sum(axis=1)
        near = np.exp(-float(str(self._settings["gamma"])) * distances)
        scores = self._arrays["support_weights"] @ near + self._arrays["support_bias"]
        return np.asarray(scores, np.float32)

    def _scores(self, levels: Array, topics: Array, mode: str, grams: NDArray[np.int64]) -> Scores:
        mixed = self._arrays[f"mix_{mode}"]
        raw = levels.reshape(-1, len(THRESHOLDS)).T
        reached = _sigmoid((raw * mixed[:, :-1]).sum(axis=1) + mixed[:, -1])
        limits = self._arrays[f"limits_{mode}"]
        risks, speakers = topics[: len(RISKS)], topics[len(RISKS) :]
        chosen = tuple(RISKS[place] for place in np.flatnonzero(risks >= self._arrays[f"risk_limits_{mode}"]))
        return Scores(
            {level: float(chance) for level, chance in zip(THRESHOLDS, reached, strict=True)},
            {level: float(limit) for level, limit in zip(THRESHOLDS, limits, strict=True)},
            chosen,
            RISKS[int(risks.argmax())],
            SPEAKERS[int(speakers.argmax())],
            grams,
        )

    def _strongest(self, places: NDArray[np.int64], values: Array) -> NDArray[np.int64]:
        """Which features spoke most for urgent."""
        spoken = self._arrays["linear"][1, places] * values
        strongest: NDArray[np.int64] = places[np.argsort(-spoken)[:12]]
        return strongest


def _sigmoid(x: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30, 30))), np.float32)
