"""One Chromium for a module, a fresh helpline and console for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from store.database import Database, open_engine
from tests.browser.room import Room, served
from tests.conftest import FrozenClock, missing, test_vault
from tests.helpline.harness import Helpline


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


@pytest.fixture
def room(sqlite_url: str, clock: FrozenClock, browser: Browser) -> Iterator[Room]:
    """The console with nobody in it; no page of a test has a script fault."""
    engine = open_engine(sqlite_url)
    with served(Helpline(Database(engine, test_vault()), clock), browser) as room:
        yield room
        for context in browser.contexts:
            for page in context.pages:
                page.goto("about:blank")  # a window closed while its page opens again may never close
            context.close()
        assert room.faults == []
    engine.dispose()
