"""The figures as supervisors and analysts see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from tests.browser.room import Room
from tests.history import write_history

NOVEMBER = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)


def filled(room: Room) -> None:
    write_history(room.helpline.database, NOVEMBER)
    room.helpline.clock.time = NOVEMBER + timedelta(days=29, hours=9)


def test_figures_are_in_order_in_every_language_and_width(room: Room) -> None:
    filled(room)
    room.look(room.sign_in("supervisor-1", "supervisor"), "/figures", "figures")


def test_figures_of_nobody_are_in_order(room: Room) -> None:
    room.look(room.sign_in("supervisor-1", "supervisor"), "/figures", "figures-empty")


def test_period_is_chosen_by_keyboard_alone(room: Room) -> None:
    filled(room)
    page = room.sign_in("supervisor-1", "supervisor")
    page.goto("/figures")
    page.focus("#period")
    page.keyboard.type("Year")
    page.keyboard.press("Enter")
    for _ in range(12):
        if page.evaluate("document.activeElement.matches('.choose button')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Figures: 2026")
    page.locator("article.figure summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("article.figure table").first).to_be_visible()
