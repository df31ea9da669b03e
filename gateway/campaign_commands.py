"""The commands of `helpline campaign`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from gateway import logs

if TYPE_CHECKING:
    from gateway.campaigns import Campaigns

campaign = typer.Typer(no_args_is_help=True, help="Items announced to those who subscribed to tips.")
Number = Annotated[int, typer.Argument(help="The campaign's number, as `campaign list` shows it.")]


def _campaigns() -> Campaigns:
    from gateway.campaigns import Campaigns
    from gateway.clock import SystemClock
    from gateway.keys import settings_with_keys

    logs.configure()
    return Campaigns(settings_with_keys(), SystemClock(), Console(highlight=False))


@campaign.command("new")
def new(
    item: Annotated[str, typer.Option(help="The item's id, such as P07.")],
    language: Annotated[str | None, typer.Option(help="az or ru. Default: both.")] = None,
    audience: Annotated[str | None, typer.Option(help="parent or child. Default: the item's own.")] = None,
    district: Annotated[str | None, typer.Option(help="A code of districts.yml. Default: all.")] = None,
    at: Annotated[str | None, typer.Option(help="When it begins, a time of Baku: 2026-12-01T10:00.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Count whom an item reaches and what it costs, ask, and announce it."""
    from gateway.campaigns import Wish

    wish = Wish(item, language, audience, district, at)
    _campaigns().new(wish, dry_run=dry_run, agreed=lambda: yes or typer.confirm("Announce it?"))


@campaign.command("list")
def list_all() -> None:
    """Show every campaign and how far it is."""
    _campaigns().list()


@campaign.command("report")
def report(
    number: Number, json_out: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False
) -> None:
    """Say what became of a campaign: sent, delivered, opened, stopped, failed, and its cost."""
    _campaigns().report(number, as_json=json_out)


@campaign.command("stop")
def stop(number: Number) -> None:
    """Withdraw every announcement that was not sent yet."""
    _campaigns().stop(number)
