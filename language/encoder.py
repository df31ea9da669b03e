"""The sentence encoder: multilingual-e5-small, cut and quantised (setup/make_encoder.py), on onnxruntime.

Without its file or its runtime there is no encoder and everything goes on without vectors.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
# Longer messages are read to here; the n-grams read all of them.
LONGEST = 256
_PREFIX = "query: "


class Encoder:
    """Encodes one text at a time, so that a vector never depends on what else is encoded."""

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._tokenizer.enable_truncation(LONGEST)

    @classmethod
    def load(cls, folder: Path) -> Encoder | None:
        """Return the encoder of `folder`, or None when a file or the runtime is missing or a hash is not as recorded."""
        if not _intact(folder):
            return None
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError:
            return None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        model = str(folder / "encoder.onnx")
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return cls(session, Tokenizer.from_file(str(folder / "tokenizer.json")))

    def encode(self, text: str) -> NDArray[np.float32]:
        """Return the vector of `text`: 384 float32 of length 1; near vectors mean near meanings, across languages."""
        ids = np.array([self._tokenizer.encode(_PREFIX + text).ids], np.int64)
        positions = np.arange(ids.shape[1], dtype=np.int64)[None, :]
        vector: NDArray[np.float32] = self._session.run(None, {"ids": ids, "positions": positions})[0][0]
        return vector / max(float(np.linalg.norm(vector)), 1e-12)


def _intact(folder: Path) -> bool:
    """Whether every file is there with the hash that was recorded when it was made."""
    sums = folder / "SHA256SUMS"
    if not sums.exists():
        return False
    for line in sums.read_text(encoding="ascii").splitlines():
        expected, _, name = line.partition("  ")
        path = folder / name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            return False
    return True
