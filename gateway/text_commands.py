"""`helpline content` and `helpline directory`: for those who edit what is said."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from gateway import logs
from gateway.keys import settings_with_keys

content = typer.Typer(no_args_is_help=True, help="The texts of data/content, for those who edit them.")
directory = typer.Typer(no_args_is_help=True, help="Telephone numbers, places and amounts of data/services.")
texts = typer.Typer(no_args_is_help=True, help="Texts that were published in the console.")
screen = Console(stderr=True, highlight=False, soft_wrap=True)


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
    feedback(settings_with_keys(), Console(highlight=False))


@directory.command("check")
def directory_check() -> None:
    """Say what is wrong with the directory, unverified, or expires soon; exit 1 when something is wrong."""
    from gateway.directory import check as look

    raise typer.Exit(look(settings_with_keys(), Console(highlight=False, soft_wrap=True)))


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


@directory.command("export")
def directory_export() -> None:
    """Write what was verified in the console into data/services, to be committed."""
    from gateway.editing import export
    from helpline.exporting import export_records

    logs.configure()
    export(settings_with_keys(), export_records, Console(highlight=False, soft_wrap=True))


@texts.command("export")
def texts_export() -> None:
    """Write the texts that were published in the console into the files of data, to be committed."""
    from gateway.editing import export
    from helpline.exporting import export_texts

    logs.configure()
    export(settings_with_keys(), export_texts, Console(highlight=False, soft_wrap=True))
