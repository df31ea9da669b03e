"""`helpline export`: what leaves the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway import logs
from gateway.keys import settings_with_keys

export = typer.Typer(no_args_is_help=True, help="What leaves the database, without addresses.")
screen = Console(stderr=True, highlight=False, soft_wrap=True)


@export.command("case")
def export_case(
    case: Annotated[int, typer.Argument(help="The case's number.", min=1)],
    with_text: Annotated[
        bool, typer.Option("--with-text", help="With what counsellors wrote: summary, notes, talks.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="A new file, for its owner alone. Default: standard output.")] = None,
) -> None:
    """Write a case as JSON in Primero's names (docs/case-export.md): no address, no message; who did it is written down."""
    from gateway.case_export import write_case

    logs.configure()
    write_case(settings_with_keys(), case, out, texts=with_text)


@export.command("labels")
def export_labels(out: Annotated[Path, typer.Argument(help="The file to write, one JSON object a line.")]) -> None:
    """Write counsellors' verdicts with the texts they are about: as telling as the database, to be kept as safe."""
    from gateway.labels import write_labels

    logs.configure()
    written = write_labels(settings_with_keys(), out)
    screen.print(f"{written} labels in {out.name}, for its owner alone. It holds what people wrote: keep it safe.")
