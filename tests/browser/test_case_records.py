"""Wrapping up, passing on, recording a contact: as they are seen, and by keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.room import Room
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"


def held(room: Room) -> Page:
    """Counsellor 1 holds an urgent case and has answered."""
    room.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    room.helpline.say(SAID)
    page = room.sign_in("counsellor-1")
    page.locator("#take-next").click()
    page.wait_for_selector("#reply")
    room.helpline.desk.reply(1, 1, "Buradayam", "k")
    room.helpline.send_all()
    return page


def offered(page: Page, to: str, note: str, how: str = "warm") -> None:
    page.goto("/cases/1")
    page.locator("#transfer summary").click()
    page.select_option("#to", to)
    page.select_option("#how", how)
    page.fill("#note_to", note)
    page.locator("form[action$='/offer'] button").click()
    page.wait_for_selector("form[action$='/take-back']")


def test_wrap_up_is_in_order_in_every_language_and_width(room: Room) -> None:
    page = held(room)
    room.sign_in("counsellor-2")
    room.look(page, "/cases/1/wrap-up", "wrap-up")


def test_new_contact_is_in_order_in_every_language_and_width(room: Room) -> None:
    room.look(room.sign_in("counsellor-1"), "/contacts/new", "new-contact")


def test_records_on_the_case_are_in_order(room: Room) -> None:
    page = held(room)
    page.goto("/cases/1")
    page.locator("#records summary").first.click()
    page.fill("#talk_note", "Müəllim danışdı: qız dərsdə yatır.")
    page.locator("form[action$='/talk'] button").click()
    page.wait_for_selector("#records .one-note")
    room.sign_in("counsellor-2")
    offered(page, "2", "Növbəm bitir. Qız rusca yazır.")
    room.look(page, "/cases/1", "case-records")


def test_queue_with_what_colleagues_ask_is_in_order(room: Room) -> None:
    page = held(room)
    other = room.sign_in("counsellor-2")
    offered(page, "2", "Növbəm bitir. Qız rusca yazır.", "cold")
    room.look(other, "/", "queue-asked")


def test_case_offered_warm_is_in_order(room: Room) -> None:
    page = held(room)
    other = room.sign_in("counsellor-2")
    offered(page, "2", "Növbəm bitir. Qız rusca yazır.")
    room.look(other, "/cases/1", "case-offered")


def test_urgent_case_is_closed_by_two_people_with_keys_alone(room: Room) -> None:
    page = held(room)
    second = room.sign_in("supervisor-1", "supervisor")
    page.goto("/cases/1/wrap-up")
    for question in page.locator(".question").all():
        question.locator("input").first.focus()
        page.keyboard.press("Space")
    page.locator("[value=ask]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("form[action$='/withdraw']")
    second.goto("/")
    second.locator(".asked a.button").focus()
    second.keyboard.press("Enter")
    second.locator("form[action$='/sign'] button").focus()
    second.keyboard.press("Enter")
    second.wait_for_selector("#take-next")
    assert room.helpline.case() is None


def test_offer_rings_on_the_page_of_who_is_meant(room: Room) -> None:
    page = held(room)
    other = room.sign_in("counsellor-2")
    other.goto("/")
    offered(page, "2", "Növbəm bitir.", "cold")
    other.locator(".asked").wait_for()
    assert other.evaluate("document.body.dataset.rang") == "1"
