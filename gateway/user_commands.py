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
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Add a counsellor."""
    from gateway.users import add_user

    logs.configure()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    add_user(settings_with_keys(), name, role, language, password)
    screen.print(f"{name} may sign in as {role}.")
