from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.testclient import TestClient

from console.app import ConsoleParts, routes
from helpline.accounts import Passwords
from helpline.messages import InboundMessage
from store.accounts import Accounts
from store.database import Database
from tests.conftest import ROOT, FrozenClock
from tests.helpline.harness import Helpline

PASSWORD = "a long enough password"  # of accounts that live for one test

# The library's own parameters take a tenth of a second each time: right for people, long for tests.
LIGHT = Passwords(PasswordHasher(time_cost=1, memory_cost=64))


class SlowChanges:
    async def wait(self, name: str, timeout: float) -> bool:
        await asyncio.sleep(0.02)
        return True


@dataclass
class Person:
    """A browser: cookies, and the page that it looks at."""

    client: TestClient
    html: str = ""
    status: int = 0
    path: str = ""

    def open(self, path: str) -> Person:
        return self._at(self.client.get(path))

    def post(self, path: str, *, csrf: str | None = None, **fields: str) -> Person:
        secret = self.secret() if csrf is None else csrf
        return self._at(self.client.post(path, data={"csrf": secret, **fields}))

    def sign_in(self, name: str, password: str = PASSWORD) -> Person:
        return self.open("/sign-in").post("/sign-in", name=name, password=password)

    def unlock(self, secret: str = PASSWORD) -> Person:
        """Open the locked screen again, with the password or a code."""
        return self.open("/unlock").post("/unlock", secret=secret)

    def secret(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.html)
        return found[1] if found else ""

    def key(self) -> str:
        found = re.search(r'name="key" value="([^"]+)"', self.html)
        return found[1] if found else ""

    def _at(self, answer: object) -> Person:
        self.html, self.status = answer.text, answer.status_code  # type: ignore[attr-defined]
        self.path = answer.url.path  # type: ignore[attr-defined]
        return self


@dataclass
class Console:
    """The console of a helpline, with real accounts and the real door."""

    helpline: Helpline
    production: bool = False
    received: list[InboundMessage] = field(default_factory=list)
    complaints_to: str | None = None

    def __post_init__(self) -> None:
        parts = ConsoleParts(
            database=self.helpline.database,
            desk=self.helpline.desk,
            clock=self.helpline.clock,
            bell=self.helpline.bell,
            changes=SlowChanges(),
            production=self.production,
            book=self.helpline.book,
            receive=self._receive,
            simulator=not self.production,
            root=ROOT / "data",
            passwords=LIGHT,
            complaints_to=self.complaints_to,
        )
        self.parts = parts
        self.accounts = Accounts(parts.database, parts.clock, LIGHT)
        self.app = Starlette(routes=routes(parts))

    def _receive(self, message: InboundMessage) -> bool:
        self.received.append(message)
        return True

    def person(self) -> Person:
        scheme = "https" if self.production else "http"
        return Person(TestClient(self.app, base_url=f"{scheme}://testserver"))

    def counsellor(
        self, name: str, role: str = "counsellor", language: str = "en", grants: str = "picker", **about: object
    ) -> Person:
        """An account, signed in; one that may choose its cases unless `grants` says otherwise."""
        self.accounts.add(name, role, PASSWORD, language, grants=grants, **about)
        return self.person().sign_in(name)


@pytest.fixture
def helpline(database: Database, clock: FrozenClock) -> Helpline:
    return Helpline(database, clock)


@pytest.fixture
def console(helpline: Helpline) -> Console:
    return Console(helpline)
