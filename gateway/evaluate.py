"""`helpline evaluate`: labelled messages through the real path, each as a fresh conversation."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from gateway.chat import talking
from gateway.settings import Misconfigured
from gateway.talk import Talk
from triage.evaluate import RANKS, BadRow, Judged, Prediction, Row, calm_conversations, evaluate, read_rows
from triage.intervals import wilson

NAMES = (
    "urgent_recall",
    "emergency_recall",
    "referral_recall",
    "false_urgent",
    "false_referral",
    "risk_f1",
    "topic_accuracy",
    "topic_top3",
    "language_accuracy",
    "speaker_accuracy",
    "calibration_error",
)


def evaluate_files(files: list[Path], json_out: bool, predictions: Path | None, together: int) -> int:
    """Print the report and write the predictions; return the exit code.

    `together` above 0: also put each so many calm messages into one conversation, and count those with any false urgent.
    """
    screen = Console(stderr=True)
    rows = [row for file in files for row in _rows(file)]
    calm = calm_conversations(rows, together) if together else []
    waiting = iter(track([*rows, *calm], "Messages", console=screen, transient=True))
    with talking() as talk:
        report, judged = evaluate(rows, lambda row: _predict(talk, row, next(waiting).id))
        alarmed = [RANKS[_predict(talk, row, f"{next(waiting).id}-together").level] >= RANKS["urgent"] for row in calm]
    if calm:
        share, interval = round(sum(alarmed) / len(calm), 4), wilson(sum(alarmed), len(calm))
        report["calm_conversations"] = {"n": len(calm), "size": together, "any_urgent": share, "interval": interval}
    if predictions is not None:
        predictions.write_text("".join(_line(one) for one in judged), encoding="utf-8")
    if json_out:
        print(json.dumps(report, ensure_ascii=False))
    else:
        _show(report)
    return 0


def _rows(file: Path) -> list[Row]:
    try:
        return read_rows(file)
    except BadRow as error:
        raise Misconfigured(f"{file.name}: {error}") from None


def _predict(talk: Talk, row: Row, sender: str) -> Prediction:
    levels = [talk.say(sender, row.channel, text).level for text in row.before]
    exchange = talk.say(sender, row.channel, row.text)
    return Prediction(
        level=max([*levels, exchange.level], key=RANKS.__getitem__),
        risks=exchange.risks,
        topics=exchange.topics,
        lang=exchange.language,
        evidence=exchange.evidence,
        speaker=exchange.speaker,
        confidence=exchange.confidence,
        ms=exchange.milliseconds,
        encoder_ms=exchange.encoder_milliseconds,
    )


def _line(one: Judged) -> str:
    row, made = one
    shown = {"id": row.id, "level": made.level, "risks": made.risks, "topics": made.topics, "lang": made.lang}
    return json.dumps({**shown, "evidence": made.evidence}, ensure_ascii=False) + "\n"


def _show(report: dict[str, object]) -> None:
    table = Table(title=f"{report['n']} messages")
    table.add_column("group")
    for name in NAMES:
        table.add_column(name.replace("_", " "), justify="right")
    table.add_row("all", *_cells(report["overall"]))
    groups = report["by"]
    for name, members in groups.items() if isinstance(groups, dict) else ():
        for group, figures in members.items():
            table.add_row(f"{name} {group}", *_cells(figures))
    Console().print(table)
    overall = report["overall"]
    if isinstance(overall, dict):
        for name, (low, high) in overall["intervals"].items():
            print(f"{name.replace('_', ' ')}: {overall[name]:.3f}, 95 % between {low:.3f} and {high:.3f}")
        print("latency ms:", overall["latency_ms"])
    _show_calm(report.get("calm_conversations"))


def _show_calm(calm: object) -> None:
    if isinstance(calm, dict):
        low, high = calm["interval"]
        print(
            f"conversations of {calm['size']} calm messages with any urgent: {calm['any_urgent']:.3f} of {calm['n']}, "
            f"95 % between {low:.3f} and {high:.3f}"
        )


def _cells(figures: object) -> list[str]:
    known = figures if isinstance(figures, dict) else {}
    return ["–" if known.get(name) is None else f"{known[name]:.3f}" for name in NAMES]
