"""`helpline user`: accounts of the people who work here."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from gateway import logs
from gateway.keys import settings_with_keys

user = typer.Typer(no_args_is_help=True, help="Accounts of the people who work here.")
screen = Console(stderr=True, highlight=False, soft_wrap=True)


@user.command("add")
def user_add(
    name: str,
    role: Annotated[str, typer.Option(help="One of data/access.yml, such as counsellor.")] = "counsellor",
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
    """Add an account; its person signs in with this password."""
    from gateway.users import about_account, add_user

    logs.configure()
    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt("Password", hide_input=True)
    about = about_account(speaks, gender, capacity, grant or [])
    add_user(settings_with_keys(), name, role, language, password, about)
    screen.print(f"{name} may sign in as {role}.")


@user.command("list")
def user_list() -> None:
    """Show every account: name, role, second factor, background check."""
    from gateway.users import list_users

    logs.configure()
    list_users(settings_with_keys(), Console(highlight=False, soft_wrap=True))


@user.command("end")
def user_end(name: str) -> None:
    """Close an account: its sign-ins end at once, its cases go back to the queue."""
    from gateway.users import end_user

    logs.configure()
    end_user(settings_with_keys(), name)
    screen.print(f"{name} can no longer sign in.")


@user.command("reset")
def user_reset(
    name: str,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Take the second factor away too: a lost phone.")
    ] = False,
) -> None:
    """Print a password for one sign-in; the person chooses their own with it."""
    from gateway.users import reset_user

    logs.configure()
    password = reset_user(settings_with_keys(), name, second_factor=second_factor)
    screen.print(f"Password for one sign-in, shown this once: {password}", markup=False)
