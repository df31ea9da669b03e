"""What a message stands for: what was offered last, typed as it was shown; and a short answer is about the question."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpline.choosing import meant
from helpline.conversations import Conversation, TurnToTake
from tests.fakes import finding
from tests.helpline.harness import Helpline, book
from triage.taxonomy import Level, Risk
from wire import Reply, Topic, TurnRequest, TurnResult

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OFFERED = ("answer:danger:yes", "answer:danger:no", "answer:danger:unsure", "skip")


def turn(text: str, language: str = "az", channel: str = "sms_twilio", choice: str | None = None) -> TurnToTake:
    conversation = Conversation(1, channel, "AAAA", language, open_choices=OFFERED)
    return TurnToTake(1, "l", 1, "text", text, choice, NOW, conversation, None)


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("az", "2", "answer:danger:no"),
        ("az", "beli", "answer:danger:yes"),
        ("az", "BİLMİRƏM.", "answer:danger:unsure"),
        ("az", "Keçmək", "skip"),
        ("ru", "Не знаю", "answer:danger:unsure"),
        ("ru", "да", "answer:danger:yes"),
        ("az", "сообщить", "guide:report"),
        ("az", "bəli, indi", None),
        ("az", "", None),
    ],
)
def test_message_is_the_choice_whose_digit_label_or_word_it_is(language: str, text: str, code: str | None) -> None:
    assert meant(turn(text, language), book()) == code


def test_pressed_button_is_its_own_code() -> None:
    assert meant(turn("Bəli", choice="menu"), book()) == "menu"


def guide(request: TurnRequest) -> TurnResult:
    asked = (Reply("ask_help_now_danger", {}, OFFERED),)
    return TurnResult(asked, (), (Topic("menu_help", 0.9),), {}, "model-1")


@pytest.mark.parametrize(("text", "before"), [("dünən də", 0), ("dünən məktəbdə də belə oldu", 1)])
def test_short_answer_to_a_question_is_read_without_what_came_before(
    helpline: Helpline, text: str, before: int
) -> None:
    helpline.dialogue.answer = guide
    helpline.say("salam")
    helpline.say(text)
    assert helpline.triage.seen[-1] == (text, before)


def test_disclosure_in_few_words_is_heard_in_the_middle_of_a_guide(helpline: Helpline) -> None:
    helpline.dialogue.answer = guide
    helpline.finds("məni döyürlər", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("salam")
    helpline.say("məni döyürlər")
    case = helpline.case()
    assert case is not None
    assert case.level is Level.URGENT


def test_answer_of_a_guide_typed_as_shown_is_no_message_of_its_own(helpline: Helpline) -> None:
    helpline.finds("bilmirəm", finding(Level.CONCERN))
    helpline.dialogue.answer = lambda request: TurnResult((Reply("menu", {}, OFFERED),), (), (), {}, "m")
    helpline.say("kömək lazımdır mənə")
    helpline.say("bilmirəm")
    assert helpline.dialogue.asked[-1].level == "none"


def test_name_of_an_offered_text_may_be_what_the_person_tells(helpline: Helpline) -> None:
    helpline.dialogue.answer = lambda request: TurnResult((Reply("menu", {}, ("item:B08",)),), (), (), {}, "m")
    helpline.say("salam necəsiz")
    title = book().label("item:B08", "az")
    helpline.finds(title, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    assert helpline.say(title)[0] == helpline.text("first_child_self_unstaffed")[0]
