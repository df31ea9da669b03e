"""Our topics beside the alternatives, on MASSIVE (Amazon, CC BY 4.0): one arm in one language, trained or tested.

python -m bot.benchmark train ARM LANGUAGE --massive DIR --work DIR [--epochs N]
python -m bot.benchmark test ARM LANGUAGE --massive DIR --work DIR     print one JSON object: accuracy, ms, memory_mb, n

Training and testing are two processes, so that memory is that of a service which only answers. `helpline bench nlu` runs them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from bot.fingerprint import ROOT

ARMS = ("ours", "rasa_diet", "linear_svc", "encoder")
CONFIGS = {"ours": "nlu_ours.yml", "rasa_diet": "nlu_diet.yml"}
FILES = {"az": "az-AZ.jsonl", "ru": "ru-RU.jsonl"}
Rows = list[tuple[str, str]]
Predict = Callable[[str], str]


def main() -> int:
    """Train or test one arm; return the status."""
    asked = _arguments()
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["OMP_NUM_THREADS"] = "1" if asked.step == "test" else str(os.cpu_count() or 1)
    if asked.arm != "rasa_diet":
        from bot.slim import leave_out_tensorflow

        leave_out_tensorflow()
    rows = read_massive(asked.massive / FILES[asked.language], "train" if asked.step == "train" else "test")
    asked.work.mkdir(parents=True, exist_ok=True)
    if asked.step == "train":
        _train(asked, rows)
    else:
        print(json.dumps(measure(_loaded(asked), rows)))
    return 0


def read_massive(file: Path, partition: str) -> Rows:
    """Return text and intent of each utterance of a partition: train | dev | test."""
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [(row["utt"], row["intent"]) for row in rows if row["partition"] == partition]


def measure(predict: Predict, rows: Rows) -> dict[str, float]:
    """Return the share of right intents, the median milliseconds of one message, and the most memory held, in MB."""
    times, right = [], 0
    for text, intent in rows:
        started = time.perf_counter()
        right += predict(text) == intent
        times.append((time.perf_counter() - started) * 1000)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10)
    return {
        "accuracy": round(right / len(rows), 4),
        "ms": round(statistics.median(times), 2),
        "memory_mb": round(held),
        "n": len(rows),
    }


def _train(asked: argparse.Namespace, rows: Rows) -> None:
    if asked.arm in CONFIGS:
        _train_rasa(asked, rows)
        return
    import joblib

    model = _linear() if asked.arm == "linear_svc" else _on_vectors()
    texts = [text for text, _ in rows]
    model.fit(texts if asked.arm == "linear_svc" else _vectors(texts), [intent for _, intent in rows])
    joblib.dump(model, asked.work / "model.joblib")


def _train_rasa(asked: argparse.Namespace, rows: Rows) -> None:
    from rasa.model_training import train_nlu

    from bot.training import name_stages

    name_stages()
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    config = yaml.safe_load((ROOT / "setup" / "bench" / CONFIGS[asked.arm]).read_text(encoding="utf-8"))
    for part in config["pipeline"]:
        if "epochs" in part:
            part["epochs"] = asked.epochs
    (asked.work / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    (asked.work / "nlu.yml").write_text(_as_nlu(rows), encoding="utf-8")
    written = train_nlu(
        str(asked.work / "config.yml"), str(asked.work / "nlu.yml"), str(asked.work), fixed_model_name="model"
    )
    if written is None:
        raise SystemExit("Rasa trained nothing")


def _as_nlu(rows: Rows) -> str:
    intents: dict[str, list[str]] = {}
    for text, intent in rows:
        intents.setdefault(intent, []).append(text)
    listed = [{"intent": name, "examples": "".join(f"- {text}\n" for text in texts)} for name, texts in intents.items()]
    return str(yaml.safe_dump({"version": "3.1", "nlu": listed}, allow_unicode=True))


def _loaded(asked: argparse.Namespace) -> Predict:
    if asked.arm in CONFIGS:
        from rasa.core.agent import Agent

        from bot.training import name_stages

        name_stages()
        agent = Agent.load(str(asked.work / "model.tar.gz"))
        loop = asyncio.new_event_loop()
        return lambda text: str(loop.run_until_complete(agent.parse_message(text))["intent"]["name"])
    import joblib

    model: Any = joblib.load(asked.work / "model.joblib")
    if asked.arm == "linear_svc":
        return lambda text: str(model.predict([text])[0])
    return lambda text: str(model.predict(_vectors([text]))[0])


def _linear() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 5), sublinear_tf=True, min_df=2)
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    return make_pipeline(make_union(letters, words), LinearSVC(C=0.5))


def _on_vectors() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=50.0, max_iter=1000)


def _vectors(texts: Iterable[str]) -> Any:
    import numpy as np

    from bot.reading import sentence_vectors

    return np.stack([vector for vector in sentence_vectors(list(texts)) if vector is not None])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bot.benchmark", description=__doc__)
    parser.add_argument("step", choices=("train", "test"))
    parser.add_argument("arm", choices=ARMS)
    parser.add_argument("language", choices=tuple(FILES))
    parser.add_argument("--massive", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
