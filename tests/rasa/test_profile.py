"""The profile form: offered, skippable at each step, interrupted by questions, left by the menu. In both languages."""

from __future__ import annotations

import pytest

from wire import Profile

SAVED = ("profile_saved",)


@pytest.mark.parametrize(
    ("language", "answers", "told"),
    [
        pytest.param(
            "az", ["mən uşağam", "13 yaşım var", "Gəncə"], Profile("child", "11-14", "ganja"), id="az child in words"
        ),
        pytest.param("az", ["usaq", "9", "Bakidan"], Profile("child", "7-10", "baku"), id="az without diacritics"),
        pytest.param(
            "az", ["valideyn", "uşağım 2 yaşındadır", "Şəki"], Profile("parent", "0-2", "shaki"), id="az parent"
        ),
        pytest.param(
            "ru", ["я ребёнок", "мне 16", "живу в Баку"], Profile("child", "15-17", "baku"), id="ru child in words"
        ),
        pytest.param("ru", ["мама", "сыну 4 года", "Гянджа"], Profile("parent", "3-9", "ganja"), id="ru parent"),
        pytest.param(
            "ru", ["бабушка", "8 месяцев", "я из Гянджи"], Profile("parent", "0-2", "ganja"), id="ru grandmother"
        ),
    ],
)
def test_profile_is_told_in_words(talk, language, answers, told):
    person = talk(language=language)
    person.press("profile")
    for answer in answers:
        person.say(answer)
    assert person.profile == told
    assert tuple(reply.say for reply in person.last.replies) == SAVED


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize(
    ("presses", "asked", "told"),
    [
        (
            ["audience:child", "age:11-14", "district:ganja"],
            ["ask_age_child", "ask_district", *SAVED],
            Profile("child", "11-14", "ganja"),
        ),
        (
            ["audience:parent", "age:0-2", "district:baku"],
            ["ask_age_parent", "ask_district", *SAVED],
            Profile("parent", "0-2", "baku"),
        ),
        (["skip", "district:baku"], ["ask_district", *SAVED], Profile(None, None, "baku")),
        (
            ["audience:parent", "skip", "district:baku"],
            ["ask_age_parent", "ask_district", *SAVED],
            Profile("parent", None, "baku"),
        ),
        (
            ["audience:child", "age:7-10", "skip"],
            ["ask_age_child", "ask_district", *SAVED],
            Profile("child", "7-10", None),
        ),
        (["skip", "skip"], ["ask_district", "profile_skipped"], Profile()),
    ],
    ids=[
        "all told by a child",
        "all told by a parent",
        "audience skipped",
        "age skipped",
        "district skipped",
        "all skipped",
    ],
)
def test_profile_is_told_by_buttons(talk, language, presses, asked, told):
    person = talk(language=language)
    assert person.press("profile") == ("ask_audience",)
    assert [key for press in presses for key in person.press(press)] == asked
    assert person.profile == told


@pytest.mark.parametrize(
    ("language", "question", "topic"),
    [("az", "imtahandan qorxuram", "exam_stress"), ("ru", "боюсь экзаменов", "exam_stress")],
)
@pytest.mark.parametrize(
    ("before", "asked"),
    [([], "ask_audience"), (["audience:child"], "ask_age_child"), (["audience:child", "skip"], "ask_district")],
    ids=["at the first question", "at the second", "at the third"],
)
def test_question_in_the_form_is_answered_and_the_form_goes_on(talk, language, question, topic, before, asked):
    person = talk(language=language)
    for press in ["profile", *before]:
        person.press(press)
    assert person.say(question) == (f"content:{topic}", asked)


@pytest.mark.parametrize(
    "leave", ["menu", "none_of_these", "topic:stop", "topic:delete_data", "topic:helpline_numbers"]
)
def test_form_is_left_and_does_not_come_back(talk, leave):
    person = talk()
    person.press("profile")
    person.press(leave)
    assert person.state["loop"] is None
    assert person.say("привет") == ("greeting",)


def test_unknown_district_is_said_and_asked_again(talk):
    person = talk()
    for press in ["profile", "audience:child", "age:11-14"]:
        person.press(press)
    assert person.say("цщзх йфвы") == ("district_unknown", "ask_district")


def test_grown_age_is_asked_again(talk):
    person = talk()
    person.press("profile")
    person.press("audience:child")
    assert person.say("мне 35") == ("ask_age_child",)


def test_word_for_a_parent_in_a_sentence_is_no_answer(talk):
    person = talk(language="az")
    person.press("profile")
    person.say("anam mənə qışqırır, nə edim")
    assert person.profile.audience is None


def test_profile_is_offered_and_never_forced(talk):
    person = talk()
    person.say("привет")
    assert "profile" in person.last.replies[0].choices
    assert person.state["loop"] is None


def test_profile_that_the_service_knows_is_not_offered_again(talk):
    person = talk(profile=Profile("parent", "3-9", None))
    person.say("привет")
    assert "profile" not in person.last.replies[0].choices
    assert person.press("menu") == ("menu:parent",)


def test_profile_can_be_told_anew(talk):
    person = talk(profile=Profile("parent", "3-9", "baku"))
    assert person.press("profile") == ("ask_audience",)
    person.press("audience:child")
    person.press("age:15-17")
    person.press("skip")
    assert person.profile == Profile("child", "15-17", "baku")


def test_district_alone_is_asked_for_and_kept(talk):
    person = talk(profile=Profile("parent", "3-9", "baku"))
    assert person.press("topic:change_district") == ("ask_district",)
    assert person.press("district:ganja") == SAVED
    assert person.profile == Profile("parent", "3-9", "ganja")


def test_late_press_of_an_old_button_is_kept(talk):
    person = talk()
    assert person.press("audience:child") == ("menu:child",)
    assert person.profile == Profile("child", None, None)
