"""What was told before speaks for nobody else: with the shipped triage, after a pause and after the panic word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpline.phrasebook import Reader as TextReader
from helpline.phrasebook import Say
from language import Reader
from tests.conftest import ROOT
from tests.helpline.harness import Helpline
from triage.assess import Triage

BEATEN = "atam məni döyür"
CALM = ("alo", "nə hava", "kimdir bu", "salam")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.open(ROOT)


@pytest.fixture(scope="module")
def triage(reader: Reader) -> Triage:
    return Triage.open(ROOT, reader)


@pytest.fixture
def told(helpline: Helpline, reader: Reader, triage: Triage) -> Helpline:
    """What is read and assessed is read and assessed as in the service."""
    helpline.parts = replace(helpline.parts, reader=reader, triage=triage)
    return helpline


def locked(helpline: Helpline) -> None:
    """A child with a code word told of harm."""
    helpline.press("discreet:word")
    helpline.say("qarpız")
    helpline.say(BEATEN)


def line(helpline: Helpline, key: str) -> list[str]:
    return [out.text for out in helpline.book.render(Say(key), TextReader("az", "child", "telegram"))]


@pytest.mark.parametrize("word", CALM)
def test_old_disclosure_makes_no_disclosure_of_what_comes_after_a_pause(told: Helpline, word: str) -> None:
    locked(told)
    told.pass_(minutes=60)
    assert told.say(word) == line(told, "code_ask")
    assert told.say("armud") == line(told, "code_innocent")
    assert told.conversation().discretion.code_waived is False


def test_new_disclosure_after_a_pause_is_one(told: Helpline) -> None:
    locked(told)
    told.pass_(minutes=60)
    assert told.say("anam məni kəmərlə döyür") == told.text("more_heard_unstaffed")
    assert told.conversation().discretion.code_waived is True


def test_disclosure_that_waived_the_question_waives_it_until_a_pause(told: Helpline) -> None:
    locked(told)
    told.pass_(minutes=60)
    told.say("anam məni kəmərlə döyür")
    told.pass_(minutes=11)
    assert told.say("alo") == line(told, "code_ask")


@pytest.mark.parametrize("word", CALM)
def test_old_disclosure_ends_no_hiding(told: Helpline, word: str) -> None:
    told.pass_(minutes=1)
    told.say(BEATEN)
    told.pass_(minutes=1)
    told.say("çıx")
    told.pass_(minutes=1)
    assert told.say(word) == told.text("menu")
    assert told.conversation().discretion.hidden_at is not None


def test_old_disclosure_brings_nothing_that_waits_after_the_panic_word(told: Helpline, counsellor: int) -> None:
    told.say(BEATEN)
    told.desk.take(1, counsellor)
    told.send_all()
    told.pass_(minutes=1)
    told.say("çıx")
    told.pass_(minutes=1)
    told.on_shift(counsellor)
    told.desk.reply(1, counsellor, "Buradayam.", "1")
    assert told.send_all() == []
    assert told.say("nə hava") == []
    assert told.say("1") == ["Buradayam."]
