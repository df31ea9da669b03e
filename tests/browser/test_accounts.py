"""Accounts, the second factor and the locked screen as they are seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp
import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from helpline.account_ports import NewAccount
from helpline.accounts import Role
from helpline.complaints import Complaints
from helpline.staff import Changes, Staff
from store.tables import counsellors
from tests.browser.room import Room
from tests.console.conftest import LIGHT, PASSWORD
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"


def disclosed(room: Room, level: Level = Level.URGENT, address: str = "700000001") -> None:
    room.helpline.finds(SAID, finding(level, Risk.PHYSICAL_VIOLENCE))
    room.helpline.say(SAID, address=address)


def code(room: Room, name: str) -> str:
    with room.helpline.database.reading() as db:
        sealed = db.scalar(select(counsellors.c.totp).where(counsellors.c.name == name))
    assert sealed is not None
    made: str = pyotp.TOTP(room.helpline.database.vault.texts.open(sealed)).at(room.helpline.clock.now())
    return made


def staffed(room: Room) -> Page:
    """An administrator before a list of people; one of them with everything set."""
    page = room.sign_in("administrator-1", "administrator")
    staff = Staff(room.helpline.database, room.helpline.book, room.helpline.clock, room.helpline.bell, LIGHT)
    for name, role in (("müşavir-1", "counsellor"), ("supervisor-1", "supervisor"), ("editor-1", "editor")):
        staff.add(1, NewAccount(name, role, "az"))
    staff.change(
        1,
        2,
        Changes(Role.COUNSELLOR, gender="woman", grants=("picker",), vetted_on="2025-11-20", vetted_until="2026-11-20"),
    )
    staff.end(1, 4)
    return page


@pytest.mark.parametrize("path", ["/accounts", "/accounts/2", "/account", "/second/set-up"])
def test_page_is_in_order_in_every_language_and_width(room: Room, path: str) -> None:
    room.look(staffed(room), path, path.strip("/").replace("/", "-"))


def test_audit_is_in_order_in_every_language_and_width(room: Room) -> None:
    disclosed(room)
    page = room.sign_in("supervisor-1", "supervisor")
    page.keyboard.press("t")
    page.wait_for_selector("#reply")
    room.look(page, "/audit?case=1", "audit")


def test_complaints_are_in_order_in_every_language_and_width(room: Room) -> None:
    page = room.sign_in("administrator-1", "administrator")
    room.accounts.add("counsellor-1", "counsellor", PASSWORD, "az")
    made = Complaints(room.helpline.database, room.helpline.clock)
    for by, text in ((2, "Növbə ədalətli bölünmür."), (1, "Otaqda kondisioner işləmir.")):
        made.make(by, None, text)
    room.look(page, "/complaints", "complaints")
    room.look(page, "/complaints/new", "complaint")


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"totp": b"", "totp_confirmed_at": datetime(2026, 11, 1, tzinfo=UTC)}, "/second"),
        ({"must_change": True}, "/new-password"),
    ],
    ids=["second", "new password"],
)
def test_step_of_the_sign_in_is_in_order(room: Room, values: dict[str, object], path: str) -> None:
    page = room.sign_in("counsellor-1")
    page.goto("about:blank")  # else the queue's own script may leave for the step too, across what is opened here
    with room.helpline.database.engine.begin() as db:
        db.execute(counsellors.update().values(**values))
    room.look(page, path, path.strip("/"))


def test_locked_page_is_in_order_in_every_width(room: Room) -> None:
    page = room.sign_in("counsellor-1")
    room.helpline.pass_(minutes=16)
    page.goto("/unlock")
    room.looks_well(page, "unlock")


def test_person_is_added_and_lets_themselves_in_by_keyboard_alone(room: Room) -> None:
    page = room.sign_in("administrator-1", "administrator")
    page.locator("details.add summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("counsellor-1")
    page.keyboard.press("Enter")
    given = page.locator(".once code").inner_text()
    person = room.window()
    person.goto("/sign-in")
    person.focus("[name=name]")
    person.keyboard.type("counsellor-1")
    person.keyboard.press("Tab")
    person.keyboard.type(given)
    person.keyboard.press("Enter")
    person.wait_for_url("**/new-password")
    person.locator("#old").focus()
    for typed in (given, "my own long password", "my own long password"):
        person.keyboard.type(typed)
        person.keyboard.press("Tab")
    person.keyboard.press("Enter")
    person.wait_for_selector("#take-next")


def test_second_factor_is_set_up_and_asked_for_by_keyboard_alone(room: Room) -> None:
    page = room.sign_in("counsellor-1")
    page.goto("/second/set-up")
    assert page.locator("img").evaluate("(picture) => picture.naturalWidth") > 0
    page.locator("#code").focus()
    page.keyboard.type(code(room, "counsellor-1"))
    page.keyboard.press("Enter")
    page.wait_for_selector(".codes")
    assert page.locator(".codes li").count() == 10
    assert page.locator("#print").is_visible()
    room.helpline.pass_(minutes=1)
    again = room.window()
    again.goto("/sign-in")
    again.focus("[name=name]")
    again.keyboard.type("counsellor-1")
    again.keyboard.press("Tab")
    again.keyboard.type(PASSWORD)
    again.keyboard.press("Enter")
    again.wait_for_url("**/second")
    again.focus("#code")
    again.keyboard.type(code(room, "counsellor-1"))
    again.keyboard.press("Enter")
    again.wait_for_selector("#take-next")


def test_idle_screen_shows_nothing_rings_for_an_emergency_and_keeps_the_draft(room: Room) -> None:
    disclosed(room)
    page = room.sign_in("counsellor-1")
    page.keyboard.press("t")
    page.wait_for_selector("#reply")
    page.fill("#reply", "yarımçıq cavab")
    room.helpline.pass_(minutes=16)
    page.wait_for_selector("#unlock-secret")
    assert [word for word in (SAID, "yarımçıq", "reply") if word in page.locator("body > main").inner_html()] == []
    assert page.locator("#live").count() == 0
    disclosed(room, Level.EMERGENCY, "700000002")
    page.wait_for_selector("#emergencies:visible")
    assert page.locator("#emergencies").inner_text() == "Emergencies waiting: 1"
    assert page.locator("body").get_attribute("data-rang") == "1"
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#unlock-wrong:visible")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#reply")
    assert page.input_value("#reply") == "yarımçıq cavab"
    # The wrong password's answer is a 401, which the browser notes as a fault of loading.
    room.faults[:] = [fault for fault in room.faults if "401" not in fault and "423" not in fault]


def test_screen_is_locked_by_its_button_and_ends_with_the_sign_in(room: Room) -> None:
    page = room.sign_in("counsellor-1")
    page.locator("header details:has(form[action='/lock']) > summary").click()
    page.get_by_role("button", name="Lock").click()
    page.wait_for_selector("#unlock-secret")
    assert page.url.endswith("/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
