"""Writing again after a disclosure: what is said first, and what is asked once."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from helpline import segments
from helpline.cases import CloseReason
from helpline.phrasebook import Reader, Say
from helpline.ports import DialogueFailed
from store.tables import case_events, conversations
from tests.fakes import finding, says
from tests.helpline.harness import DUTY, Helpline, book
from triage.taxonomy import Level, Risk

CHANNELS = pytest.mark.parametrize("channel", ["telegram", "sms_twilio"])
HURT = "məni döyür"
BESIDE = ("person", "help", "menu")


def said(key: str, *choices: str, channel: str = "telegram") -> str:
    return book().render(Say(key, choices), Reader("az", "child", channel))[0].text


def disclosed(helpline: Helpline, level: Level = Level.URGENT, channel: str = "telegram") -> None:
    helpline.finds(HURT, finding(level, Risk.PHYSICAL_VIOLENCE))
    helpline.say(HURT, channel=channel)


def closed(
    helpline: Helpline,
    counsellor: int,
    level: Level = Level.URGENT,
    channel: str = "telegram",
    reason: CloseReason = CloseReason.HELPED,
) -> None:
    """Told on a phone of their own, held, closed; the counsellor is off shift afterwards unless they come back."""
    disclosed(helpline, level, channel)
    use(helpline, "own")
    if level is Level.CONCERN:
        helpline.say("insan", channel=channel)
    helpline.desk.take(1, counsellor)
    helpline.close(1, counsellor, reason)
    helpline.send_all()
    helpline.pass_(minutes=1)


def use(helpline: Helpline, phone: str | None) -> None:
    """Whose phone it is, as the person told or did not tell."""
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).values(phone=phone))


def asked(helpline: Helpline) -> int:
    with helpline.database.engine.connect() as db:
        return [row.what for row in db.execute(case_events.select())].count("asked_again")


@CHANNELS
def test_return_to_a_waiting_case_tells_the_truth_about_it(helpline: Helpline, channel: str) -> None:
    disclosed(helpline, channel=channel)
    helpline.pass_(hours=25)
    assert helpline.say("salam", channel=channel) == [said("again_unread", *BESIDE, channel=channel)]
    assert helpline.conversation().open_choices == BESIDE


def test_return_to_a_case_that_was_read_says_so(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline)
    helpline.desk.take(1, counsellor)
    helpline.desk.hand_back(1, counsellor)
    helpline.send_all()
    helpline.pass_(hours=25)
    assert helpline.say("salam") == [said("again_read")]


@pytest.mark.parametrize(
    ("hours", "word"), [(23, "salam"), (25, "STOP"), (25, "9"), (25, "planım")], ids=["soon", "stop", "help", "plan"]
)
def test_nothing_is_said_first_to_who_was_not_away_or_knows_what_they_want(
    helpline: Helpline, hours: int, word: str
) -> None:
    disclosed(helpline)
    helpline.pass_(hours=hours)
    assert said("again_unread") not in helpline.say(word)


def test_return_with_a_new_disclosure_is_answered_as_one(helpline: Helpline) -> None:
    disclosed(helpline)
    helpline.pass_(hours=25)
    assert helpline.say(HURT) == [said("more_heard_unstaffed")]


def test_return_while_the_case_is_held_is_left_to_the_counsellor(helpline: Helpline, counsellor: int) -> None:
    disclosed(helpline)
    helpline.desk.take(1, counsellor)
    helpline.send_all()
    helpline.pass_(hours=25)
    assert helpline.say("salam") == []


def test_return_with_a_question_gets_the_line_and_then_the_answer(helpline: Helpline) -> None:
    closed(helpline, helpline.add_counsellor("counsellor-1"))
    helpline.dialogue.answer = lambda request: says("item:C08", choices=())
    heard = helpline.say("necə sakitləşim")
    assert heard[0] == said("again")
    assert len(heard) > 1


def test_greeting_that_leads_into_the_menu_is_met_with_the_line(helpline: Helpline) -> None:
    closed(helpline, helpline.add_counsellor("counsellor-1"))
    helpline.dialogue.answer = lambda request: says("menu:open")
    assert helpline.say("salam") == [said("again")]


def test_menu_asked_for_is_the_menu(helpline: Helpline) -> None:
    closed(helpline, helpline.add_counsellor("counsellor-1"))
    helpline.dialogue.answer = lambda request: says("menu:open")
    assert said("again") not in helpline.say("menyu")


def test_return_while_rasa_is_out_gets_the_safe_reply(helpline: Helpline) -> None:
    closed(helpline, helpline.add_counsellor("counsellor-1"))
    helpline.dialogue.answer = DialogueFailed("down")
    assert helpline.say("salam") == helpline.text("technical_unstaffed")


def test_first_message_after_a_closed_case_is_met_with_the_line_once(helpline: Helpline) -> None:
    closed(helpline, helpline.add_counsellor("counsellor-1"))
    assert helpline.say("salam") == [said("again")]
    assert helpline.say("salam") == [said("menu")]


def test_case_closed_as_a_false_alarm_is_not_come_back_to(helpline: Helpline, counsellor: int) -> None:
    closed(helpline, counsellor, reason=CloseReason.FALSE_ALARM)
    assert helpline.say("salam") == [said("menu")]


@pytest.mark.parametrize("hours", [1, 72])
def test_nothing_is_said_first_to_who_may_be_another_after_the_panic_word(
    helpline: Helpline, counsellor: int, hours: int
) -> None:
    closed(helpline, counsellor)
    helpline.say("çıx")
    helpline.pass_(hours=hours)
    helpline.on_shift(counsellor)
    assert helpline.say("salam") == [said("menu")]
    assert asked(helpline) == 0


@pytest.mark.parametrize("phone", ["shared", None])
def test_is_it_safer_is_not_asked_on_a_phone_that_others_may_read(
    helpline: Helpline, counsellor: int, phone: str | None
) -> None:
    closed(helpline, counsellor)
    use(helpline, phone)
    assert helpline.say("salam") == [said("again")]
    assert asked(helpline) == 0


@CHANNELS
def test_is_it_safer_is_asked_once_with_somebody_on_shift(helpline: Helpline, counsellor: int, channel: str) -> None:
    closed(helpline, counsellor, channel=channel)
    assert helpline.say("salam", channel=channel) == [
        said("again", channel=channel),
        said("again_safer", channel=channel),
    ]
    helpline.pass_(hours=25)
    helpline.on_shift(counsellor)
    assert helpline.say("salam", channel=channel) == [said("menu", channel=channel)]
    assert asked(helpline) == 1


def test_is_it_safer_waits_for_a_shift(helpline: Helpline) -> None:
    number = helpline.add_counsellor("counsellor-1")
    closed(helpline, number)
    assert helpline.say("salam") == [said("again")]
    helpline.on_shift(number)
    assert helpline.say("salam") == [said("menu")]
    helpline.pass_(hours=25)
    helpline.on_shift(number)
    assert helpline.say("salam") == [said("again"), said("again_safer")]


def test_is_it_safer_is_not_asked_about_a_concern(helpline: Helpline, counsellor: int) -> None:
    closed(helpline, counsellor, Level.CONCERN)
    assert helpline.say("salam") == [said("again")]


def test_is_it_safer_is_not_asked_a_month_later(helpline: Helpline, counsellor: int) -> None:
    closed(helpline, counsellor)
    helpline.pass_(days=31)
    helpline.on_shift(counsellor)
    assert helpline.say("salam") == [said("again")]


@pytest.mark.parametrize(
    ("answer", "key", "level", "alerts"),
    [("1", "safe_yes", None, 1), ("2", "safe_no", Level.EMERGENCY, 2), ("bilmirəm", "safe_unsure", Level.URGENT, 2)],
    ids=["yes opens nothing", "no is an emergency", "not sure is for a person to see"],
)
def test_answer_to_is_it_safer_means_what_it_means_elsewhere(
    helpline: Helpline, counsellor: int, answer: str, key: str, level: Level | None, alerts: int
) -> None:
    closed(helpline, counsellor)
    helpline.say("salam")
    assert helpline.say(answer)[0] == said(key)
    case = helpline.case()
    assert (None if case is None else case.level) == level
    assert [message.address for message in helpline.channels["telegram"].sent].count(DUTY) == alerts


def test_question_left_unanswered_gives_the_digits_back(helpline: Helpline, counsellor: int) -> None:
    closed(helpline, counsellor)
    helpline.say("salam")
    helpline.say("nə var")
    assert helpline.conversation().safety_asked_at is None
    helpline.say("2")
    assert helpline.case() is None


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", ["child", "adult"])
@pytest.mark.parametrize("key", ["again", "again_read", "again_unread", "again_safer"])
def test_lines_keep_within_two_parts_of_an_sms(key: str, language: str, register: str) -> None:
    choices = () if key == "again_safer" else BESIDE
    shown = book().render(Say(key, choices), Reader(language, register, "sms"))
    assert [segments.count(out.text).parts <= 2 for out in shown] == [True]
