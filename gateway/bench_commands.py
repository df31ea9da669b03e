"""`helpline bench`: measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway import logs

bench = typer.Typer(no_args_is_help=True, help="Measurements that print us and the alternative side by side.")
screen = Console(stderr=True, highlight=False, soft_wrap=True)


@bench.command("nlu")
def bench_nlu(
    massive: Annotated[Path, typer.Option(help="Folder with az-AZ.jsonl and ru-RU.jsonl of MASSIVE.")],
    only: Annotated[list[str] | None, typer.Option(help="An arm to measure; may be repeated.")] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Epochs of Rasa's DIET, whose own default is 100.")] = 100,
    json_out: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Topics by us, by Rasa's default pipeline, by LinearSVC and by the encoder alone: accuracy, time, memory."""
    from gateway.bench_nlu import bench_nlu as measure

    measure(massive, only or [], epochs, json_out)


@bench.command("understanding")
def bench_understanding(
    files: Annotated[list[Path], typer.Argument(help="Labelled messages, as for evaluate.")],
    json_out: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Time and memory of understanding one message on one core, with the encoder and without it."""
    from gateway.bench_understanding import bench_understanding as measure

    measure(files, json_out)


@bench.command("rasa")
def bench_rasa(json_out: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Time turns 2-20 and 1,981-2,000 of one conversation: our door into Rasa and Rasa's own tracker."""
    from gateway.bench import bench_rasa as measure

    logs.configure()
    measure(json_out)


@bench.command("console")
def bench_console(
    consoles: Annotated[int, typer.Option(min=1, help="Consoles that are open.")] = 20,
    messages: Annotated[int, typer.Option(min=5, help="Disclosures that come in, one after another.")] = 40,
    cases: Annotated[int, typer.Option(min=1, help="Cases that wait on the long queue.")] = 500,
    lines: Annotated[int, typer.Option(min=2, help="Messages of the long transcript.")] = 2000,
    json_out: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Time from a disclosure to every open console, and of long pages; beside reloading and reading row by row."""
    from gateway.bench_console import bench_console as measure

    logs.configure()
    measure(consoles, messages, cases, lines, json_out)


@bench.command("smpp")
def bench_smpp(
    seconds: Annotated[float, typer.Option(min=5, help="How long messages go both ways; 1800 for half an hour.")] = 60,
    rate: Annotated[float, typer.Option(min=1, help="Messages a second each way.")] = 50,
    database: Annotated[
        str | None, typer.Option(help="An empty PostgreSQL; SQLite in a temporary folder without it.")
    ] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Messages each way on one SMPP bind, stored before they are answered; beside a client that stores nothing."""
    from gateway.bench_smpp import bench_smpp as measure

    logs.configure()
    measure(seconds, rate, database, json_out)
