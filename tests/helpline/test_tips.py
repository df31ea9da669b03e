"""The subscription: asked for, explained, never to a phone that others read without one more yes, and ended by one word."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from helpline import segments
from helpline.conversations import NewOut
from helpline.phrasebook import Reader, Say
from store.tables import conversations, outbox
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

KEYS = (
    "tips_how",
    "tips_first",
    "tips_shared",
    "tips_on",
    "tips_later",
    "tips_never",
    "tips_off",
    "start_how",
    "start_ack",
)


def _set(helpline: Helpline, **values: object) -> None:
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).where(conversations.c.id == 1).values(**values))


def _column(helpline: Helpline, name: str) -> object:
    with helpline.database.reading() as db:
        return db.scalar(select(conversations.c[name]).where(conversations.c.id == 1))


def _known(helpline: Helpline, **values: object) -> None:
    helpline.say("salam")
    if values:
        _set(helpline, **values)


def test_subscribing_first_asks_whose_phone_it_is(helpline: Helpline) -> None:
    _known(helpline)
    assert helpline.press("tips:on") == helpline.text("tips_first", register="adult")
    assert helpline.conversation().open_choices == ("discreet:before:tips:on", "tips:how", "menu")
    assert _column(helpline, "tips_since") is None


def test_word_on_a_poster_is_answered_with_who_is_writing_and_once(helpline: Helpline) -> None:
    said = [helpline.say("abunə ol", channel="sms_twilio", address="+994500000001") for _ in range(2)]
    greeting = helpline.text("greeting_short", register="adult", channel="sms_twilio")
    reader, choices = Reader("az", "adult", "sms_twilio"), ("discreet:before:tips:on", "tips:how")
    first = [out.text for out in helpline.book.render(Say("tips_first", choices), reader)]
    assert said == [greeting + first, first]


def test_subscribing_on_an_own_phone_begins_it_and_the_next_tip_is_not_today(helpline: Helpline) -> None:
    _known(helpline, phone="own")
    assert helpline.press("tips:on") == helpline.text("tips_on", register="adult")
    assert helpline.conversation().discretion.tips_since == helpline.clock.now()
    began, due_at = helpline.clock.now(), _column(helpline, "tip_due_at")
    helpline.pass_(days=3)
    helpline.press("tips:on")
    assert (_column(helpline, "tips_since"), _column(helpline, "tip_due_at")) == (began, due_at)


def test_shared_phone_is_agreed_to_once_more(helpline: Helpline) -> None:
    _known(helpline, phone="shared")
    assert helpline.press("tips:on") == helpline.text("tips_shared", register="adult")
    assert _column(helpline, "tips_since") is None
    assert helpline.press("tips:on:shared") == helpline.text("tips_on", register="adult")
    assert (_column(helpline, "tips_since"), _column(helpline, "shared_agreed")) == (helpline.clock.now(), True)


def test_who_wants_nothing_first_is_told_so(helpline: Helpline) -> None:
    _known(helpline, phone="own", write_from=9, write_until=9)
    assert helpline.press("tips:on") == helpline.text("tips_never", register="adult")
    assert helpline.conversation().open_choices[0] == "discreet:when"
    assert _column(helpline, "tips_since") is None


@pytest.mark.parametrize("level", [Level.CONCERN, Level.URGENT], ids=["a concern", "urgent"])
def test_subscribing_after_a_disclosure_promises_nothing_that_does_not_come(helpline: Helpline, level: Level) -> None:
    helpline.finds("evdə vururlar", finding(level, Risk.PHYSICAL_VIOLENCE))
    helpline.say("evdə vururlar")
    _set(helpline, phone="own")
    assert helpline.press("tips:on") == helpline.text("tips_later")


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("abune ol", "tips_on"),
        ("Подписаться", "tips_on"),
        ("советы не нужны", "tips_off"),
        ("abunə haqqında", "tips_how"),
    ],
)
def test_word_does_what_its_button_does(helpline: Helpline, word: str, key: str) -> None:
    _known(helpline, phone="own", language="az", language_chosen=True)
    language = "ru" if word.lower() in ("подписаться", "советы не нужны") else "az"
    _set(helpline, language=language)
    assert helpline.say(word) == helpline.text(key, language, register="adult")


def test_ending_cancels_what_waits_and_leaves_lessons(helpline: Helpline) -> None:
    _known(helpline, phone="own")
    helpline.press("tips:on")
    helpline.lesson_waits()
    with helpline.database.unit() as unit:
        for origin in ("tip:1:P07", "lesson:1"):
            unit.put_started(1, (NewOut("x"),), helpline.clock.now(), origin, due_at=helpline.clock.now())
    helpline.press("tips:off")
    with helpline.database.reading() as db:
        rows = db.execute(select(outbox.c.state, outbox.c.code).where(outbox.c.lane == 2).order_by(outbox.c.id)).all()
    assert [tuple(row) for row in rows] == [("cancelled", "stopped"), ("waiting", "talking")]
    assert _column(helpline, "tips_since") is None


def test_stop_ends_and_start_alone_brings_nothing_back(helpline: Helpline) -> None:
    _known(helpline, phone="own")
    helpline.press("tips:on")
    helpline.say("STOP")
    assert (helpline.conversation().bulk_stopped, _column(helpline, "tips_since")) == (True, None)
    helpline.say("START")
    assert (helpline.conversation().bulk_stopped, _column(helpline, "tips_since")) == (False, None)
    assert helpline.conversation().open_choices[0] == "tips:on"


def test_subscribing_after_stop_opens_again(helpline: Helpline) -> None:
    _known(helpline, phone="own")
    helpline.say("STOP")
    helpline.press("tips:on")
    assert helpline.conversation().bulk_stopped is False


@pytest.mark.parametrize("word", ["çıx", "sil"], ids=["the panic word", "a wish to be forgotten"])
def test_word_ends_the_subscription(helpline: Helpline, word: str) -> None:
    _known(helpline, phone="own")
    helpline.press("tips:on")
    helpline.say(word)
    assert _column(helpline, "tips_since") is None


def test_subscription_is_silent_while_a_counsellor_holds_the_case(helpline: Helpline, counsellor: int) -> None:
    helpline.finds("atam məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("atam məni döyür")
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    assert helpline.press("tips:on") == []


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", ["child", "adult"])
def test_sms_of_the_subscription_fits_two_parts_with_its_lines(
    helpline: Helpline, language: str, register: str
) -> None:
    choices = {
        "tips_how": ("tips:off",),
        "tips_off": ("tips:on",),
        "tips_first": ("discreet:before:tips:on", "tips:how"),
        "tips_never": ("discreet:when",),
        "tips_shared": ("tips:on:shared",),
        "start_how": ("tips:on", "tips:how", "menu"),
        "start_ack": ("tips:on", "menu", "help"),
    }
    reader = Reader(language, register, "sms_twilio")
    for key in KEYS:
        outs = helpline.book.render(Say(key, choices.get(key, ("profile", "tips:off"))), reader)
        assert [segments.count(out.text).parts <= 2 for out in outs] == [True], key


@pytest.mark.parametrize("language", ["az", "ru"])
def test_announcement_by_sms_is_one_part(helpline: Helpline, language: str) -> None:
    outs = helpline.book.render(Say("tip_neutral"), Reader(language, "adult", "sms_twilio"))
    assert [segments.count(out.text).parts for out in outs] == [1]
