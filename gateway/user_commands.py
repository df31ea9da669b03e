"""`helpline user`: accounts of the people who work here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from gateway import logs
from gateway.keys import settings_with_keys

user = typer.Typer(no_args_is_help=True, help="Counsellors' accounts.")
screen = Console(stderr=True, highlight=False, soft_wrap=True)


@user.command("add")
def user_add(
    name: str,
    role: Annotated[str, typer.Option(help="counsellor or supervisor.")] = "counsellor",
    language: Annotated[str, typer.Option(help="az, ru or en: the console's language.")] = "az",
    speaks: Annotated[
        str, typer.Option(help="Languages in which they answer: az, ru, or both with a space.")
    ] = "az ru",
    gender: Annotated[
        str | None,
        typer.Option(help="woman or man, for people who ask for one; left out, they are given to nobody who does."),
    ] = None,
    capacity: Annotated[int | None, typer.Option(help="Cases held at once; data/shifts.yml has the default.")] = None,
    grant: Annotated[
        list[str] | None, typer.Option(help="picker: may choose a case instead of taking the next.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add a counsellor."""
    from gateway.users import about_account, add_user

    logs.configure()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    about = about_account(speaks, gender, capacity, grant or [])
    add_user(settings_with_keys(), name, role, language, password, about)
    screen.print(f"{name} may sign in as {role}.")
