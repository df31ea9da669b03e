"""Did this help: when it is asked, what is kept, and that it belongs to nobody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpline import segments
from helpline.messages import OutgoingMessage
from helpline.phrasebook import Reader, Say
from store.feedback_counts import FeedbackCount, feedback_counts
from store.matter_tables import feedback
from tests.fakes import finding, says
from tests.helpline.harness import Helpline, book
from triage.taxonomy import Level, Risk

CHANNELS = pytest.mark.parametrize("channel", ["telegram", "sms_twilio"])
ITEM = "P07"


def told(helpline: Helpline, key: str = f"item:{ITEM}", channel: str = "telegram") -> OutgoingMessage:
    """The last message of an answer with a text of the library."""
    helpline.dialogue.answer = lambda request: says(key)
    helpline.say("necə edim", channel=channel)
    return helpline.channels[channel].sent[-1]


def asks(message: OutgoingMessage) -> list[str]:
    return [choice.code for choice in message.choices if choice.code.startswith("feedback:")]


def last_part(item: str = ITEM, language: str = "az") -> int:
    found = book().library.get(item)
    assert found is not None
    return len(found.texts[language].sms)


def kept(helpline: Helpline) -> list[FeedbackCount]:
    with helpline.database.reading() as db:
        return feedback_counts(db)


def with_room(language: str) -> str:
    """An item whose last SMS has room for the question."""
    for item in book().library.items():
        key = f"item:{item.id}:{len(item.texts[language].sms)}"
        beside = tuple(f"item:{code}" for code in item.next[:2])
        sizes = [
            segments.count(book().render(Say(key, choices), Reader(language, "adult", "sms"))[-1].text).parts
            for choices in (
                (*beside, "person"),
                (*beside, "person", f"feedback:yes:{item.id}", f"feedback:no:{item.id}"),
            )
        ]
        if item.audience == "parent" and sizes[0] == sizes[1]:
            return item.id
    raise AssertionError("no item has room")


def test_question_stands_beside_a_text_once_a_day(helpline: Helpline) -> None:
    assert asks(told(helpline)) == [f"feedback:yes:{ITEM}", f"feedback:no:{ITEM}"]
    assert asks(told(helpline)) == []
    helpline.pass_(hours=24)
    assert asks(told(helpline)) == [f"feedback:yes:{ITEM}", f"feedback:no:{ITEM}"]


def test_question_by_sms_comes_with_the_last_part_and_costs_none(helpline: Helpline) -> None:
    item = with_room("az")
    first = told(helpline, f"item:{item}:1", "sms_twilio")
    assert asks(first) == []
    last = told(helpline, f"item:{item}:{last_part(item)}", "sms_twilio")
    assert asks(last) == [f"feedback:yes:{item}", f"feedback:no:{item}"]
    number = len(last.choices) - 1
    helpline.say(str(number), channel="sms_twilio")
    assert kept(helpline) == [FeedbackCount(item, "az", "sms", 1, 1)]


def test_question_is_left_out_where_an_sms_has_no_room(helpline: Helpline) -> None:
    for item in book().library.items():
        key = f"item:{item.id}:{len(item.texts['az'].sms)}"
        helpline.pass_(hours=25)
        sent = told(helpline, key, "sms_twilio")
        plain = [choice.code for choice in sent.choices if not choice.code.startswith("feedback:")]
        bare = book().render(Say(key, tuple(plain)), Reader("az", "adult", "sms"))[-1].text
        assert segments.count(sent.text).parts == segments.count(bare).parts
        if not asks(sent):
            return
    raise AssertionError("every item had room")


@pytest.mark.parametrize("level", [Level.URGENT, Level.EMERGENCY], ids=lambda level: level.name.lower())
def test_nothing_is_asked_after_a_disclosure(helpline: Helpline, level: Level) -> None:
    helpline.finds("məni döyür", finding(level, Risk.PHYSICAL_VIOLENCE))
    helpline.say("məni döyür")
    assert asks(told(helpline)) == []


def test_nothing_is_asked_beside_what_is_no_text_of_the_library(helpline: Helpline) -> None:
    assert asks(told(helpline, "menu")) == []


@CHANNELS
@pytest.mark.parametrize(("answer", "helped"), [("yes", 1), ("no", 0)])
def test_answer_is_kept_about_the_text_and_about_nobody(
    helpline: Helpline, channel: str, answer: str, helped: int
) -> None:
    item = with_room("az")
    told(helpline, f"item:{item}:{last_part(item)}" if channel != "telegram" else f"item:{item}", channel)
    heard = helpline.press(f"feedback:{answer}:{item}", channel=channel)
    offered = tuple(choice.code for choice in helpline.channels[channel].sent[-1].choices)
    assert heard == [book().render(Say(f"feedback_{answer}", offered), Reader("az", "adult", channel))[0].text]
    assert ("person" in offered) == (answer == "no")
    form = "telegram" if channel == "telegram" else "sms"
    assert kept(helpline) == [FeedbackCount(item, "az", form, helped, 1)]
    with helpline.database.engine.connect() as db:
        row = db.execute(feedback.select()).mappings().one()
    assert set(row) == {"id", "item", "language", "form", "helped", "at"}
    assert row["at"] == datetime(2026, 11, 2, tzinfo=UTC)


def test_answer_pressed_twice_counts_once(helpline: Helpline) -> None:
    told(helpline)
    helpline.press(f"feedback:yes:{ITEM}")
    helpline.press(f"feedback:yes:{ITEM}")
    assert kept(helpline) == [FeedbackCount(ITEM, "az", "telegram", 1, 1)]


@pytest.mark.parametrize("code", ["feedback:yes:nothing", "feedback:no:P08"], ids=["no such text", "not offered"])
def test_answer_about_what_was_not_offered_is_thanked_for_and_not_kept(helpline: Helpline, code: str) -> None:
    told(helpline)
    assert helpline.press(code) != []
    assert kept(helpline) == []


def test_answer_that_is_none_goes_on_to_the_dialogue(helpline: Helpline) -> None:
    helpline.say("salam")
    helpline.press("feedback:perhaps:P07")
    assert helpline.dialogue.asked[-1].choice == "feedback:perhaps:P07"


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", ["child", "adult"])
def test_thanks_keep_within_two_parts_of_an_sms(language: str, register: str) -> None:
    for say in (Say("feedback_no", ("person", f"item:{ITEM}", "menu")), Say("feedback_yes", (f"item:{ITEM}", "menu"))):
        shown = book().render(say, Reader(language, register, "sms"))
        assert [segments.count(out.text).parts <= 2 for out in shown] == [True]
