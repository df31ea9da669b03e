"""A throw-away helpline for `helpline bench console`: served by a process of its own, filled with people who do not exist."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from channels import simulator
from gateway.keys import open_vault, settings_with_keys
from gateway.own_rasa import free_port
from gateway.settings import Misconfigured, Settings
from helpline.conversations import NewOut
from helpline.messages import InboundMessage
from store.accounts import Accounts
from store.database import Database, migrate, open_engine
from triage.taxonomy import Level

STARTS_WITHIN = 60.0
PASSWORD = secrets.token_urlsafe(12)
CHANNEL = "telegram_simulator"


@dataclass(frozen=True)
class BenchRoom:
    """Where the console of the throw-away helpline answers, and its database."""

    url: str
    database: Database


@contextlib.contextmanager
def bench_room() -> Iterator[BenchRoom]:
    """Serve console and workers on a fresh database; all of it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="helpline-bench-") as folder:
        database_url, port = f"sqlite:///{Path(folder) / 'bench.db'}", free_port()
        settings = _settings(database_url, port)
        engine = open_engine(database_url)
        migrate(engine)
        server = multiprocessing.get_context("spawn").Process(target=_serve, args=(database_url, port), daemon=True)
        server.start()
        try:
            _wait(f"http://127.0.0.1:{port}")
            yield BenchRoom(f"http://127.0.0.1:{port}", Database(engine, open_vault(settings)))
        finally:
            server.terminate()
            server.join(20)
            engine.dispose()


def _settings(database_url: str, port: int) -> Settings:
    # Nobody answers on Rasa's port: what is measured is disclosures, which do not ask it.
    return settings_with_keys(
        HELPLINE_DATABASE_URL=database_url,
        HELPLINE_CONSOLE_PORT=port,
        HELPLINE_ENV="development",
        HELPLINE_REDIS_URL=None,
        HELPLINE_RASA_URLS="http://127.0.0.1:9",
    )


def _serve(database_url: str, port: int) -> None:
    """The process that is measured: the console's listener and the workers, as `helpline run` puts them together."""
    from gateway import logs
    from gateway.run import Process
    from gateway.service import assemble

    async def serve() -> None:
        process = Process(assemble(_settings(database_url, port), vendors=simulator.build_simulator()))
        process.private()
        process.workers()
        await process.run()

    logs.configure()
    asyncio.run(serve())


def _wait(url: str) -> None:
    over = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < over:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/sign-in", trust_env=False).status_code == 200:
                return
        time.sleep(0.1)
    raise Misconfigured("the console to be measured did not start")


def signed_in(room: BenchRoom, name: str, role: str = "supervisor") -> httpx.AsyncClient:
    """Add an account and return its browser's client, signed in."""
    from gateway.clock import SystemClock

    Accounts(room.database, SystemClock()).add(name, role, PASSWORD, "az")
    with httpx.Client(base_url=room.url, trust_env=False) as client:
        secret = client.get("/sign-in").text.split('name="csrf" value="', 1)[1].split('"', 1)[0]
        client.post("/sign-in", data={"csrf": secret, "name": name, "password": PASSWORD})
        return httpx.AsyncClient(base_url=room.url, trust_env=False, cookies=client.cookies, timeout=30)


def fill_queue(room: BenchRoom, cases: int, now: datetime) -> None:
    """Let so many people wait, of every level and language."""
    levels = (Level.EMERGENCY, Level.URGENT, Level.CONCERN, Level.CONCERN)
    for number in range(cases):
        at, level = now - timedelta(minutes=number), levels[number % len(levels)]
        with room.database.unit() as unit:
            person = unit.open_conversation(CHANNEL, f"bench-{number}", at)
            said = InboundMessage(CHANNEL, f"bench-{number}", f"bench-{number}", text=f"message {number}")
            unit.add_inbound(person, said, at)
            unit.open_case(person.id, level, at + timedelta(minutes=15), at, "bench")


def fill_transcript(room: BenchRoom, lines: int, now: datetime) -> int:
    """Let one person and the bot write so many messages; return the id of their case."""
    began = now - timedelta(minutes=lines)
    for first in range(0, lines, 100):
        with room.database.unit() as unit:
            person = unit.open_conversation(CHANNEL, "bench-long", began)
            for number in range(first, min(first + 100, lines), 2):
                at = began + timedelta(minutes=number)
                text = f"message {number} of a long conversation, as long as people's messages are"
                unit.add_inbound(person, InboundMessage(CHANNEL, "bench-long", f"long-{number}", text=text), at)
                unit.put_out(person.id, (NewOut(f"answer {number}"),), at, f"bench:{number}")
    with room.database.unit() as unit:
        return unit.open_case(person.id, Level.URGENT, now, now, "bench").id
