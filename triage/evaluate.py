"""The figures by which understanding is judged, on labelled messages."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

JsonObject = dict[str, object]
_PRESSING = frozenset({"urgent", "emergency"})


class BadRow(ValueError):
    """A line that is no labelled message; says which line and what is wrong."""


@dataclass(frozen=True)
class Row:
    """One labelled message: `lang` az | ru, `level` and codes of data/taxonomy.yml."""

    id: str
    text: str
    lang: str
    style: tuple[str, ...]
    channel: str
    persona: str
    level: str
    risks: frozenset[str]
    topics: frozenset[str]
    hard: bool


@dataclass(frozen=True)
class Prediction:
    """What the product made of a row; `topics` ranked; times in milliseconds."""

    level: str
    risks: tuple[str, ...]
    topics: tuple[str, ...]
    lang: str
    evidence: tuple[tuple[str, ...], ...]
    ms: float
    encoder_ms: float


Judged = tuple[Row, Prediction]


def read_rows(path: Path) -> list[Row]:
    """Read a file of one JSON object a line. Raise BadRow."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_row(line, number) for number, line in enumerate(lines, start=1) if line.strip()]


def _row(line: str, number: int) -> Row:
    try:
        raw = json.loads(line)
        return Row(
            id=str(raw["id"]),
            text=str(raw["text"]),
            lang=str(raw["lang"]),
            style=tuple(raw["style"]),
            channel=str(raw["channel"]),
            persona=str(raw["persona"]),
            level=str(raw["level"]),
            risks=frozenset(raw["risks"]),
            topics=frozenset(raw["topics"]),
            hard=bool(raw["hard"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadRow(f"line {number}: {type(error).__name__}") from None


def evaluate(rows: Sequence[Row], predict: Callable[[Row], Prediction]) -> tuple[JsonObject, list[Judged]]:
    """Return the report of all rows, overall and by language, style, channel, persona and hard, with the predictions."""
    judged = [(row, predict(row)) for row in rows]
    by: dict[str, dict[str, JsonObject]] = {}
    for name, groups in _groups(judged).items():
        by[name] = {group: metrics(members) for group, members in sorted(groups.items())}
    return {"n": len(judged), "overall": metrics(judged), "by": by}, judged


def _groups(judged: Iterable[Judged]) -> Mapping[str, Mapping[str, list[Judged]]]:
    groups: dict[str, dict[str, list[Judged]]] = defaultdict(lambda: defaultdict(list))
    for one in judged:
        row = one[0]
        groups["lang"][row.lang].append(one)
        groups["channel"][row.channel].append(one)
        groups["persona"][row.persona].append(one)
        groups["hard"][str(row.hard).lower()].append(one)
        for style in row.style:
            groups["style"][style].append(one)
    return groups


def metrics(judged: Sequence[Judged]) -> JsonObject:
    """Return every metric of one group; None where no row speaks to it."""
    pressing = [one for one in judged if one[0].level in _PRESSING]
    emergencies = [one for one in judged if one[0].level == "emergency"]
    above = [one for one in judged if one[0].level != "none"]
    calm = [one for one in judged if one[0].level == "none"]
    return {
        "n": len(judged),
        "urgent_recall": _share(pressing, lambda one: one[1].level in _PRESSING),
        "emergency_recall": _share(emergencies, lambda one: one[1].level == "emergency"),
        "referral_recall": _share(above, lambda one: one[1].level != "none"),
        "false_urgent": _share(calm, lambda one: one[1].level in _PRESSING),
        "false_referral": _share(calm, lambda one: one[1].level != "none"),
        "risk_f1": _risk_f1(above),
        "topic_accuracy": _share(calm, lambda one: bool(one[0].topics & set(one[1].topics[:1]))),
        "topic_top3": _share(calm, lambda one: bool(one[0].topics & set(one[1].topics[:3]))),
        "language_accuracy": _share(judged, lambda one: one[0].lang == one[1].lang),
        "latency_ms": _latency([one[1] for one in judged]),
    }


def _share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> float | None:
    return round(sum(map(holds, judged)) / len(judged), 4) if judged else None


def _risk_f1(judged: Sequence[Judged]) -> float | None:
    """Micro F1 over risk codes."""
    hit = sum(len(row.risks & set(made.risks)) for row, made in judged)
    given = sum(len(row.risks) + len(set(made.risks)) for row, made in judged)
    return round(2 * hit / given, 4) if given else None


def _latency(made: Sequence[Prediction]) -> JsonObject:
    if not made:
        return {"p50": None, "p95": None, "encoder_p50": None}
    times = sorted(one.ms for one in made)
    return {
        "p50": round(statistics.median(times), 1),
        "p95": round(times[min(len(times) - 1, int(len(times) * 0.95))], 1),
        "encoder_p50": round(statistics.median(one.encoder_ms for one in made), 1),
    }
