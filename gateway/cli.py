"""`helpline`: the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from gateway import logs
from gateway.bench_commands import bench
from gateway.campaign_commands import campaign
from gateway.export_commands import export
from gateway.figures_command import figures
from gateway.settings import Misconfigured, Settings
from gateway.text_commands import content, directory, texts
from gateway.user_commands import user

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Yanında / Рядом: a helpline assistant with a queue for counsellors.",
)
app.add_typer(user, name="user")
app.add_typer(directory, name="directory")
app.add_typer(content, name="content")
app.add_typer(texts, name="texts")
app.add_typer(campaign, name="campaign")
app.add_typer(export, name="export")
app.add_typer(figures, name="figures")
app.add_typer(bench, name="bench")
screen = Console(stderr=True, highlight=False, soft_wrap=True)

Verbose = Annotated[bool, typer.Option("--verbose", help="Log every event.")]


def main() -> None:
    """Run the command; what a person can repair ends in one line and exit code 2."""
    try:
        app()
    except Misconfigured as error:
        _end(str(error))
    except SQLAlchemyError as error:
        _end(f"the database does not answer ({type(error).__name__}): check HELPLINE_DATABASE_URL")
    except OSError as error:
        _end(f"{error.strerror or type(error).__name__}: {error.filename or ''}")


def _end(line: str) -> None:
    screen.print(f"[bold red]helpline:[/] {line}")
    sys.exit(2)


def _load(**overrides: object) -> Settings:
    from gateway.keys import settings_with_keys

    return settings_with_keys(**overrides)


def _run(make: Callable[[Settings], Coroutine[object, object, None]], verbose: bool) -> None:
    logs.configure(verbose=verbose)
    asyncio.run(make(_load()))


@app.command()
def run(verbose: Verbose = False) -> None:
    """Start everything on this machine: channels, workers, console, Rasa."""
    from gateway.start import run_all

    _run(run_all, verbose)


@app.command()
def gateway(verbose: Verbose = False) -> None:
    """Start the public listener alone: the vendors' webhooks."""
    from gateway.start import run_gateway

    _run(run_gateway, verbose)


@app.command()
def worker(verbose: Verbose = False) -> None:
    """Start the workers alone: turns, sending, polling, what is overdue."""
    from gateway.start import run_worker

    _run(run_worker, verbose)


@app.command()
def console(verbose: Verbose = False) -> None:
    """Start the private listener alone: the counsellors' console."""
    from gateway.start import run_console

    _run(run_console, verbose)


@app.command()
def chat(
    channel: Annotated[str, typer.Option(help="sms or telegram.")] = "telegram",
    sender: Annotated[str, typer.Option(help="Any name: each is a person of its own.")] = "me",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read and write one JSON object a line.")] = False,
    database_url: Annotated[str | None, typer.Option(help="Default: a fresh temporary one.")] = None,
) -> None:
    """Talk to the helpline in a terminal, through the real path."""
    from gateway.chat import chat as talk

    logs.configure()
    raise typer.Exit(talk(channel, sender, jsonl, database_url, sys.stdin, sys.stdout))


@app.command()
def evaluate(
    files: Annotated[list[Path], typer.Argument(help="Labelled messages, one JSON object a line.", exists=True)],
    json_out: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    predictions: Annotated[Path | None, typer.Option(help="Write one line a message here.")] = None,
    together: Annotated[
        int, typer.Option(min=0, help="Also say so many calm messages in one conversation; 0: do not.")
    ] = 0,
) -> None:
    """Measure understanding on labelled messages: triage, language and topics."""
    from gateway.evaluate import evaluate_files

    logs.configure()
    raise typer.Exit(evaluate_files(files, json_out, predictions, together))


@app.command()
def check() -> None:
    """Say what is configured, reachable and stale; exit 1 when something needs doing."""
    from gateway.check import check as look

    logs.configure()
    raise typer.Exit(look(_load(), screen))
