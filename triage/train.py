"""`python -m triage.train`: train the classifier on data/triage and data/nlu. Seeded; about five minutes on two cores."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from language import Reader
from language.variants import typos
from triage.assess import MODEL
from triage.classifier import FORMAT, KERNEL_SHARE, RISKS, SPEAKERS, THRESHOLDS
from triage.features import BUCKETS, counts
from triage.messages import Labelled, fingerprint, read_messages
from triage.taxonomy import Level

Array = NDArray[np.float32]
Progress = Callable[[str], None]
ROOT = Path(__file__).resolve().parent.parent
FOLDS = 5
GAMMA = 1 / 768
# The share of calm messages (in cross-validation, the worse language) that may count as reaching a level.
FALSE_ALARMS = {Level.CONCERN: 0.07, Level.URGENT: 0.04}
# An emergency is told from the other levels: the share of its messages that must be kept.
EMERGENCY_KEPT = 0.88


@dataclass(frozen=True)
class Texts:
    """Messages as the models see them: a sparse row and a standard vector each, in the same order as `labels`."""

    labels: list[Labelled]
    sparse: csr_matrix
    misspelt: csr_matrix
    dense: Array
    rarity: Array
    mean: Array
    scale: Array


def train(root: Path = ROOT, progress: Progress = print) -> None:
    """Train on all messages below `root`/data and write the model; say what cross-validation found."""
    labels = read_messages(root / "data")
    progress(f"reading {len(labels)} messages …")
    texts = _read(labels, Reader.open(root), root / "var" / "cache")
    progress("levels: cross-validation …")
    level, kernel = _held_out_levels(texts)
    arrays: dict[str, NDArray[np.generic]] = {}
    for mode, scores in (("words", [level]), ("both", [level, kernel])):
        mixed, limits = _calibrate(texts, scores, mode, progress)
        arrays |= {f"mix_{mode}": mixed, f"limits_{mode}": limits}
    progress("risks and speakers: cross-validation …")
    arrays |= _risk_limits(texts, progress)
    progress("training on everything …")
    arrays |= _final(texts)
    _write(root / MODEL, arrays, fingerprint(root / "data"))
    progress("done")


def _read(labels: list[Labelled], reader: Reader, cache: Path) -> Texts:
    vectors = _vectors(labels, reader, cache)
    folded = [reader.read(one.text, one.language, encode=False).canonical for one in labels]
    wrong = [typos(text, 0.06, number) for number, text in enumerate(folded)]
    rows = _rows(folded)
    seen = np.bincount(rows.indices, minlength=BUCKETS)
    rarity = (np.log((1 + len(labels)) / (1 + seen)) + 1).astype(np.float32)
    mean, scale = vectors.mean(axis=0), np.full(vectors.shape[1], (vectors - vectors.mean(axis=0)).std(), np.float32)
    dense = (vectors - mean) / scale
    return Texts(labels, _weigh(rows, rarity), _weigh(_rows(wrong), rarity), dense, rarity, mean, scale)


def _vectors(labels: list[Labelled], reader: Reader, cache: Path) -> Array:
    """Vectors are kept between trainings by the text's hash and the encoder's: encoding is most of the time."""
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / f"vectors-{sha256((ROOT / 'language/model/SHA256SUMS').read_bytes()).hexdigest()[:12]}.npz"
    known: dict[str, Array] = {}
    if path.exists():
        with np.load(path, allow_pickle=False) as stored:
            known = dict(zip(stored["names"].tolist(), stored["vectors"], strict=True))
    names = [sha256(f"{one.language}:{one.text}".encode()).hexdigest() for one in labels]
    for name, one in zip(names, labels, strict=True):
        if name not in known:
            vector = reader.read(one.text, one.language).vector
            if vector is None:
                raise SystemExit("training needs the encoder: language/model/encoder.onnx is missing or changed")
            known[name] = vector
    vectors = np.stack([known[name] for name in names])
    np.savez(path, names=np.array(names), vectors=vectors)
    return vectors


def _rows(texts: list[str]) -> csr_matrix:
    found = [counts(text) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in found)])
    places, values = (np.concatenate(column) for column in zip(*found, strict=True))
    return csr_matrix((values, places, ends), shape=(len(texts), BUCKETS))


def _weigh(rows: csr_matrix, rarity: Array) -> csr_matrix:
    weighed = csr_matrix(rows @ diags(rarity))
    norms = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1))).ravel()
    return csr_matrix(diags(1 / np.maximum(norms, 1e-9)) @ weighed)


def _levels(texts: Texts) -> NDArray[np.int64]:
    return np.array([int(one.level) for one in texts.labels])


def _linear(
    texts: Texts, rows: NDArray[np.int64], target: NDArray[np.int64], strength: float = 10.0
) -> LogisticRegression:
    """A linear model on the given messages and their misspelt copies."""
    both = vstack([texts.sparse[rows], texts.misspelt[rows]])
    model = LogisticRegression(C=strength, class_weight="balanced", max_iter=300, tol=1e-3)
    return model.fit(both, np.concatenate([target[rows], target[rows]]))


def _machine(texts: Texts, rows: NDArray[np.int64], target: NDArray[np.int64]) -> SVC:
    return SVC(C=3.0, gamma=GAMMA, class_weight="balanced", cache_size=800).fit(texts.dense[rows], target[rows])


def _folds(texts: Texts) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    strata = [f"{one.language}{int(one.level)}" for one in texts.labels]
    return list(StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(strata, strata))


def _held_out_levels(texts: Texts) -> tuple[Array, Array]:
    """Scores of each message by models that did not see it: one column a threshold."""
    levels = _levels(texts)
    linear = np.zeros((len(levels), len(THRESHOLDS)), np.float32)
    kernel = np.zeros_like(linear)
    for known, held in _folds(texts):
        for column, threshold in enumerate(THRESHOLDS):
            target = (levels >= threshold).astype(int)
            linear[held, column] = _linear(texts, known, target).decision_function(texts.sparse[held])
            kernel[held, column] = _machine(texts, known, target).decision_function(texts.dense[held])
    return linear, kernel


def _calibrate(texts: Texts, scores: list[Array], mode: str, progress: Progress) -> tuple[Array, Array]:
    """Turn scores into probabilities, and choose from which each level counts as reached."""
    levels, mixed, limits = _levels(texts), [], []
    languages = np.array([one.language for one in texts.labels])
    for column, threshold in enumerate(THRESHOLDS):
        inputs = np.stack([score[:, column] for score in scores], axis=1)
        model = LogisticRegression(C=1e3).fit(inputs, levels >= threshold)
        chances = model.predict_proba(inputs)[:, 1]
        limit = _limit(chances, levels, languages, threshold)
        mixed.append([*model.coef_[0], model.intercept_[0]])
        limits.append(limit)
        progress(f"  {mode} {threshold.name.lower()}: {_told(chances >= limit, levels, languages, threshold)}")
    return np.array(mixed, np.float32), np.array(limits, np.float32)


def _limit(chances: Array, levels: NDArray[np.int64], languages: NDArray[np.str_], threshold: Level) -> float:
    if threshold is Level.EMERGENCY:
        return float(np.quantile(chances[levels == threshold], 1 - EMERGENCY_KEPT))
    calm = [chances[(levels == 0) & (languages == language)] for language in ("az", "ru")]
    return float(max(np.quantile(part, 1 - FALSE_ALARMS[threshold]) for part in calm))


def _told(reached: NDArray[np.bool_], levels: NDArray[np.int64], languages: NDArray[np.str_], threshold: Level) -> str:
    parts = []
    for language in ("az", "ru"):
        here = languages == language
        kept, false = reached[here & (levels >= threshold)].mean(), reached[here & (levels == 0)].mean()
        parts.append(f"{language} recall {kept:.3f}, of calm {false:.3f}")
    return "; ".join(parts)


def _targets(texts: Texts) -> NDArray[np.int64]:
    """One column a risk, then one a speaker."""
    rows = [
        [*(risk in one.risks for risk in RISKS), *(one.speaker is speaker for speaker in SPEAKERS)]
        for one in texts.labels
    ]
    return np.array(rows, int)


def _above(texts: Texts) -> NDArray[np.int64]:
    return np.flatnonzero(_levels(texts) > 0)


def _pair(texts: Texts, rows: NDArray[np.int64], target: NDArray[np.int64]) -> tuple[LogisticRegression, SVC]:
    return _linear(texts, rows, target, 5.0), _machine(texts, rows, target)


def _risk_limits(texts: Texts, progress: Progress) -> dict[str, Array]:
    """From which score a risk is named: the best F1 over held-out messages above none."""
    targets, above = _targets(texts), _above(texts)
    words, both = np.zeros(targets.shape, np.float32), np.zeros(targets.shape, np.float32)
    for known, held in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(above, _levels(texts)[above]):
        for column in range(targets.shape[1]):
            linear, machine = _pair(texts, above[known], targets[:, column])
            words[above[held], column] = linear.decision_function(texts.sparse[above[held]])
            both[above[held], column] = KERNEL_SHARE * machine.decision_function(texts.dense[above[held]])
    both += words
    said = both[above][:, len(RISKS) :].argmax(axis=1)
    true = targets[above][:, len(RISKS) :].argmax(axis=1)
    progress(f"  speaker: {np.mean(said == true):.3f} right among messages above none")
    return {
        "risk_limits_words": _best_limits(words[above], targets[above], progress),
        "risk_limits_both": _best_limits(both[above], targets[above], progress),
    }


def _best_limits(scores: Array, targets: NDArray[np.int64], progress: Progress) -> Array:
    limits, hit, given = [], 0, 0
    for column in range(len(RISKS)):
        options = np.quantile(scores[:, column], np.linspace(0.5, 0.995, 100))
        true = targets[:, column]
        limit = max(options, key=lambda option: _f1(scores[:, column] >= option, true))
        said = scores[:, column] >= limit
        hit, given = hit + int((said & (true == 1)).sum()), given + int(said.sum() + true.sum())
        limits.append(limit)
    progress(f"  risks: micro F1 {2 * hit / given:.3f}")
    return np.array(limits, np.float32)


def _f1(said: NDArray[np.bool_], true: NDArray[np.int64]) -> float:
    return float(2 * (said & (true == 1)).sum() / max(1, said.sum() + true.sum()))


def _final(texts: Texts) -> dict[str, NDArray[np.generic]]:
    levels, everything = _levels(texts), np.arange(len(texts.labels))
    linear = [_linear(texts, everything, (levels >= threshold).astype(int)) for threshold in THRESHOLDS]
    machines = [_machine(texts, everything, (levels >= threshold).astype(int)) for threshold in THRESHOLDS]
    targets, above = _targets(texts), _above(texts)
    pairs = [_pair(texts, above, targets[:, column]) for column in range(targets.shape[1])]
    models = [*linear, *(pair[0] for pair in pairs)]
    return {
        "linear": np.vstack([model.coef_ for model in models]).astype(np.float16),
        "linear_bias": np.concatenate([model.intercept_ for model in models]).astype(np.float32),
        "rarity": texts.rarity.astype(np.float16),
        "mean": texts.mean.astype(np.float32),
        "scale": texts.scale.astype(np.float32),
        **_supports(
            [(everything, machine) for machine in machines] + [(above, machine) for _, machine in pairs], texts
        ),
    }


def _supports(machines: list[tuple[NDArray[np.int64], SVC]], texts: Texts) -> dict[str, NDArray[np.generic]]:
    """The support vectors of all machines, kept once each; `rows` are the messages that a machine was trained on."""
    used = sorted({int(row) for rows, machine in machines for row in rows[machine.support_]})
    place = {row: number for number, row in enumerate(used)}
    weights = np.zeros((len(machines), len(used)), np.float32)
    for number, (rows, machine) in enumerate(machines):
        weights[number, [place[int(row)] for row in rows[machine.support_]]] = machine.dual_coef_[0]
    return {
        "support": texts.dense[used].astype(np.float16),
        "support_weights": weights.astype(np.float16),
        "support_bias": np.concatenate([machine.intercept_ for _, machine in machines]).astype(np.float32),
    }


def _write(folder: Path, arrays: dict[str, NDArray[np.generic]], messages: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / "weights.npz", **arrays)  # type: ignore[arg-type]  # its stub takes a flag by name
    settings = {"format": FORMAT, "messages": messages, "gamma": GAMMA}
    (folder / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    train(progress=lambda line: print(line, file=sys.stderr, flush=True))
