"""`helpline figures`: the monthly report from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gateway import logs
from gateway.settings import Misconfigured, Settings
from helpline.figures.periods import BadPeriod, asked_month, baku_day
from helpline.ports import Clock

figures = typer.Typer(no_args_is_help=True, help="What was counted, without anybody in it.")
screen = Console(stderr=True, highlight=False, soft_wrap=True)


@figures.callback()
def _figures() -> None:
    """So that `month` stays a word of its own, whatever comes beside it."""


@figures.command("month")
def month(
    named: Annotated[str, typer.Argument(metavar="MONTH", help="Such as 2026-11.")],
    out: Annotated[Path, typer.Option(help="The PDF to write.")],
    language: Annotated[str, typer.Option(help="az, ru or en.")] = "az",
    district: Annotated[str, typer.Option(help="A code of districts.yml. Default: the whole country.")] = "",
) -> None:
    """Write the monthly report as PDF."""
    from gateway.clock import SystemClock
    from gateway.keys import settings_with_keys

    logs.configure()
    pages = write_month(settings_with_keys(), SystemClock(), named, out, language, district)
    screen.print(f"{out.name}: {pages} kB")


def write_month(settings: Settings, clock: Clock, named: str, out: Path, language: str, district: str = "") -> int:
    """Write the report; return its size in kB. Raise Misconfigured for what is no month, language or district."""
    from console.figure_book import FigureLibrary
    from console.figure_report import as_pdf
    from console.figure_words import FigureWords
    from console.words import LANGUAGES, Words
    from gateway.content import DATA
    from gateway.keys import open_vault
    from helpline.phrasebook import Phrasebook
    from store.database import Database, migrate, open_engine

    book = Phrasebook(DATA)
    if language not in LANGUAGES:
        raise Misconfigured(f"--language: one of {', '.join(LANGUAGES)}")
    if district and district not in book.directory.records.districts:
        raise Misconfigured("--district: a code of data/services/districts.yml")
    try:
        period = asked_month(named)
    except BadPeriod:
        raise Misconfigured("MONTH: such as 2026-11") from None
    engine = open_engine(settings.database_url)
    migrate(engine)
    counted = FigureLibrary(Database(engine, open_vault(settings)), clock).book(period, district)
    words = Words(DATA, language)
    out.write_bytes(as_pdf(counted, FigureWords(words, book), words, baku_day(clock.now())))
    engine.dispose()
    return out.stat().st_size // 1024
