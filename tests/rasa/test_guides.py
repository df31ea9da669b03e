"""The guided dialogues: asked, skipped, interrupted, left, and what follows from the answers. In both languages."""

from __future__ import annotations

import random

import pytest

from bot.guides import Guide, guides
from wire import Profile

GUIDES = sorted(guides())
LANGUAGES = ("az", "ru")
WORDS = {
    "az": {
        "yes": "hə",
        "no": "yox",
        "skip": "keç",
        "unsure": "bilmirəm",
        "exam": "imtahandan qorxuram",
        "menu": "menyu",
    },
    "ru": {
        "yes": "да",
        "no": "нет",
        "skip": "пропустить",
        "unsure": "не знаю",
        "exam": "боюсь экзаменов",
        "menu": "меню",
    },
}


def hand_off(person):
    return next((dict(ask.values) for ask in person.last.asks if ask.kind == "hand_off"), None)


def first_question(name: str) -> str:
    return guides()[name].questions[0].ask


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("presses", "asked", "handed"),
    [
        pytest.param(
            ["answer:who:me", "answer:danger:no", "district:ganja"],
            ["ask_help_now_who", "ask_help_now_danger", "ask_help_now_place", "guide_help_now_end"],
            {"level": "concern", "due": "120", "answers": "who:me danger:no place:ganja"},
            id="an adult, no danger",
        ),
        pytest.param(
            ["answer:who:child", "answer:danger:unsure", "skip"],
            ["ask_help_now_who", "ask_help_now_danger", "ask_help_now_place_of_child", "guide_help_now_end"],
            {"level": "concern", "due": "15", "answers": "who:child danger:unsure place_of_child:skipped"},
            id="not sure",
        ),
        pytest.param(
            ["skip", "skip", "skip"],
            ["ask_help_now_who", "ask_help_now_danger", "ask_help_now_place", "guide_help_now_end"],
            {"level": "concern", "due": "15", "answers": "who:skipped danger:skipped place:skipped"},
            id="all skipped",
        ),
        pytest.param(
            ["answer:who:me", "answer:danger:yes"],
            ["ask_help_now_who", "ask_help_now_danger", "safe_no"],
            {"level": "emergency", "due": "2", "answers": "who:me danger:yes"},
            id="danger now",
        ),
        pytest.param(
            ["answer:who:child", "answer:danger:yes"],
            ["ask_help_now_who", "ask_help_now_danger", "emergency_report"],
            {"level": "emergency", "due": "2", "answers": "who:child danger:yes"},
            id="danger now, another child",
        ),
    ],
)
def test_help_now_ends_with_a_person(talk, language, presses, asked, handed):
    person = talk(language=language)
    said = person.press("guide:help_now")
    for press in presses:
        said += person.press(press)
    assert list(said) == asked
    assert hand_off(person) == {"reason": "help_now", **handed}


def test_child_is_due_sooner_than_an_adult_and_a_known_district_is_not_asked_for(talk):
    child = talk(profile=Profile("child", None, "barda"))
    child.press("guide:help_now")
    child.press("answer:who:me")
    assert child.press("answer:danger:no") == ("guide_help_now_end",)
    assert hand_off(child) == {
        "reason": "help_now",
        "level": "concern",
        "due": "15",
        "answers": "who:me danger:no place:barda",
    }


@pytest.mark.parametrize(
    ("speaker", "answers", "said", "handed"),
    [
        (
            "adult_report",
            ["no", "child_age:7-12", "district:shaki", "may_write:yes"],
            "first_adult_report",
            ("concern", "120"),
        ),
        ("adult_report", ["no", "skip", "skip", "may_write:no"], "first_adult_report", ("concern", "120", "yes")),
        ("adult_report", ["unsure", "skip", "skip", "skip"], "first_adult_report", ("concern", "15")),
        ("child_friend", ["no", "skip", "skip", "may_write:yes"], "first_child_friend", ("concern", "15")),
        ("adult_report", ["yes"], "emergency_report", ("emergency", "2")),
    ],
    ids=["an adult", "not to be written to", "not sure", "a child", "danger now"],
)
def test_report_is_due_by_who_reports_and_whether_there_is_danger(talk, speaker, answers, said, handed):
    person = talk()
    person.press("guide:report", speaker=speaker)
    for answer in answers:
        code = f"answer:child_danger:{answer}" if answer in ("yes", "no", "unsure") else answer
        code = f"answer:{code}" if code.startswith(("child_age", "may_write")) else code
        keys = person.press(code, speaker=speaker)
    assert keys == (said,)
    found = hand_off(person)
    assert tuple(found[name] for name in ("level", "due", "declined") if name in found) == handed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("members", "income", "condition", "told", "values"),
    [
        ("5", "450", "yes", ("guide_estimate",), {"limit": "1500", "amount": "1050"}),
        ("2", "1 200", "yes", ("guide_estimate_above",), {"limit": "600"}),
        ("4", "skip", "yes", ("guide_estimate_no_income",), {"limit": "1200"}),
        ("skip", "skip", "yes", ("guide_estimate_no_members",), {"need": "300"}),
        ("3", "100", "unsure", ("guide_estimate", "guide_estimate_condition"), {"amount": "800"}),
    ],
)
def test_assistance_is_reckoned_from_the_dated_record(talk, language, members, income, condition, told, values):
    words = WORDS[language]
    person = talk(language=language)
    person.press("guide:assistance")
    person.say(words.get(members, members))
    person.say(words.get(income, income))
    assert person.say(words[condition]) == (*told, "guide_assistance_step_1")
    assert dict(person.last.replies[0].values).items() >= values.items()
    assert person.press("answer:step_composition:again") == (*told, "guide_assistance_step_1")
    steps = [person.press("answer:step_composition:next")]
    steps += [person.press(f"answer:step_{name}:next") for name in ("application", "online", "visit")]
    assert steps == [(f"guide_assistance_step_{number}",) for number in (2, 3, 4, 5)]
    assert person.state["loop"] is None


def test_number_that_cannot_be_is_asked_again(talk):
    person = talk()
    person.press("guide:assistance")
    assert person.say("99") == ("ask_assistance_members",)
    assert person.say("0") == ("ask_assistance_members",)
    assert person.state["slots"]["answers"] == {}


@pytest.mark.parametrize("situation", guides()["benefits"].questions[0].values)
def test_benefit_is_told_with_a_dated_amount_or_none(talk, situation):
    person = talk()
    person.press("guide:benefits")
    first, amount = person.press(f"answer:situation:{situation}")
    assert first == f"guide_benefits_{situation}"
    dated = situation in ("under_one", "many_children")
    assert amount == ("guide_amount" if dated else "guide_amount_unknown")


def test_nobody_is_helped_to_find_a_child(talk):
    person = talk()
    person.press("guide:reunification")
    assert person.press("answer:child_lives:unknown") == ("guide_reunification_unknown",)
    assert hand_off(person) is None


def test_seen_object_is_told_at_once_and_goes_to_a_person(talk):
    person = talk()
    person.press("guide:mine")
    assert person.press("answer:mine_what:see") == ("emergency_explosive",)
    assert hand_off(person)["level"] == "urgent"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", GUIDES)
class TestInterruption:
    def test_question_is_answered_and_the_guide_goes_on(self, talk, name, language):
        person = talk(language=language)
        person.press(f"guide:{name}")
        assert person.say(WORDS[language]["exam"]) == ("content:exam_stress", first_question(name))

    def test_nonsense_is_said_to_be_and_asked_again(self, talk, name, language):
        person = talk(language=language)
        person.press(f"guide:{name}")
        assert person.say("цщзх йфвы")[-1] == first_question(name)

    def test_menu_leaves_it(self, talk, name, language):
        person = talk(language=language)
        person.press(f"guide:{name}")
        assert person.say(WORDS[language]["menu"]) == ("menu:open",)
        assert person.state["loop"] is None

    def test_another_guide_takes_its_place(self, talk, name, language):
        person = talk(language=language)
        other = "benefits" if name != "benefits" else "help_now"
        person.press(f"guide:{name}")
        assert person.press(f"guide:{other}") == (first_question(other),)
        assert person.state["slots"]["guide"] == other

    def test_concern_without_a_topic_is_offered_a_person(self, talk, name, language):
        person = talk(language=language)
        person.press(f"guide:{name}")
        assert person.take(person.request("цщзх йфвы", level="concern")) == ("offer_person", first_question(name))

    def test_insult_is_met_and_the_guide_goes_on(self, talk, name, language):
        person = talk(language=language)
        person.press(f"guide:{name}")
        assert person.press("topic:insult") == ("insult", first_question(name))

    @pytest.mark.parametrize(
        ("topic", "said"), [("stop", "stop_how"), ("delete_data", "delete_how"), ("change_language", "language_how")]
    )
    def test_wish_of_another_kind_leaves_it(self, talk, name, language, topic, said):
        person = talk(language=language)
        person.press(f"guide:{name}")
        assert person.press(f"topic:{topic}") == (said,)
        assert person.state["loop"] is None

    def test_disclosure_ends_it(self, talk, name, language):
        person = talk(language=language)
        person.press(f"guide:{name}")
        person.quiet = True
        assert person.press("skip") == ("calm_support",)
        assert person.state["loop"] is None


def test_earlier_answer_can_be_changed_by_its_button(talk):
    person = talk()
    person.press("guide:help_now")
    person.press("answer:who:me")
    assert person.press("answer:who:child") == ("ask_help_now_danger",)
    assert person.state["slots"]["answers"] == {"who": "child"}


@pytest.mark.parametrize("quiet", [False, True])
def test_late_press_of_danger_is_never_lost(talk, quiet):
    person = talk(quiet=quiet)
    assert person.press("answer:danger:yes") == ("safe_no",)
    assert hand_off(person)["level"] == "emergency"


def test_late_press_of_another_answer_begins_its_guide(talk):
    person = talk()
    assert person.press("answer:child_danger:no") == ("ask_report_age",)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("az", "mənə təcili kömək lazımdı", ("ask_help_now_who",)),
        ("ru", "срочно нужна помощь", ("ask_help_now_who",)),
        ("az", "bir uşaq barədə məlumat vermək istəyirəm", ("ask_report_danger",)),
        ("ru", "хочу сообщить о ребёнке", ("ask_report_danger",)),
    ],
)
def test_guide_is_begun_in_words(talk, language, text, said):
    assert talk(language=language).say(text) == said


TEXTS = ["привет", "hə", "нет", "keç", "не знаю", "5", "450 manat", "цщзх йфвы", "Bərdə", "мама", "imtahandan qorxuram"]
PRESSES = ["skip", "menu", "profile", "topic:tantrums", "topic:stop", "topic:insult", "more:tantrums", "none_of_these"]


def test_no_walk_gets_stuck_or_loses_an_answer(talk):
    """300 walks over texts and choices: each turn is answered, an answer stays until its guide ends, the menu leaves."""
    for seed in range(300):
        dice = random.Random(seed)
        person = talk(language=dice.choice(LANGUAGES))
        person.press(f"guide:{dice.choice(GUIDES)}")
        for _ in range(dice.randint(2, 6)):
            before = person.state
            _step(person, dice)
            assert person.last.replies or person.last.asks
            assert _kept(before, person.state), (seed, before, person.state)
        person.press("menu")
        assert person.state["loop"] is None, seed


def _step(person, dice: random.Random) -> None:
    offered = [
        code for reply in person.last.replies for code in reply.choices if code not in ("person", "help", "delete")
    ]
    if offered and dice.random() < 0.6:
        person.press(dice.choice(offered))
    elif dice.random() < 0.5:
        person.press(dice.choice(PRESSES))
    else:
        person.say(dice.choice(TEXTS))


def _kept(before: dict[str, object], after: dict[str, object]) -> bool:
    """While the same guide is under way, what was answered stays answered."""
    was, now = before["slots"], after["slots"]
    same = before["loop"] and after["loop"] and was.get("guide") == now.get("guide")
    answered = set(was.get("answers") or {}) if same else set()
    begun_anew = same and not now.get("answers")
    return begun_anew or answered <= set(now.get("answers") or {})


def test_every_guide_ends_for_whoever_presses_the_first_choice(talk):
    for name in GUIDES:
        person = talk()
        person.press(f"guide:{name}")
        presses = 0
        while person.state["loop"] is not None:
            person.press(person.last.replies[-1].choices[0])
            presses += 1
            assert presses <= _most(guides()[name]), name


def _most(guide: Guide) -> int:
    return len(guide.questions)
