"""`helpline bench understanding`: what one message costs to understand, with the encoder and without it.

Each arm runs in a process of its own, bound to one core: it reads the messages (language, views, vector) and assesses them,
without dialogue, database or network.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import time
from pathlib import Path

import numpy as np
from rich.console import Console

from gateway.settings import ROOT, Misconfigured
from triage.evaluate import BadRow, read_rows

ARMS = ("with_encoder", "without_encoder")
WARM_UP = 20
Figures = dict[str, float]


def bench_understanding(files: list[Path], json_out: bool) -> None:
    """Measure both arms on the texts of labelled files and print them with their ratio. Raise Misconfigured."""
    try:
        texts = [row.text for file in files for row in read_rows(file)]
    except (BadRow, OSError) as error:
        raise Misconfigured(str(error)) from error
    screen = Console(stderr=True)
    report: dict[str, object] = {"n": len(texts)}
    figures: dict[str, Figures] = {}
    for arm in ARMS:
        with screen.status(f"{arm.replace('_', ' ')}: {len(texts)} messages …"):
            figures[arm] = _apart(arm, texts)
    report |= figures | {"ratio": round(figures["with_encoder"]["p50_ms"] / figures["without_encoder"]["p50_ms"], 1)}
    if json_out:
        print(json.dumps(report))
        return
    for arm, one in figures.items():
        print(
            f"{arm.replace('_', ' ')}: median {one['p50_ms']} ms, 95 % within {one['p95_ms']} ms, {one['memory_mb']:.0f} MB"
        )
    print(f"the encoder makes it {report['ratio']} times as long")


def _apart(arm: str, texts: list[str]) -> Figures:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measured, (arm, texts))


def measured(arm: str, texts: list[str]) -> Figures:
    """Return the milliseconds of one message and the most memory this process held, in MB."""
    from language import Reader
    from triage.assess import Triage

    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    reader = Reader.open(ROOT, encoder=arm == "with_encoder")
    if arm == "with_encoder" and not reader.encoder_available:
        raise Misconfigured("the encoder is missing or changed: run `helpline check`")
    triage = Triage.open(ROOT, reader)
    times = []
    for text in [*texts[:WARM_UP], *texts]:
        started = time.perf_counter()
        triage.assess(reader.read(text))
        times.append((time.perf_counter() - started) * 1000)
    p50, p95 = np.percentile(times[min(WARM_UP, len(texts)) :], (50, 95))
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 10)
    return {"p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2), "memory_mb": round(held)}
