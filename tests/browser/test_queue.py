"""The queue and the shifts as they are seen, and taking the next case by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from helpline.shift_planning import ShiftPlanning
from store.accounts import Accounts
from tests.browser.room import Room
from tests.fakes import finding
from triage.taxonomy import Level, Risk, Speaker

TOLD = {
    "atam məni döyür": finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE),
    "kömək edin": finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE),
    "insan": finding(Level.NONE, Risk.HUMAN_REQUEST, speaker=Speaker.CHILD_SELF),
}


def people(room: Room) -> None:
    """Several wait, for several reasons; two colleagues are on."""
    helpline = room.helpline
    for number, (said, found) in enumerate(TOLD.items()):
        helpline.finds(said, found)
        helpline.say(said, address=f"70000000{number}")
        helpline.pass_(minutes=2)
    for name, about in (("colleague-1", {"gender": "woman"}), ("colleague-2", {"speaks": "ru", "capacity": 2})):
        number = Accounts(helpline.database, helpline.clock).add(name, "counsellor", "a long password", "az", **about)
        helpline.on_shift(number)
    with helpline.database.unit() as unit:
        unit.wish(1, "woman")
        unit.climbed(1, 3, helpline.clock.now())
        unit.record(2, None, "claim_lapsed", helpline.clock.now(), {})
        unit.expect(3, helpline.clock.now())


def shifts(room: Room) -> None:
    planning = ShiftPlanning(room.helpline.database, room.helpline.clock, room.helpline.bell)
    for who, day, begins, ends in (
        (1, "2026-11-03", "09:00", "13:00"),
        (1, "2026-11-03", "14:00", "18:00"),
        (2, "2026-11-03", "21:00", "06:00"),
        (2, "2026-11-05", "09:00", "18:00"),
    ):
        planning.add(who, day, begins, ends)


def on(page: Page) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


@pytest.mark.parametrize("role", ["supervisor", "counsellor"])
def test_queue_with_reasons_is_in_order_in_every_language_and_width(room: Room, role: str) -> None:
    people(room)
    room.look(room.sign_in("someone", role=role), "/", f"queue-{role}")


@pytest.mark.parametrize("state", ["full", "resting"])
def test_queue_that_gives_nothing_says_what_to_do_in_every_language_and_width(room: Room, state: str) -> None:
    people(room)
    helpline = room.helpline
    helpline.desk.take(2, 1)
    page = room.sign_in("counsellor-1", capacity=0 if state == "full" else 4)
    if state == "resting":
        with helpline.database.unit() as unit:
            unit.rest(3, helpline.clock.now().replace(minute=50))
    room.look(page, "/", f"queue-{state}")


@pytest.mark.parametrize("role", ["supervisor", "counsellor"])
def test_shifts_are_in_order_in_every_language_and_width(room: Room, role: str) -> None:
    people(room)
    shifts(room)
    room.look(room.sign_in("someone", role=role), "/shifts?week=2026-11-03", f"shifts-{role}")


def test_next_case_is_taken_rest_begun_and_ended_by_keyboard_alone(room: Room) -> None:
    people(room)
    page = room.sign_in("counsellor-1")
    page.keyboard.press("t")
    page.wait_for_url("**/cases/2")
    page.goto("/")
    page.locator("#take-next").focus()
    page.keyboard.press("Tab")
    assert on(page) == "Take a 15-minute break"
    page.keyboard.press("Enter")
    page.wait_for_selector("#take-next[disabled]")
    page.locator("#live h1, h1").first.wait_for(state="attached")
    page.locator(".standing button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#take-next:not([disabled])")
    assert page.locator("#take-next").inner_text() == "Take the next case"


def test_supervisor_plans_and_removes_a_shift_by_keyboard_alone(room: Room) -> None:
    people(room)
    page = room.sign_in("supervisor-1", role="supervisor")
    page.goto("/shifts?week=2026-11-02")
    page.locator("#counsellor").focus()
    page.locator("#counsellor").select_option(label="colleague-1")
    page.locator("#day").fill("2026-11-04")
    page.locator(".add .primary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".day .shift")
    assert page.locator(".day .shift").inner_text().startswith("colleague-1 09:00–18:00")
    page.locator(".day .shift button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".day .shift", state="detached")
