"""The guide as it is seen, and used by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.room import Room


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(60):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by keyboard")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param("/guide", "guide", id="the list"),
        pytest.param("/guide?q=112", "guide-found", id="what was found"),
        pytest.param("/guide/close", "guide-close", id="a page with a picture"),
        pytest.param("/guide/tonight", "guide-tonight", id="the sheet for tonight"),
        pytest.param("/guide/first-shift", "guide-first-shift", id="the first shift"),
    ],
)
def test_guide_is_in_order_in_every_language_and_width(room: Room, path: str, name: str) -> None:
    room.look(room.sign_in("counsellor-1"), path, name)


def test_page_is_found_from_the_queue_by_keyboard_alone(room: Room) -> None:
    page = room.sign_in("counsellor-1")
    tab_to(page, ".guide-link")
    page.keyboard.press("Enter")
    page.wait_for_url("**/guide/queue")
    tab_to(page, ".back a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/guide")
    tab_to(page, "#q")
    page.keyboard.type("recovery codes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/guide?q=*")
    tab_to(page, ".guide-list a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/guide/sign-in")


def test_point_of_the_first_shift_is_ticked_by_keyboard_alone(room: Room) -> None:
    page = room.sign_in("counsellor-1")
    page.goto("/guide/first-shift")
    tab_to(page, "[name=rescue]")
    page.keyboard.press("Space")
    tab_to(page, "form.card button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/guide/first-shift?saved=1")
    assert page.is_checked("[name=rescue]")
    assert not page.is_checked("[name=take]")
