"""Trains; each stage is named as it begins, with the seconds since the start."""

from __future__ import annotations

import logging
import os
import sys
import time
import warnings
from pathlib import Path

import structlog

from bot.fingerprint import ROOT, model_path

CONFIG, DOMAIN = ROOT / "config.yml", ROOT / "domain.yml"
DATA = [ROOT / "data" / "nlu", ROOT / "data" / "rules.yml", ROOT / "data" / "stories.yml"]


def train(folder: Path) -> int:
    """Train unless the model of these inputs exists. Print its path last."""
    target = model_path(folder=folder)
    if target.exists():
        print(f"the model of these inputs is there: {target}")
        return 0
    started = time.monotonic()
    _stage("reading rules, stories and messages", started)
    name_stages()
    from rasa.model_training import train as rasa_train

    _stage("training", started)
    # Rasa's own cache does not see a change in a module that a component imports; our fingerprint does.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    folder.mkdir(parents=True, exist_ok=True)
    files = [str(path) for path in DATA]
    result = rasa_train(str(DOMAIN), str(CONFIG), files, str(folder), force_training=True, fixed_model_name=target.name)
    _stage("done", started)
    print(target)
    return int(result.code) if target.exists() else 1


def name_stages() -> None:
    """Let Rasa name the component it is training, and nothing else: no debug output, no warnings of its libraries."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.basicConfig(level=logging.WARNING, format="    %(message)s", stream=sys.stdout)
    logging.getLogger("rasa.engine.training.hooks").setLevel(logging.INFO)
    os.environ["LOG_LEVEL"] = "WARNING"  # no progress bars either
    warnings.showwarning = lambda *args, **kwargs: None


def _stage(name: str, started: float) -> None:
    print(f"[{time.monotonic() - started:5.1f} s] {name}", flush=True)
