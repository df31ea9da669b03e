"""`helpline bench nlu`: topics of the MASSIVE benchmark by our pipeline and by the alternatives, in one run.

MASSIVE (Amazon, CC BY 4.0, az-AZ and ru-RU) is no product data: nothing that is shipped learns from it. Each arm is trained on
the train split of one language and tested on its test split, in processes of its own; what was measured of the same inputs is
kept in var/bench and not measured again.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from rich.console import Console
from rich.table import Table

from gateway.children import RASA_PYTHON, die_with_parent
from gateway.settings import ROOT, Misconfigured

ARMS = ("ours", "rasa_diet", "linear_svc", "encoder")
FILES = {"az": "az-AZ.jsonl", "ru": "ru-RU.jsonl"}
WORK = ROOT / "var" / "bench"
Figures = dict[str, float]
screen = Console(stderr=True)


def bench_nlu(massive: Path, only: list[str], epochs: int, json_out: bool) -> None:
    """Measure the arms of `only` (none: all) and print them side by side. Raise Misconfigured."""
    unknown = set(only) - set(ARMS)
    if unknown:
        raise Misconfigured(f"--only knows {', '.join(ARMS)}, not {', '.join(sorted(unknown))}")
    missing = [name for name in FILES.values() if not (massive / name).exists()]
    if missing:
        raise Misconfigured(f"{massive} has no {missing[0]}: download MASSIVE 1.1 and name its data folder")
    if not RASA_PYTHON.exists():
        raise Misconfigured("the Rasa environment is missing: run `make train`")
    report = {arm: {language: _figures(arm, language, massive, epochs) for language in FILES} for arm in only or ARMS}
    print(json.dumps(report)) if json_out else _show(report)


def _figures(arm: str, language: str, massive: Path, epochs: int) -> Figures:
    kept = WORK / f"{arm}-{language}-{_fingerprint(arm, massive / FILES[language], epochs)}.json"
    if not kept.exists():
        named = (arm, language, "--massive", str(massive.resolve()), "--work", str(WORK / f"{arm}-{language}"))
        with screen.status(f"{arm}, {language}: training …"):
            _bench("train", *named, "--epochs", str(epochs))
        with screen.status(f"{arm}, {language}: testing …"):
            measured = json.loads(_bench("test", *named).splitlines()[-1])
        kept.write_text(json.dumps(measured | ({"epochs": epochs} if arm == "rasa_diet" else {})), encoding="utf-8")
    figures: Figures = json.loads(kept.read_text(encoding="utf-8"))
    screen.print(f"{arm}, {language}: {figures}")
    return figures


def _bench(*arguments: str) -> str:
    WORK.mkdir(parents=True, exist_ok=True)
    log = WORK / "last.log"
    with log.open("w") as said:
        done = subprocess.run(  # noqa: S603  # our own command
            (str(RASA_PYTHON), "-m", "bot.benchmark", *arguments),
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            preexec_fn=die_with_parent,
        )
    if done.returncode:
        raise Misconfigured(f"{' '.join(arguments[:3])} failed: see {log.relative_to(ROOT)}")
    return done.stdout


def _fingerprint(arm: str, data: Path, epochs: int) -> str:
    """Name everything that an arm's figures come from."""
    digest = sha256(f"{arm} {epochs if arm == 'rasa_diet' else ''}".encode())
    for file in (data, *_sources(arm)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _sources(arm: str) -> Iterator[Path]:
    yield from (ROOT / "bot" / "benchmark.py", ROOT / "setup" / "rasa.lock")
    if arm == "rasa_diet":
        yield ROOT / "setup" / "bench" / "nlu_diet.yml"
    if arm in ("ours", "encoder"):
        yield ROOT / "setup" / "bench" / "nlu_ours.yml"
        yield from (ROOT / "bot" / name for name in ("topics_model.py", "linear.py"))
        yield from sorted((ROOT / "language").glob("*.py"))
        yield ROOT / "language" / "model" / "SHA256SUMS"


def _show(report: dict[str, dict[str, Figures]]) -> None:
    table = Table(title="MASSIVE, trained on train, tested on test")
    for name in ("arm", "language", "accuracy", "ms a message", "memory MB", "epochs"):
        table.add_column(name, justify="left" if name in ("arm", "language") else "right")
    for arm, languages in report.items():
        for language, one in languages.items():
            cells = (
                f"{one['accuracy']:.4f}",
                f"{one['ms']:.2f}",
                f"{one['memory_mb']:.0f}",
                str(one.get("epochs", "–")),
            )
            table.add_row(arm, language, *cells)
    Console().print(table)
