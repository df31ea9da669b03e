"""A person complains about us: administrators read it, and it is not in the conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from helpline.accounts import Account, Role
from helpline.complaining import Complaining
from helpline.conversations import CaseState
from helpline.matters import Matters
from store.account_tables import complaints
from store.case_pages import open_case_for
from store.complaint_pages import complaints_for
from store.tables import messages
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

SAID = "məsləhətçi mənə qışqırdı"
HARM = "atam məni döyür"


def kept(helpline: Helpline, reader: int = 0) -> list[str | None]:
    with helpline.database.reading() as db:
        return [row.text for row in complaints_for(db, helpline.database.vault, reader)]


def transcript(helpline: Helpline, counsellor: int) -> list[str | None]:
    account = Account(counsellor, "counsellor-1", Role.COUNSELLOR, "az")
    return [line.text for line in open_case_for(helpline.database, helpline.clock, account, 1).lines]


@pytest.mark.parametrize("words", ["sizdən şikayət", "Sizden sikayet!", "жалоба на вас", "Хочу пожаловаться на вас"])
def test_words_for_a_complaint_ask_what_happened(helpline: Helpline, words: str) -> None:
    helpline.say("salam")
    language = "az" if words[0] in "sS" else "ru"
    assert helpline.say(words) == helpline.text("complaint_how", language, "adult")


def test_complaint_goes_to_the_administrators_and_is_in_no_message(helpline: Helpline) -> None:
    helpline.say("sizdən şikayət")
    assert helpline.say(SAID) == helpline.text("complaint_kept", register="adult")
    assert kept(helpline) == [SAID]
    with helpline.database.reading() as db:
        bodies = [helpline.database.vault.texts.open(body) for body in db.scalars(select(messages.c.body)) if body]
        sealed = db.scalar(select(complaints.c.body))
    assert SAID not in bodies
    assert SAID.encode() not in bytes(sealed or b"")


def test_what_follows_a_complaint_is_no_complaint(helpline: Helpline) -> None:
    helpline.say("sizdən şikayət")
    helpline.say(SAID)
    helpline.say("kurs")
    assert kept(helpline) == [SAID]


def test_complaint_may_be_left(helpline: Helpline) -> None:
    helpline.say("sizdən şikayət")
    assert helpline.press("complaint:stop") == helpline.text("complaint_stopped", register="adult")
    helpline.say(SAID)
    assert kept(helpline) == []


def test_what_comes_much_later_is_no_complaint(helpline: Helpline) -> None:
    helpline.say("sizdən şikayət")
    helpline.pass_(hours=2)
    helpline.say(SAID)
    assert kept(helpline) == []


def test_disclosure_is_heard_as_one_and_not_as_a_complaint(helpline: Helpline) -> None:
    helpline.finds(HARM, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("sizdən şikayət")
    helpline.say(HARM)
    assert kept(helpline) == []
    assert helpline.case() is not None


def test_counsellor_who_holds_the_case_sees_nothing_of_it(helpline: Helpline, counsellor: int) -> None:
    helpline.finds(HARM, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(HARM)
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    before = transcript(helpline, counsellor)
    assert helpline.say("sizdən şikayət") == helpline.text("complaint_how")
    helpline.receive(SAID)
    waiting = transcript(helpline, counsellor)
    assert [text for text in waiting if text not in before] == [None]
    while helpline.take() is not None:
        pass
    helpline.send_all()
    assert [text for text in transcript(helpline, counsellor) if text not in before] == [None, None]
    assert (kept(helpline), kept(helpline, counsellor)) == ([SAID], [])
    case = helpline.case()
    assert case is not None
    assert case.state is CaseState.HELD


def test_somebody_outside_is_told_where_one_is_named(helpline: Helpline) -> None:
    helpline.parts = replace(helpline.parts, matters=Matters(Complaining("board@example.org")))
    told = helpline.say("sizdən şikayət")
    assert told[0].endswith("board@example.org")
    assert len(told) == 2


def test_erasure_takes_the_words_of_a_complaint(helpline: Helpline) -> None:
    helpline.say("sizdən şikayət")
    helpline.say(SAID)
    with helpline.database.unit() as unit:
        unit.erase(1, helpline.clock.now())
    assert kept(helpline) == [None]
