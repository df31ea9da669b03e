"""The figures by which understanding is judged, on labelled messages."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from triage.intervals import wilson

JsonObject = dict[str, object]
_PRESSING = frozenset({"urgent", "emergency"})
RANKS = {"none": 0, "concern": 1, "urgent": 2, "emergency": 3}


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
    speaker: str | None = None  # codes of triage.taxonomy.Speaker; None: not said
    before: tuple[str, ...] = ()  # what the same person wrote just before, oldest first


@dataclass(frozen=True)
class Prediction:
    """What the product made of a row; `topics` ranked; times in milliseconds.

    `level`: the highest that the row's message or one before it was given.
    `confidence`: the chance that the row is of this level or a higher one; for none, that it is none.
    """

    level: str
    risks: tuple[str, ...]
    topics: tuple[str, ...]
    lang: str
    evidence: tuple[tuple[str, ...], ...]
    ms: float
    encoder_ms: float
    speaker: str = "unknown"
    confidence: float = 1.0


Judged = tuple[Row, Prediction]


def read_rows(path: Path) -> list[Row]:
    """Read a file of one JSON object a line. Raise BadRow."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_row(line, number) for number, line in enumerate(lines, start=1) if line.strip()]


def _row(line: str, number: int) -> Row:
    try:
        raw = json.loads(line)
        if raw["level"] not in RANKS:
            raise ValueError
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
            speaker=raw.get("speaker"),
            before=tuple(map(str, raw.get("before", ()))),
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


def calm_conversations(rows: Sequence[Row], size: int) -> list[Row]:
    """Put each `size` calm messages of one language and channel, in their order, together as one calm conversation."""
    kinds: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.level == "none" and not row.before:
            kinds[row.lang, row.channel].append(row)
    return [
        replace(calm[end - 1], before=tuple(row.text for row in calm[end - size : end - 1]))
        for calm in kinds.values()
        for end in range(size, len(calm) + 1, size)
    ]


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
    """Return every metric of one group, None where no row speaks to it; `intervals`: 95 %, by Wilson, of each share."""
    shares = {name: _hits(judged, *test) for name, test in _SHARES.items()}
    known = {name: (hits, of) for name, (hits, of) in shares.items() if of}
    return {
        "n": len(judged),
        **{name: round(known[name][0] / known[name][1], 4) if name in known else None for name in shares},
        "risk_f1": _risk_f1([one for one in judged if _above(one)]),
        "calibration_error": calibration_error([(made.confidence, _holds(row, made)) for row, made in judged]),
        "latency_ms": _latency([one[1] for one in judged]),
        "intervals": {name: [round(end, 4) for end in wilson(*counted)] for name, counted in known.items()},
    }


def _above(one: Judged) -> bool:
    return one[0].level != "none"


def _calm(one: Judged) -> bool:
    return one[0].level == "none"


def _pressing(one: Judged) -> bool:
    return one[0].level in _PRESSING


# Of which rows a share is, and what must hold.
_SHARES: Mapping[str, tuple[Callable[[Judged], bool], Callable[[Judged], bool]]] = {
    "urgent_recall": (_pressing, lambda one: one[1].level in _PRESSING),
    "emergency_recall": (lambda one: one[0].level == "emergency", lambda one: one[1].level == "emergency"),
    "referral_recall": (_above, lambda one: one[1].level != "none"),
    "false_urgent": (_calm, lambda one: one[1].level in _PRESSING),
    "false_referral": (_calm, lambda one: one[1].level != "none"),
    "topic_accuracy": (_calm, lambda one: bool(one[0].topics & set(one[1].topics[:1]))),
    "topic_top3": (_calm, lambda one: bool(one[0].topics & set(one[1].topics[:3]))),
    "language_accuracy": (lambda one: True, lambda one: one[0].lang == one[1].lang),
    "speaker_accuracy": (
        lambda one: _above(one) and one[1].level != "none" and one[0].speaker not in (None, "unknown"),
        lambda one: one[0].speaker == one[1].speaker,
    ),
}


def _hits(judged: Sequence[Judged], of: Callable[[Judged], bool], holds: Callable[[Judged], bool]) -> tuple[int, int]:
    asked = [one for one in judged if of(one)]
    return sum(map(holds, asked)), len(asked)


def _holds(row: Row, made: Prediction) -> bool:
    """Whether what `confidence` is of came true."""
    if made.level == "none":
        return row.level == "none"
    return RANKS[row.level] >= RANKS[made.level]


def calibration_error(said: Sequence[tuple[float, bool]]) -> float | None:
    """The expected calibration error over ten bins of equal width."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for chance, true in said:
        bins[min(9, int(chance * 10))].append((chance, true))
    gaps = [abs(sum(chance for chance, _ in one) - sum(true for _, true in one)) for one in bins.values()]
    return round(sum(gaps) / len(said), 4) if said else None


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
