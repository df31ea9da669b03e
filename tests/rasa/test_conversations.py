"""What the bot says to what people write, in both languages."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("az", "salam", ("greeting",)),
        ("ru", "здравствуйте", ("greeting",)),
        ("az", "çox sağ olun", ("thanks_goodbye",)),
        ("ru", "спасибо большое", ("thanks_goodbye",)),
        ("az", "sən robotsan?", ("about_service",)),
        ("ru", "ты робот?", ("about_service",)),
        ("az", "imtahandan qorxuram", ("content:exam_stress",)),
        ("ru", "боюсь экзаменов", ("content:exam_stress",)),
        ("az", "məlumatlarımı silin", ("delete_how",)),
        ("ru", "удалите мои данные", ("delete_how",)),
    ],
)
def test_text_is_answered_by_what_it_is_about(talk, language, text, said):
    assert talk(language=language).say(text) == said


@pytest.mark.parametrize(
    ("topic", "say", "choices"),
    [
        ("stop", "stop_how", ("stop", "menu")),
        ("start", "start_how", ("tips:on", "tips:how", "menu")),
        ("delete_data", "delete_how", ("delete", "menu")),
        ("change_language", "language_how", ("language:az", "language:ru")),
    ],
)
def test_command_told_in_free_text_is_offered_as_a_choice(talk, topic, say, choices):
    person = talk()
    person.press(f"topic:{topic}")
    assert [(reply.say, reply.choices) for reply in person.last.replies] == [(say, choices)]


def test_gibberish_is_answered_by_at_most_three_guesses(talk):
    person = talk()
    assert person.say("цщзх йфвы ждлор") in (("did_you_mean",), ("not_understood",))
    choices = person.last.replies[0].choices
    assert len([code for code in choices if code.startswith("topic:")]) <= 3


def test_second_time_not_understood_a_person_is_offered(talk):
    person = talk()
    person.say("цщзх йфвы")
    assert person.say("ыфвщ жжцц") == ("offer_person",)
    assert person.last.replies[0].choices[0] == "person"


@pytest.mark.parametrize(
    "turn", [{"text": "цщзх йфвы"}, {"choice": "topic:out_of_scope"}, {"choice": "topic:insult"}], ids=str
)
def test_concern_without_a_topic_is_offered_a_person_at_once(talk, turn):
    person = talk()
    assert person.take(person.request(**turn, level="concern")) == ("offer_person",)


@pytest.mark.parametrize(("language", "yes"), [("az", "hə"), ("ru", "да")])
def test_yes_after_a_topic_asks_for_more(talk, language, yes):
    person = talk(language=language)
    person.press("topic:foster_care")
    assert person.say(yes) == ("near:foster_care",)


@pytest.mark.parametrize(("language", "text"), [("az", "13 yaşım var"), ("ru", "мне 13 лет")])
def test_age_alone_brings_the_question_whose_it_is(talk, language, text):
    person = talk(language=language)
    assert person.say(text) == ("menu:open",)
    assert person.profile.age_band is None


def test_plain_no_after_guesses_means_none_of_them(talk):
    person = talk()
    person.say("цщзх йфвы")
    assert person.say("нет") == ("offer_person",)


@pytest.mark.parametrize(("language", "yes", "no"), [("az", "hə", "yox"), ("ru", "да", "нет")])
def test_yes_and_no_after_a_greeting_answer_its_offer(talk, language, yes, no):
    agreed, refused = talk(language=language), talk(language=language)
    agreed.press("topic:greeting")
    refused.press("topic:greeting")
    assert agreed.say(yes) == ("ask_audience",)
    assert refused.say(no) == ("menu:open",)


@pytest.mark.parametrize(
    "turn",
    [
        {"text": "привет"},
        {"text": "цщзх йфвы"},
        {"text": "какая завтра погода"},
        {"choice": "menu"},
        {"choice": "profile"},
        {"choice": "skip"},
        {"choice": "topic:about_service"},
        {"choice": "topic:change_district"},
        {"choice": "topic:out_of_scope"},
        {"choice": "none_of_these"},
    ],
    ids=str,
)
def test_after_a_disclosure_only_calm_support_is_offered(talk, turn):
    person = talk(quiet=True)
    person.take(person.request(**turn))
    assert [(reply.say, reply.choices) for reply in person.last.replies] == [
        ("calm_support", ("help", "person", "misunderstood"))
    ]


def test_after_a_disclosure_a_topic_asked_for_is_told(talk):
    person = talk(quiet=True)
    assert person.press("topic:feelings_sad_anxious") == ("content:feelings_sad_anxious",)
    assert person.press("item:B15") == ("item:B15",)


def test_menu_follows_who_writes(talk):
    assert talk().press("menu", speaker="child_self") == ("menu:child",)
    assert talk().press("menu", speaker="caregiver") == ("menu:parent",)
    assert talk().press("menu") == ("menu:open",)


@pytest.mark.parametrize(("language", "more"), [("az", "daha çox"), ("ru", "ещё")])
def test_more_goes_on_from_what_was_told_last(talk, language, more):
    person = talk(language=language)
    person.press("topic:tantrums")
    assert person.say(more) == ("near:tantrums",)
    person.press("item:P07:2")
    assert person.say(more) == ("near:P07",)


@pytest.mark.parametrize("before", [[], ["audience:child"]], ids=["at the first question", "at the second"])
def test_item_in_the_middle_of_the_profile_is_told_and_the_form_goes_on(talk, before):
    person = talk()
    for press in ["profile", *before]:
        person.press(press)
    asked = "ask_age_child" if before else "ask_audience"
    assert person.press("item:P07") == ("item:P07", asked)
