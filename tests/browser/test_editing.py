"""The directory, the texts and the campaigns as they are seen, and worked with by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from helpline.directory import day_of
from helpline.phrasebook import Phrasebook
from store.database import Database, open_engine
from store.editing_pages import OverlayReader
from tests.browser.room import Room, served
from tests.conftest import ROOT, FrozenClock, test_vault
from tests.helpline.harness import Helpline
from tests.helpline.test_campaigns import _people


@pytest.fixture
def room(sqlite_url: str, clock: FrozenClock, browser: Browser) -> Iterator[Room]:
    """A console whose book knows what was verified and published in it."""
    engine = open_engine(sqlite_url)
    database = Database(engine, test_vault())
    book = Phrasebook(ROOT / "data", today=lambda: day_of(clock.now()), overlay=OverlayReader(database))
    with served(Helpline(database, clock, book=book), browser) as room:
        yield room
        for context in browser.contexts:
            context.close()
        assert room.faults == []
    engine.dispose()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(80):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by keyboard")


def test_directory_is_in_order_in_every_language_and_width(room: Room) -> None:
    room.look(room.sign_in("editor-1", "editor"), "/directory", "directory")


def test_record_is_in_order_in_every_language_and_width(room: Room) -> None:
    room.look(room.sign_in("editor-1", "editor"), "/directory/child_line", "record")


def test_record_is_verified_by_keyboard_alone(room: Room) -> None:
    page = room.sign_in("editor-1", "editor")
    page.goto("/directory/child_line")
    tab_to(page, "[name=heard][value=right]")
    page.keyboard.press("Space")
    tab_to(page, "[name=show]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector(".told.yes")
    assert room.helpline.book.numbers["child_line"] == "116111"


def test_campaigns_are_in_order_in_every_language_and_width(room: Room) -> None:
    room.look(room.sign_in("editor-1", "editor"), "/campaigns", "campaigns")


def test_new_campaign_is_in_order_in_every_language_and_width(room: Room) -> None:
    _people(room.helpline, 7)
    room.look(room.sign_in("editor-1", "editor"), "/campaigns/new?item=P07", "campaign-new")


def test_campaign_is_started_by_keyboard_alone(room: Room) -> None:
    _people(room.helpline, 7)
    page = room.sign_in("editor-1", "editor")
    page.goto("/campaigns/new?item=P07")
    tab_to(page, "form[method=post] .primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=counted]", state="attached")
    tab_to(page, "form[method=post] .primary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/campaigns/1")
    room.look(page, "/campaigns/1", "campaign-report")


def test_texts_are_in_order_in_every_language_and_width(room: Room) -> None:
    room.look(room.sign_in("editor-1", "editor"), "/texts?kind=item&q=qisqirmadan", "texts")


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param("item:P07", "text-item", id="an item"),
        pytest.param("phrase:greeting", "text-phrase", id="a phrase"),
    ],
)
def test_text_is_in_order_in_every_language_and_width(room: Room, key: str, name: str) -> None:
    room.look(room.sign_in("editor-1", "editor"), f"/texts/{key}", name)


def test_text_is_written_and_sent_by_keyboard_alone(room: Room) -> None:
    page = room.sign_in("editor-1", "editor")
    page.goto("/texts/item:P07")
    tab_to(page, "#az-short")
    page.keyboard.press("Control+A")
    page.keyboard.type("x" * 30)
    page.wait_for_selector("#faults-az-short li")
    page.keyboard.press("Control+A")
    page.keyboard.type("Vurmadan olar")
    page.wait_for_selector("#faults-az-short li", state="detached")
    tab_to(page, "[name=then][value=send]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".state.sent")
