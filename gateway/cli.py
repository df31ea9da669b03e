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
from gateway.campaign_commands import campaign
from gateway.settings import Misconfigured, Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Yanında / Рядом: a helpline assistant with a queue for counsellors.",
)
user = typer.Typer(no_args_is_help=True, help="Counsellors' accounts.")
bench = typer.Typer(no_args_is_help=True, help="Measurements that print us and the alternative side by side.")
export = typer.Typer(no_args_is_help=True, help="What leaves the database, without addresses.")
content = typer.Typer(no_args_is_help=True, help="The texts of data/content, for those who edit them.")
directory = typer.Typer(no_args_is_help=True, help="Telephone numbers, places and amounts of data/services.")
app.add_typer(user, name="user")
app.add_typer(directory, name="directory")
app.add_typer(content, name="content")
app.add_typer(campaign, name="campaign")
app.add_typer(export, name="export")
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


@content.command("check")
def content_check() -> None:
    """Find what is missing, too long, unknown, or must not be said; exit 1 when something is wrong."""
    from gateway.content import check as look

    raise typer.Exit(look(Console(highlight=False)))


@content.command("preview")
def content_preview(item: Annotated[str, typer.Argument(help="An item's id, such as P07.")]) -> None:
    """Show an item as a messenger and a plain phone show it, with its SMS parts."""
    from gateway.content import preview

    preview(item, Console(highlight=False))


@content.command("feedback")
def content_feedback() -> None:
    """Show what readers said of each text: item, language, channel; few answers are not shown."""
    from gateway.content import feedback

    logs.configure()
    feedback(_load(), Console(highlight=False))


@directory.command("check")
def directory_check() -> None:
    """Say what is wrong with the directory, unverified, or expires soon; exit 1 when something is wrong."""
    from gateway.directory import check as look

    raise typer.Exit(look(_load(), Console(highlight=False, soft_wrap=True)))


@directory.command("verify")
def directory_verify(
    code: Annotated[str, typer.Argument(help="The record's code, such as child_line.")],
    by: Annotated[str, typer.Option(help="Who called or went there.")],
    on: Annotated[str, typer.Option(help="The day of the call, such as 2026-12-01.")],
    until: Annotated[str, typer.Option(help="The last day on which it may be told.")],
    show: Annotated[bool, typer.Option("--show", help="A number may be told from now on.")] = False,
) -> None:
    """Write into the directory that somebody verified a record."""
    from gateway.directory import verify

    verify(code, by, on, until, show, Console(highlight=False, soft_wrap=True))


@user.command("add")
def user_add(
    name: str,
    role: Annotated[str, typer.Option(help="counsellor or supervisor.")] = "counsellor",
    language: Annotated[str, typer.Option(help="az, ru or en: the console's language.")] = "az",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add a counsellor."""
    from gateway.users import add_user

    logs.configure()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    add_user(_load(), name, role, language, password)
    screen.print(f"{name} may sign in as {role}.")


@export.command("labels")
def export_labels(out: Annotated[Path, typer.Argument(help="The file to write, one JSON object a line.")]) -> None:
    """Write counsellors' verdicts with the texts they are about: as telling as the database, to be kept as safe."""
    from gateway.labels import write_labels

    logs.configure()
    written = write_labels(_load(), out)
    screen.print(f"{written} labels in {out.name}, for its owner alone. It holds what people wrote: keep it safe.")


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
