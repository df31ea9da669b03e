"""`helpline directory check` and `verify`: for those who keep data/services, who need no database and no Rasa."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from rich.console import Console

from gateway.clock import SystemClock
from gateway.settings import ROOT, Misconfigured, Settings
from helpline.directory import day_of, read_records
from helpline.directory_check import Report, check_directory
from helpline.directory_edit import CannotVerify, Verified, write_verification
from helpline.overlay import NOTHING, Overlay, Source, nothing
from helpline.phrasebook import Phrasebook
from helpline.ports import Clock
from helpline.record_fields import BadRecord

DATA = ROOT / "data"
# safety.md: production does not start before these are verified.
MUST_BE_VERIFIED = ("police", "rescue", "child_line", "ambulance")


def pilot_of(settings: Settings) -> frozenset[str] | None:
    """The districts that the settings name for the pilot; None: those of the file."""
    named = frozenset(code.strip() for code in (settings.pilot_districts or "").split(",") if code.strip())
    return named or None


def open_book(settings: Settings, clock: Clock, overlay: Source = nothing) -> Phrasebook:
    """Raise Misconfigured when the directory cannot be used: nobody could be told a number."""
    try:
        return Phrasebook(
            ROOT / "data",
            drafts=not settings.production,
            today=lambda: day_of(clock.now()),
            pilot=pilot_of(settings),
            overlay=overlay,
        )
    except BadRecord as error:
        raise Misconfigured(f"data/services cannot be used: {error}") from None


def today() -> date:
    return day_of(SystemClock().now())


def unverified_numbers(on: date, services: Path = DATA / "services", known: Overlay = NOTHING) -> list[str]:
    """Return the codes of the numbers that production needs and that nobody verified, or not any more."""
    try:
        numbers = read_records(services, known.records).numbers
    except BadRecord as error:
        raise Misconfigured(f"data/services cannot be used: {error}") from None
    return [code for code in MUST_BE_VERIFIED if code not in numbers or not numbers[code].verification.holds(on)]


def check(settings: Settings, screen: Console) -> int:
    """Print what is wrong and what still has to be verified, one line each; return 1 when something is wrong."""
    report = check_directory(DATA, today(), pilot=pilot_of(settings))
    for problem in report.problems:
        screen.print(f"[red]wrong[/] {problem}")
    for note in report.notes:
        screen.print(f"[yellow]note [/] {note}")
    screen.print(f"{counted(report)}; {len(report.problems)} problems")
    return 1 if report.problems else 0


def counted(report: Report) -> str:
    """How many records of each kind may be told today."""
    return ", ".join(_counted(report)) or "nothing can be read"


def _counted(report: Report) -> Iterator[str]:
    for name, (told, every) in (report.counts or {}).items():
        yield f"{every} {name}" if name == "districts" else f"{told} of {every} {name} may be told"


def verify(code: str, by: str, on: str, until: str, show: bool, screen: Console) -> None:
    """Write a verification into its file. Raise Misconfigured with one line when it cannot be."""
    try:
        verified = Verified(by, date.fromisoformat(on), date.fromisoformat(until), show)
    except ValueError:
        raise Misconfigured("--on and --until must be dates such as 2026-12-01") from None
    try:
        path = write_verification(DATA / "services", code, verified, today())
    except CannotVerify as error:
        raise Misconfigured(str(error)) from None
    screen.print(f"{code} is verified until {until}; commit {path.relative_to(ROOT)}, so that it is known who did it.")
