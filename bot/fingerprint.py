"""A name for everything that a trained model is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "var" / "models"
_PARTS = (
    "config.yml",
    "domain.yml",
    "data/nlu/**/*.yml",
    "data/rules.yml",
    "data/stories.yml",
    "data/services/districts.yml",
    "data/guides/words/*.yml",
    "bot/**/*.py",
    "language/**/*",
)


def fingerprint(root: Path = ROOT) -> str:
    """Return sixteen hexadecimal digits that change when any part of the model's making does."""
    digest = hashlib.sha256()
    for file in _files(root):
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def model_path(root: Path = ROOT, folder: Path = MODELS) -> Path:
    """Return where the model of the present inputs lies, or would lie."""
    return folder / f"rasa-{fingerprint(root)}.tar.gz"


def _files(root: Path) -> Iterator[Path]:
    for part in _PARTS:
        for file in sorted(root.glob(part)):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file
