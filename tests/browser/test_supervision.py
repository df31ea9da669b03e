"""The board, hand-over and reviews as they are seen, and a shift signed off by keyboard alone."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page

from console.words import HERE
from tests.browser.room import Room
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID, MORE, WORRY = "atam məni döyür", "evdən getmişəm", "kefim yoxdur"


def busy(room: Room) -> Page:
    """Three people wait or are talked with; the supervisor's window (account 1) is returned."""
    helpline = room.helpline
    helpline.finds(SAID, finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    helpline.finds(MORE, finding(Level.URGENT, Risk.RUNAWAY_MISSING))
    page = room.sign_in("supervisor-1", role="supervisor")
    other = helpline.add_counsellor("counsellor-2")
    helpline.on_shift(other)
    away = helpline.add_counsellor("counsellor-3")
    for number, text in enumerate((SAID, MORE, "insan", MORE, SAID)):
        helpline.say(text, address=f"70000010{number}")
    helpline.desk.take(1, 1)
    helpline.desk.take(2, 1)
    helpline.desk.take(4, away)
    helpline.desk.take(5, other)
    helpline.desk.reply(1, 1, "buradayam", "k")
    helpline.sweep()
    return page


def test_board_is_in_order_in_every_language_and_width(room: Room) -> None:
    page = busy(room)
    room.look(page, "/board", "board")


def test_load_is_in_order_in_every_language_and_width(room: Room) -> None:
    page = busy(room)
    room.look(page, "/board/load", "load")


def test_hand_over_is_in_order_in_every_language_and_width(room: Room) -> None:
    page = busy(room)
    room.look(page, "/handover", "handover")


def test_first_page_with_news_is_in_order_in_every_language_and_width(room: Room) -> None:
    page = busy(room)
    now = room.helpline.clock.now()
    with room.helpline.database.unit() as unit:
        held = unit.held_for_hand_over(2)
        unit.add_hand_over(2, 2, "Gecə sakit keçdi.", unit.left_behind(2, now), now)
        unit.offer_break(1, "load", 1, now)
    assert len(held) == 1
    room.look(page, "/", "first-page")


def test_supervisors_part_of_a_case_is_in_order_in_every_language_and_width(room: Room) -> None:
    page = busy(room)
    with room.helpline.database.unit() as unit:
        unit.seal_case(1, sealed=True)
        unit.add_block(1, 1, 1, "prank", room.helpline.clock.now(), room.helpline.clock.now() + timedelta(days=7))
    room.look(page, "/cases/1", "case-supervision")


def test_reviews_are_in_order_in_every_language_and_width(room: Room) -> None:
    page = busy(room)
    now = room.helpline.clock.now()
    scores = '{"heard":2,"pace":1,"record":2,"referral":0,"safety":2}'
    with room.helpline.database.unit() as unit:
        unit.add_review(5, 2, "2026-W44", "emergency", now)
        unit.add_review(4, 3, "2026-W44", "urgent", now)
        unit.write_review(2, 1, scores, "Sakit və aydın yazıb.", "Nömrələri daha tez vermək.", now)
        for answer in ("yes", "yes", "partly", "no", "yes"):
            unit.add_contact_answer("2026-W44", Level.CONCERN, "sms", answer)
    room.look(page, "/reviews", "reviews")


def test_review_is_in_order_in_every_language_and_width(room: Room) -> None:
    page = busy(room)
    with room.helpline.database.unit() as unit:
        unit.add_review(5, 2, "2026-W44", "emergency", room.helpline.clock.now())
    room.look(page, "/reviews/1", "review")


def test_shift_is_signed_off_by_keyboard_alone(room: Room) -> None:
    helpline = room.helpline
    helpline.finds(MORE, finding(Level.URGENT, Risk.RUNAWAY_MISSING))
    helpline.say(MORE)
    page = room.sign_in("counsellor-1")
    helpline.desk.take(1, 1)
    page.goto("/handover")
    assert page.locator("form[action='/handover/sign-off'] button").is_disabled()
    page.locator("#step-1").focus()
    page.keyboard.type("Zəng edəcəyəm")
    page.keyboard.press("Tab")
    due = (helpline.clock.now() + timedelta(hours=4)).astimezone(HERE)
    page.keyboard.type(f"{due:%m%d%Y}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{due:%I%M%p}")
    page.keyboard.press("Enter")
    page.wait_for_selector("form[action='/handover/sign-off'] button:not([disabled])")
    page.locator("#note").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/handover/1")
    assert page.locator("text=Zəng edəcəyəm").is_visible()


def test_board_renews_when_somebody_comes(room: Room) -> None:
    room.helpline.finds(SAID, finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    page = room.sign_in("supervisor-1", role="supervisor")
    page.goto("/board")
    assert page.locator(".tile.emergency .big").inner_text() == "0"
    room.helpline.say(SAID)
    page.wait_for_function("document.querySelector('.tile.emergency .big').textContent === '1'", timeout=8000)
