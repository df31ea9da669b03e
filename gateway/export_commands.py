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


@export.command("labels")
def export_labels(out: Annotated[Path, typer.Argument(help="The file to write, one JSON object a line.")]) -> None:
    """Write counsellors' verdicts with the texts they are about: as telling as the database, to be kept as safe."""
    from gateway.labels import write_labels

    logs.configure()
    written = write_labels(settings_with_keys(), out)
    screen.print(f"{written} labels in {out.name}, for its owner alone. It holds what people wrote: keep it safe.")
