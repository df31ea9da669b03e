"""`python -m triage.train`: train the linear models on data/triage and data/nlu, and choose every threshold.

The encoder and its heads are taught before, by setup/finetune_encoder.py. One message in eight is held back from both; on
those, in their own and in other spellings, the scores are calibrated and the thresholds chosen. Seeded; minutes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression

from language import Reader
from language.teaching import held_back
from language.variants import spellings, typos
from triage.assess import MODEL
from triage.classifier import FORMAT, RISKS, SPEAKERS, THRESHOLDS, heads_of, said_by
from triage.features import BUCKETS, counts
from triage.intervals import wilson
from triage.messages import Labelled, calm_conversations, fingerprint, read_messages
from triage.taxonomy import Level

Array = NDArray[np.float32]
Rows = NDArray[np.int64]
Progress = Callable[[str], None]
ROOT = Path(__file__).resolve().parent.parent
OUTPUTS = len(THRESHOLDS) + len(RISKS) + len(SPEAKERS)
# The share of calm messages held back that may count as reaching a level, whatever recall asks for. Half of them are written to
# alarm (data/nlu/*/hard.yml), so that a helpline sees about half of this. Below 0.06, recall of urgent falls steeply.
FALSE_ALARMS = {Level.CONCERN: 0.07, Level.URGENT: 0.06}
# The recall whose lower confidence bound each style should keep, as far as FALSE_ALARMS allows.
RECALL = {Level.CONCERN: 0.94, Level.URGENT: 0.93}
# The share of emergencies that must be told from urgent; too few are held back for a bound on each style. The aim is 0.90: what
# is asked for beyond it is paid for with urgent messages that ring as emergencies (at 0.95 every third one did).
EMERGENCY_KEPT = 0.92


@dataclass(frozen=True)
class Held:
    """A held-back message in one spelling: `style` names it."""

    one: Labelled
    style: str
    folded: str
    heads: Array


def train(root: Path = ROOT, progress: Progress = print) -> None:
    """Train on all messages below `root`/data and write the model; say what the held-back messages show."""
    labels = read_messages(root / "data")
    known = [one for one in labels if not held_back(one.text)]
    known += calm_conversations(known, 1)
    back = [one for one in labels if held_back(one.text)]
    progress(f"reading {len(labels)} messages, {len(back)} of them held back …")
    reader = Reader.open(root)
    held = list(_held([*back, *calm_conversations(back, 2)], reader, root))
    progress("training on the others, to choose thresholds …")
    linear = Linear.fit(known, reader)
    arrays = _calibrated(linear, held, progress)
    progress("training on everything …")
    arrays |= Linear.fit([*labels, *calm_conversations(labels, 1)], reader).arrays()
    _write(root / MODEL, arrays, fingerprint(root / "data"))
    progress("done")


def _held(back: list[Labelled], reader: Reader, root: Path) -> Iterator[Held]:
    heads = heads_of(root / MODEL)
    for number, one in enumerate(back):
        for style, text in _styles(one, number):
            views = reader.read(text, one.language)
            if views.vector is None:
                raise SystemExit("training needs the encoder: language/model/encoder.onnx is missing or changed")
            yield Held(one, style, views.canonical, said_by(heads, views.vector))


def _styles(one: Labelled, number: int) -> Iterator[tuple[str, str]]:
    yield f"{one.language} as written", one.text
    yield f"{one.language} typos", typos(one.text, 0.05, number)
    for spell in spellings(one.language):
        yield f"{one.language} {spell.__name__.strip('_')}", spell(one.text)


@dataclass(frozen=True)
class Linear:
    """A linear model an output, over the same features."""

    weights: Array
    bias: Array
    rarity: Array

    @classmethod
    def fit(cls, labels: list[Labelled], reader: Reader) -> Linear:
        folded = [reader.read(one.text, one.language, encode=False).canonical for one in labels]
        rows = _counted(folded)
        rarity = (np.log((1 + len(labels)) / (1 + np.bincount(rows.indices, minlength=BUCKETS))) + 1).astype(np.float32)
        wrong = _counted([typos(text, 0.06, number) for number, text in enumerate(folded)])
        features = vstack([_weigh(rows, rarity), _weigh(wrong, rarity)]).tocsr()
        targets = np.vstack([_targets(labels)] * 2)
        above = np.flatnonzero(targets[:, 0])
        models = [_fit(features, targets[:, column], 10.0) for column in range(len(THRESHOLDS))]
        models += [_fit(features[above], targets[above, column], 5.0) for column in range(len(THRESHOLDS), OUTPUTS)]
        return cls(
            np.vstack([model.coef_ for model in models]).astype(np.float32),
            np.concatenate([model.intercept_ for model in models]).astype(np.float32),
            rarity,
        )

    def scores(self, folded: list[str]) -> Array:
        """One row a text, one column an output."""
        return np.asarray(_weigh(_counted(folded), self.rarity) @ self.weights.T + self.bias, np.float32)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        return {
            "linear": self.weights.astype(np.float16),
            "linear_bias": self.bias,
            "rarity": self.rarity.astype(np.float16),
        }


def _fit(features: csr_matrix, target: Rows, strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, class_weight="balanced", max_iter=300, tol=1e-3).fit(features, target)


def _targets(labels: list[Labelled]) -> Rows:
    """One column a threshold, a risk, a speaker."""
    return np.array(
        [
            [
                *(one.level >= threshold for threshold in THRESHOLDS),
                *(risk in one.risks for risk in RISKS),
                *(one.speaker is speaker for speaker in SPEAKERS),
            ]
            for one in labels
        ],
        np.int64,
    )


def _counted(texts: list[str]) -> csr_matrix:
    found = [counts(text) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in found)])
    places, values = (np.concatenate(column) for column in zip(*found, strict=True))
    return csr_matrix((values, places, ends), shape=(len(texts), BUCKETS))


def _weigh(rows: csr_matrix, rarity: Array) -> csr_matrix:
    weighed = csr_matrix(rows @ diags(rarity))
    norms = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1))).ravel()
    return csr_matrix(diags(1 / np.maximum(norms, 1e-9)) @ weighed)


def _calibrated(linear: Linear, held: list[Held], progress: Progress) -> dict[str, NDArray[np.generic]]:
    """How the scores are mixed into chances, and from which chance on each output counts; without and with vectors."""
    scores = linear.scores([one.folded for one in held])
    heads = np.stack([one.heads for one in held])
    targets = _targets([one.one for one in held])
    arrays: dict[str, NDArray[np.generic]] = {}
    for mode, inputs in (("words", scores[:, :, None]), ("both", np.stack([scores, heads], 2))):
        mixed, chances = _mix(inputs, targets)
        limits = [_limit(chances[:, column], targets, held, threshold) for column, threshold in enumerate(THRESHOLDS)]
        for threshold, limit in zip(THRESHOLDS, limits, strict=True):
            _tell(f"{mode} {threshold.name.lower()}", chances, targets, held, (threshold, limit), progress)
        above = targets[:, 0] == 1
        risks = slice(len(THRESHOLDS), -len(SPEAKERS))
        risk_limit, best = _best_limit(chances[above, risks], targets[above, risks])
        speaker = chances[above, -len(SPEAKERS) :].argmax(1) == targets[above, -len(SPEAKERS) :].argmax(1)
        progress(f"  {mode} risks: micro F1 {best:.3f}; speaker right {speaker.mean():.3f}")
        arrays |= {f"mix_{mode}": mixed, f"limits_{mode}": np.array(limits, np.float32)}
        arrays[f"risk_limit_{mode}"] = np.array(risk_limit, np.float32)
    return arrays


def _mix(inputs: Array, targets: Rows) -> tuple[Array, Array]:
    """Fit a small logistic regression an output: each level by itself, all risks and all speakers with one each."""
    above = targets[:, 0] == 1
    level_mixes = [_chance(inputs[:, column], targets[:, column]) for column in range(len(THRESHOLDS))]
    groups = ((len(THRESHOLDS), OUTPUTS - len(SPEAKERS)), (OUTPUTS - len(SPEAKERS), OUTPUTS))
    shared = []
    for first, last in groups:
        rows = inputs[above, first:last].reshape(-1, inputs.shape[2])
        shared += [_chance(rows, targets[above, first:last].ravel())] * (last - first)
    mixed = np.array([*level_mixes, *shared], np.float32)
    raw = (inputs * mixed[None, :, :-1]).sum(2) + mixed[:, -1]
    return mixed, np.asarray(1 / (1 + np.exp(-raw)), np.float32)


def _chance(inputs: Array, target: Rows) -> list[float]:
    model = LogisticRegression(C=1e3).fit(inputs, target)
    return [*model.coef_[0], model.intercept_[0]]


def _limit(chances: Array, targets: Rows, held: list[Held], threshold: Level) -> float:
    """The highest limit at which every style's recall keeps its lower bound, but none with too many false alarms."""
    reached = targets[:, THRESHOLDS.index(threshold)] == 1
    if threshold is Level.EMERGENCY:
        return float(np.quantile(chances[reached], 1 - EMERGENCY_KEPT))
    styles = np.array([one.style for one in held])
    limit = min(_style_limit(chances[reached & (styles == style)], RECALL[threshold]) for style in set(styles))
    return max(limit, float(np.quantile(chances[targets[:, 0] == 0], 1 - FALSE_ALARMS[threshold])))


def _tell(
    label: str, chances: Array, targets: Rows, held: list[Held], chosen: tuple[Level, float], progress: Progress
) -> None:
    threshold, limit = chosen
    column = THRESHOLDS.index(threshold)
    said, styles = chances[:, column] >= limit, np.array([one.style for one in held])
    for style in sorted(set(styles)):
        kept, false = (
            said[(targets[:, column] == 1) & (styles == style)],
            said[(targets[:, 0] == 0) & (styles == style)],
        )
        low, high = wilson(int(kept.sum()), len(kept))
        progress(f"  {label} {style}: recall {kept.mean():.3f} ({low:.3f}–{high:.3f}), of calm {false.mean():.3f}")


def _style_limit(chances: Array, recall: float) -> float:
    """The highest limit that keeps the lower bound of recall at `recall`; 0 when too few messages can show it."""
    ordered = np.sort(chances)
    for missed in range(len(ordered) - 1, -1, -1):
        if wilson(len(ordered) - missed, len(ordered))[0] >= recall:
            return float(ordered[missed])
    return float(ordered[0])


def _best_limit(chances: Array, targets: Rows) -> tuple[float, float]:
    """The one limit over all risks with the best micro F1, and that."""
    found = [(_micro_f1(chances >= at, targets), float(at)) for at in np.linspace(0.05, 0.9, 86)]
    best, at = max(found)
    return at, best


def _micro_f1(said: NDArray[np.bool_], true: Rows) -> float:
    return float(2 * (said & (true == 1)).sum() / max(1, said.sum() + true.sum()))


def _write(folder: Path, arrays: dict[str, NDArray[np.generic]], messages: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "weights.npz", **arrays)  # type: ignore[arg-type]  # its stub takes a flag by name
    settings = {"format": FORMAT, "messages": messages}
    (folder / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    train(progress=lambda line: print(line, file=sys.stderr, flush=True))
