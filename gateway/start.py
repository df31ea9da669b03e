"""What each command starts, and the screen that says where everything is."""

from __future__ import annotations

import asyncio
import secrets

from gateway.directory import today, unverified_numbers
from gateway.run import Process, screen, wait_for_rasa
from gateway.service import Service, assemble
from gateway.settings import ROOT, Misconfigured, Settings
from gateway.users import ensure_development_user
from gateway.vendors import live_lines
from store.editing_pages import OverlayReader

_PASSWORD_FILE = ROOT / "var" / "development-sign-in"


def _fit(settings: Settings) -> Settings:
    """Production does not start before somebody hears at night, by a chat and by a phone that rings."""
    if settings.production and settings.duty_chat is None:
        raise Misconfigured("production needs HELPLINE_DUTY_CHAT: somebody must hear of an emergency at night")
    if settings.production and settings.duty_phone is None:
        raise Misconfigured("production needs HELPLINE_DUTY_PHONE: a phone that rings when nobody takes an emergency")
    return settings


def _called(service: Service) -> Service:
    """Nobody is answered in production before the numbers were called; the console starts, so that they can be verified there."""
    if service.settings.production:
        known = OverlayReader(service.database)()
        if unverified := unverified_numbers(today(), known=known):
            raise Misconfigured(
                f"production needs verified numbers: {', '.join(unverified)} (`helpline console` or data/services/numbers.yml)"
            )
    return service


async def run_all(settings: Settings) -> None:
    """Everything on one machine; the addresses are printed once it answers."""
    service = _called(assemble(_fit(settings)))
    process = Process(service)
    process.public()
    process.private()
    process.children()
    process.workers()
    greeting = asyncio.create_task(_greet(service))
    try:
        await process.run()
    finally:
        greeting.cancel()


async def run_gateway(settings: Settings) -> None:
    process = Process(_called(assemble(_fit(settings))))
    process.public()
    await process.run()


async def run_worker(settings: Settings) -> None:
    process = Process(_called(assemble(_fit(settings))))
    process.workers()
    await process.run()


async def run_console(settings: Settings) -> None:
    process = Process(assemble(_fit(settings)))
    process.private()
    await process.run()


async def _greet(service: Service) -> None:
    settings = service.settings
    with screen.status("Starting Rasa …"):
        await wait_for_rasa(service)
    console = f"http://{settings.console_host}:{settings.console_port}"
    screen.print("\n[bold]Yanında / Рядом is ready.[/]")
    if not settings.production:
        name, password = _development_sign_in(service)
        screen.print(f"  Phone simulator  {console}/simulator")
        screen.print(f"  Console          {console}/   sign in: {name} / {password}")
    else:
        screen.print(f"  Console          {console}/")
    screen.print(f"  Health           {console}/health")
    for line in live_lines(settings, service.vendors):
        screen.print(f"  Channel          {line}")
    screen.print("Ctrl-C stops everything.")


def _development_sign_in(service: Service) -> tuple[str, str]:
    """One counsellor for trying it out; the password is made at the first start and kept beside the database."""
    if not _PASSWORD_FILE.exists():
        _PASSWORD_FILE.parent.mkdir(parents=True, exist_ok=True)
        _PASSWORD_FILE.touch(mode=0o600)
        _PASSWORD_FILE.write_text(secrets.token_urlsafe(9), encoding="utf-8")
    password = _PASSWORD_FILE.read_text(encoding="utf-8").strip()
    return ensure_development_user(service.database, service.parts.clock, password), password
