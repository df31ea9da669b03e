"""The console as it is seen: served on a loopback port, a real Chromium before it, and the look that every page gets."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette

from console.app import ConsoleParts, routes
from gateway.bell import LocalBell
from store.accounts import Accounts
from tests.conftest import ROOT
from tests.console.conftest import LIGHT, PASSWORD
from tests.helpline.harness import Helpline
from tests.services import free_port

LANGUAGES = ("az", "ru", "en")
WIDTHS = {360: 740, 1440: 900}
# Where pictures of the pages go when somebody wants to look at them.
PICTURES = os.environ.get("HELPLINE_PICTURES")


@dataclass
class Room:
    """The served console of a helpline. People sign in through its door, each in a window of their own."""

    helpline: Helpline
    browser: Browser
    url: str
    accounts: Accounts
    faults: list[str] = field(default_factory=list)

    def sign_in(
        self, name: str, role: str = "counsellor", language: str = "en", width: int = 1440, **about: object
    ) -> Page:
        """Add an account (`about`: as for Accounts.add) and return its window, signed in."""
        self.accounts.add(name, role, PASSWORD, language, **about)  # type: ignore[arg-type]  # columns of the table
        page = self.window(width)
        page.goto("/sign-in")
        page.fill("[name=name]", name)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_selector("header form[action='/sign-out']", state="attached")
        page.wait_for_load_state()  # keys work once the page's scripts are there
        return page

    def window(self, width: int = 1440) -> Page:
        """A window of somebody who is not signed in."""
        context = self.browser.new_context(viewport={"width": width, "height": WIDTHS[width]}, base_url=self.url)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        return page

    def looks_well(self, page: Page, name: str) -> None:
        """The page that is open, at each width: for what no address opens again."""
        wrong: list[str] = []
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            _picture(page, f"{name}-{width}")
            wrong += [f"{width}: {fault}" for fault in (*_sticks_out(page), *_axe(page))]
        assert wrong == [], "\n".join(wrong)

    def look(self, page: Page, path: str, name: str) -> None:
        """Open a page in each language at each width: nothing sticks out, no fault, axe finds nothing."""
        wrong = [
            f"{language} {width}: {fault}"
            for language in LANGUAGES
            for width in WIDTHS
            for fault in self._looked(page, path, name, language, width)
        ]
        assert wrong == [], "\n".join(wrong)

    def _looked(self, page: Page, path: str, name: str, language: str, width: int) -> list[str]:
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        page.goto(path)
        if page.locator("html").get_attribute("lang") != language:
            for menu in page.locator("header .own summary").all():  # none before somebody is signed in
                menu.click()
            with page.expect_navigation():  # else it may end what is opened next
                page.locator(f".languages button[value={language}]").click()
            page.goto(path)
        _picture(page, f"{name}-{language}-{width}")
        return [*_sticks_out(page), *_axe(page)]


def _picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def _sticks_out(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px wider than the window"] if wide > 0 else []


def _axe(page: Page) -> list[str]:
    """What axe-core says, a line a rule: its id and the first element."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']} at {rule['nodes'][0]['target'][0]}" for rule in found]


def _bound(bell: LocalBell) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    """The bell wakes those who wait on the server's own loop."""

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        bell.bind(asyncio.get_running_loop())
        yield

    return lifespan


@contextlib.contextmanager
def served(helpline: Helpline, browser: Browser) -> Iterator[Room]:
    """Serve the console of a helpline until the block ends."""
    bell = LocalBell()
    helpline.bell.also = bell
    parts = ConsoleParts(
        database=helpline.database,
        desk=helpline.desk,
        clock=helpline.clock,
        bell=helpline.bell,
        changes=bell,
        production=False,
        book=helpline.book,
        receive=lambda message: True,
        simulator=False,
        root=ROOT / "data",
        passwords=LIGHT,
    )
    port = free_port()
    app = Starlette(routes=routes(parts), lifespan=_bound(bell))
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    over = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < over, "the console did not start"
        time.sleep(0.01)
    try:
        yield Room(helpline, browser, f"http://127.0.0.1:{port}", Accounts(parts.database, parts.clock, LIGHT))
    finally:
        server.should_exit = True
        thread.join(10)
