"""The deployments that the journeys run on, the browser, and the words that no log may have."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.clock import SystemClock
from gateway.own_rasa import served
from store.accounts import Accounts
from tests.conftest import ROOT, missing
from tests.emulators.rasa_between import RasaBetween, rasa_between
from tests.emulators.twilio import AUTH_TOKEN
from tests.journeys.deployment import Deployment, deployed

PASSWORD = "a password of this run"  # of accounts that live for one run
# Stands in messages of every journey; found in a log it is a leak.
CANARY = "kanareyka" + uuid.uuid4().hex[:8]
LOGS = ROOT / "var" / "log"


@dataclass
class Running:
    """A deployment, what stands between it and Rasa, and where its people get their numbers from."""

    deployment: Deployment
    rasa: RasaBetween | None
    number: int = 0
    accounts: int = 0

    def telegram(self):  # type: ignore[no-untyped-def]  # a person of the deployment
        self.number += 1
        return self.deployment.on_telegram(770000000 + self.number)

    def sms(self):  # type: ignore[no-untyped-def]  # a person of the deployment
        self.number += 1
        return self.deployment.by_sms(f"+99450777{self.number:04d}")

    def account(self, role: str) -> str:
        """Add somebody and return their name: the first by the command line, as people are added, the others beside."""
        name = f"rəhbər-adı-{uuid.uuid4().hex[:6]}"
        self.accounts += 1
        if self.accounts == 1:
            how = ("--role", role, "--language", "en", "--grant", "picker", "--password-stdin")
            added = self.deployment.command("user", "add", name, *how, said=PASSWORD + "\n")
            assert added.returncode == 0, added.stderr
        else:
            database = self.deployment.database()
            Accounts(database, SystemClock()).add(name, role, PASSWORD, "en", grants="picker")
            database.engine.dispose()
        return name

    def secrets(self) -> list[str]:
        """What must be in no log: words said, addresses, the token, the names and passwords of people."""
        numbers = range(1, self.number + 1)
        addresses = [f"{770000000 + number}" for number in numbers] + [f"99450777{number:04d}" for number in numbers]
        token = self.deployment.env["TELEGRAM_TOKEN"].partition(":")[2]
        return [CANARY, token, PASSWORD, "rəhbər-adı", AUTH_TOKEN, *addresses]


@dataclass
class RasaLogs:
    """What Rasa and the actions write from here on."""

    start: dict[Path, int]

    @classmethod
    def now(cls) -> RasaLogs:
        return cls({path: path.stat().st_size for path in LOGS.glob("*.log")})

    def written(self) -> str:
        texts = []
        for path in LOGS.glob("*.log"):
            with path.open("rb") as log:
                log.seek(self.start.get(path, 0))
                texts.append(log.read().decode("utf-8", errors="replace"))
        return "\n".join(texts)


def _no_word_in_logs(running: Running, rasa: RasaLogs) -> None:
    written = running.deployment.written() + rasa.written()
    assert '"event": "turn_taken"' in written, "the journeys were logged"
    assert [secret for secret in running.secrets() if secret in written] == []


@pytest.fixture(scope="module", params=["one process, SQLite", "apart, PostgreSQL and Redis"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The same journeys on the newcomer's deployment and on that of a service. At its end no log has a word of them."""
    folder, rasa_logs = tmp_path_factory.mktemp("deployment"), RasaLogs.now()
    if request.param.startswith("one"):
        settings = {"HELPLINE_DATABASE_URL": f"sqlite:///{folder}/helpline.db"}
        with deployed(folder, ("run",), **settings) as deployment:
            yield (made := Running(deployment, None))
            _no_word_in_logs(made, rasa_logs)
        return
    settings = {
        "HELPLINE_DATABASE_URL": _own_database(request.getfixturevalue("postgres_url")),
        "HELPLINE_REDIS_URL": request.getfixturevalue("redis_url"),
    }
    with served() as rasa_url, rasa_between(rasa_url) as between:
        settings["HELPLINE_RASA_URLS"] = between.url
        with deployed(folder, ("gateway", "worker", "console"), **settings) as deployment:
            yield (made := Running(deployment, between))
            _no_word_in_logs(made, rasa_logs)


def _own_database(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        name = f"j_{uuid.uuid4().hex[:10]}"
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return postgres_url.replace("/postgres", f"/{name}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module alone: its event loop stays open, and later tests run their own."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        missing("Chromium (Debian: chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Desk:
    """A counsellor's browser window."""

    page: Page
    private: str
    faults: list[str]

    def queue(self) -> Desk:
        self.page.goto(f"{self.private}/")
        return self

    def take(self, case_of: str) -> Desk:
        """Take the case that the queue shows with this pseudonym."""
        self.queue().page.locator("li.case", has_text=case_of).get_by_role("button").click()
        self.page.wait_for_selector("#reply")
        return self

    def waiting(self) -> list[str]:
        return self.page.locator("section[aria-labelledby=h-waiting] li.case strong").all_inner_texts()

    def lines(self) -> str:
        return self.page.locator(".lines").inner_text()


@pytest.fixture
def counsellor(running: Running, browser: Browser) -> Iterator[Desk]:
    with _desk(running, browser, "counsellor") as desk:
        yield desk


@pytest.fixture
def supervisor(running: Running, browser: Browser) -> Iterator[Desk]:
    with _desk(running, browser, "supervisor") as desk:
        yield desk


@contextmanager
def _desk(running: Running, browser: Browser, role: str) -> Iterator[Desk]:
    """An account of their own, signed in in a window of its own; no page has a script fault."""
    name = running.account(role)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(f"{running.deployment.private}/")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_selector("#take-next")
    yield Desk(page, running.deployment.private, faults)
    page.goto(f"{running.deployment.private}/account")  # a case's page opens again, its menu closed, when it is signed
    page.locator("header .own summary").click()
    page.locator("header form[action='/sign-out'] button").click()
    page.wait_for_url("**/sign-in")  # a window closed while it opens a page may never close
    context.close()
    assert faults == []
