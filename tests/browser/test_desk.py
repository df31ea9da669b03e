"""The queue and a case as a counsellor sees them."""

from __future__ import annotations

from tests.browser.room import Room
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"


def disclosed(room: Room) -> None:
    room.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    room.helpline.say(SAID)


def test_queue_is_in_order_in_every_language_and_width(room: Room) -> None:
    disclosed(room)
    room.look(room.sign_in("counsellor-1"), "/", "queue")


def test_case_is_in_order_in_every_language_and_width(room: Room) -> None:
    disclosed(room)
    page = room.sign_in("counsellor-1")
    page.keyboard.press("t")
    page.wait_for_selector("#reply")
    room.look(page, "/cases/1", "case")
