"""The page of closed cases as it is seen."""

from __future__ import annotations

from tests.browser.room import Room
from tests.fakes import finding
from triage.taxonomy import Level, Risk


def test_closed_cases_are_in_order_in_every_language_and_width(room: Room) -> None:
    helpline = room.helpline
    helpline.finds("yazıq", finding(Level.CONCERN, Risk.BULLYING))
    helpline.say("yazıq")
    helpline.press("person")
    counsellor = helpline.add_counsellor("counsellor-1")
    helpline.desk.take(1, counsellor)
    helpline.close(1, counsellor)
    room.look(room.sign_in("supervisor-1", "supervisor"), "/cases", "closed")
