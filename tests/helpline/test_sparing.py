"""What is not answered by SMS: a machine that answers us, and chatter beyond a day's parts. And what always is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from helpline.conversations import NewOut
from helpline.loops import MOST, WITHIN
from helpline.ports import DialogueFailed
from helpline.segments import count
from store.tables import messages, turns
from tests.fakes import FakeChannel, finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

SMS = {"channel": "sms_smpp", "address": "+994500000001"}
OTHER = {"channel": "sms_smpp", "address": "+994500000002"}


@pytest.fixture
def spoken(helpline: Helpline) -> Helpline:
    helpline.channels["sms_smpp"] = FakeChannel("sms_smpp")
    helpline.say("salam", **SMS)
    return helpline


def counts(helpline: Helpline) -> tuple[int, int]:
    """Messages of people, and turns."""
    with helpline.database.reading() as db:
        said = db.scalar(select(func.count()).where(messages.c.author == "person"))
        return int(said or 0), int(db.scalar(select(func.count()).select_from(turns)) or 0)


def repeat(helpline: Helpline, text: str, times: int, **who: str) -> None:
    for _ in range(times):
        helpline.receive(text, **who)


def test_same_words_are_answered_twenty_times_and_then_kept(spoken: Helpline) -> None:
    repeat(spoken, "Auto reply", MOST, **SMS)
    assert counts(spoken) == (MOST + 1, MOST + 1)
    repeat(spoken, " auto  REPLY ", 5, **SMS)
    assert counts(spoken) == (MOST + 6, MOST + 1)


def test_other_words_are_answered_at_once(spoken: Helpline) -> None:
    repeat(spoken, "Auto reply", MOST + 3, **SMS)
    answered = counts(spoken)[1]
    spoken.receive("kömək", **SMS)
    assert counts(spoken)[1] == answered + 1


def test_same_words_of_another_are_answered(spoken: Helpline) -> None:
    repeat(spoken, "Auto reply", MOST + 3, **SMS)
    answered = counts(spoken)[1]
    spoken.receive("Auto reply", **OTHER)
    assert counts(spoken)[1] == answered + 1


def test_after_five_quiet_minutes_the_words_are_answered_again(spoken: Helpline) -> None:
    repeat(spoken, "Auto reply", MOST + 3, **SMS)
    answered = counts(spoken)[1]
    spoken.clock.time += WITHIN + timedelta(seconds=1)
    spoken.receive("Auto reply", **SMS)
    assert counts(spoken)[1] == answered + 1


def test_messenger_has_no_such_limit(spoken: Helpline) -> None:
    repeat(spoken, "salam", MOST + 5, channel="telegram", address="700000009")
    assert counts(spoken)[1] == MOST + 6


# --- a day's parts


@pytest.fixture
def spent(spoken: Helpline) -> Helpline:
    """Somebody who was sent as much as a day has."""
    with spoken.database.unit() as unit:
        unit.put_out(1, tuple(NewOut("ə" * 200) for _ in range(4)), spoken.clock.now(), "test:1")
    spoken.send_all()
    spoken.parts = replace(spoken.parts, parts_per_day=10)
    return spoken


def test_chatter_waits_and_is_told_so_once(spent: Helpline) -> None:
    assert spent.say("necəsən", **SMS) == spent.text("parts_cap", register="adult", channel="sms")
    assert spent.say("nə var nə yox", **SMS) == []
    assert spent.say("0", **SMS) == []


def test_below_the_limit_everything_is_answered(spent: Helpline) -> None:
    spent.parts = replace(spent.parts, parts_per_day=1000)
    told = spent.say("necəsən", **SMS)
    assert told
    assert told != spent.text("parts_cap", register="adult", channel="sms")


@pytest.mark.parametrize("level", [Level.CONCERN, Level.URGENT, Level.EMERGENCY])
def test_disclosure_is_answered_in_full(spent: Helpline, level: Level) -> None:
    spent.finds("atam döyür", finding(level, Risk.PHYSICAL_VIOLENCE))
    spent.say("necəsən", **SMS)
    told = spent.say("atam döyür", **SMS)
    assert told
    assert told != spent.text("parts_cap", register="child", channel="sms")
    assert spent.say("qorxuram", **SMS) != spent.text("parts_cap", register="child", channel="sms")


def test_words_that_we_promised_to_obey_are_answered(spent: Helpline) -> None:
    assert spent.say("STOP", **SMS) == spent.text("stop_ack", register="adult", channel="sms")


@pytest.mark.parametrize("word", ["insan", "«insan»", "İNSAN.", "человек", "«человек»", "Человек!"])
def test_word_that_the_line_offers_reaches_a_person(spent: Helpline, word: str) -> None:
    spent.say("necəsən", **SMS)
    told = spent.say(word, **SMS)
    assert told
    assert spent.case() is not None


def test_counsellor_is_never_kept_back(spent: Helpline) -> None:
    counsellor = spent.add_counsellor("counsellor-1")
    spent.finds("atam döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    spent.say("atam döyür", **SMS)
    spent.desk.take(1, counsellor)
    spent.send_all()
    spent.desk.reply(1, counsellor, "Buradayam.", "k")
    assert spent.send_all() == ["Buradayam."]


def test_fault_of_ours_is_told(spent: Helpline) -> None:
    spent.dialogue.answer = DialogueFailed("down")
    told = spent.say("necəsən", **SMS)
    assert told
    assert told != spent.text("parts_cap", register="adult", channel="sms")


def test_new_day_of_baku_begins_anew(spent: Helpline) -> None:
    spent.clock.time = datetime(2026, 12, 1, 19, 50, tzinfo=UTC)
    spent.say("salam", **SMS)
    with spent.database.unit() as unit:
        unit.put_out(1, tuple(NewOut("ə" * 200) for _ in range(4)), spent.clock.now(), "test:2")
    spent.send_all()
    assert spent.say("necəsən", **SMS) == spent.text("parts_cap", register="adult", channel="sms")
    spent.clock.time = datetime(2026, 12, 1, 20, 1, tzinfo=UTC)
    told = spent.say("sabahın xeyir", **SMS)
    assert told
    assert told != spent.text("parts_cap", register="adult", channel="sms")


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", ["child", "adult"])
@pytest.mark.parametrize("key", ["parts_cap", "sms_incomplete"])
def test_lines_are_short(helpline: Helpline, key: str, register: str, language: str) -> None:
    [line] = helpline.text(key, language, register, "sms")
    assert count(line).parts <= 2
