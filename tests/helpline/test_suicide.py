"""What somebody hears who may die by their own hand, or who writes about such a person: by speaker, level, shift and channel."""

from __future__ import annotations

import pytest
import yaml

from helpline import segments, suicide
from helpline.phrasebook import Reader, Say
from tests.conftest import ROOT
from tests.fakes import finding
from tests.helpline.harness import DUTY, Helpline, book
from triage.taxonomy import Level, Risk, Speaker

SUICIDE = Risk.SUICIDE_SELF_HARM
SAID = "yaşamaq istəmirəm"
KEYS = [
    key
    for key in yaml.safe_load((ROOT / "data" / "phrases" / "az-plans.yml").read_text(encoding="utf-8"))
    if "suicide" in key and not key.startswith("plan_")
]
# Like next_asking it says who reads before it asks: that takes a part more.
LONGER = {"next_asking_suicide"}


def hears(helpline: Helpline, level: Level, speaker: Speaker, *risks: Risk, sms: bool = False) -> list[str]:
    helpline.finds(SAID, finding(level, SUICIDE, *risks, speaker=speaker))
    return helpline.say(SAID, channel="sms_twilio") if sms else helpline.say(SAID)


def text(key: str, speaker: Speaker, *choices: str, sms: bool = False) -> str:
    young = speaker in (Speaker.CHILD_SELF, Speaker.CHILD_FRIEND)
    reader = Reader("az", "child" if young else "adult", "sms_twilio" if sms else "telegram")
    return book().render(Say(key, choices), reader)[0].text


def buttons(helpline: Helpline, number: int) -> tuple[str, ...]:
    told = [message for message in helpline.channels["telegram"].sent if message.address != DUTY]
    return tuple(choice.code for choice in told[number].choices)


@pytest.mark.parametrize(
    ("speaker", "key"),
    [
        (Speaker.CHILD_SELF, "suicide_self"),
        (Speaker.UNKNOWN, "suicide_self"),
        (Speaker.CHILD_FRIEND, "suicide_friend"),
        (Speaker.ADULT_REPORT, "suicide_child"),
        (Speaker.CAREGIVER, "suicide_caregiver"),
    ],
    ids=lambda value: value.value if isinstance(value, Speaker) else value,
)
def test_thoughts_are_answered_for_who_speaks(helpline: Helpline, speaker: Speaker, key: str) -> None:
    assert hears(helpline, Level.URGENT, speaker) == [text(key, speaker), text("next_unstaffed_suicide", speaker)]
    beside = suicide.STEPS if speaker in suicide.OWN else ("person", "help")
    assert buttons(helpline, 1) == beside


@pytest.mark.parametrize(
    ("speaker", "first", "second"),
    [
        (Speaker.CHILD_SELF, "emergency_suicide", "emergency_suicide"),
        (Speaker.UNKNOWN, "emergency_suicide", "emergency_suicide"),
        (Speaker.CHILD_FRIEND, "emergency_suicide_friend", "emergency_suicide_other"),
        (Speaker.ADULT_REPORT, "emergency_suicide_child", "emergency_suicide_other"),
        (Speaker.CAREGIVER, "emergency_suicide_caregiver", "emergency_suicide"),
    ],
    ids=lambda value: value.value if isinstance(value, Speaker) else value,
)
@pytest.mark.parametrize("staffed", [False, True], ids=["nobody on shift", "somebody on shift"])
def test_danger_now_is_answered_for_who_speaks(
    helpline: Helpline, speaker: Speaker, first: str, second: str, staffed: bool
) -> None:
    if staffed:
        helpline.on_shift(helpline.add_counsellor("counsellor-1"))
    shift = "staffed" if staffed else "unstaffed"
    assert hears(helpline, Level.EMERGENCY, speaker) == [text(first, speaker), text(f"{second}_{shift}", speaker)]


def test_question_is_asked_only_with_somebody_there_to_read_the_answer(helpline: Helpline, counsellor: int) -> None:
    assert hears(helpline, Level.URGENT, Speaker.CHILD_SELF) == [
        text("suicide_self", Speaker.CHILD_SELF),
        text("next_asking_suicide", Speaker.CHILD_SELF),
    ]
    assert buttons(helpline, 0) == suicide.STEPS
    assert buttons(helpline, 1) == ("safe:yes", "safe:no", "safe:unsure")


def test_question_by_sms_has_the_digits_for_itself(helpline: Helpline, counsellor: int) -> None:
    heard = hears(helpline, Level.URGENT, Speaker.CHILD_SELF, sms=True)
    assert heard[0] == text("suicide_self", Speaker.CHILD_SELF, sms=True)
    assert helpline.say("2", channel="sms_twilio")[0] == text("emergency_suicide", Speaker.CHILD_SELF, sms=True)
    assert helpline.conversation().level is Level.EMERGENCY


@pytest.mark.parametrize(
    ("answer", "keys", "level"),
    [
        ("1", ["safe_yes_suicide"], Level.URGENT),
        ("xeyr", ["emergency_suicide", "emergency_suicide_staffed"], Level.EMERGENCY),
        ("3", ["safe_unsure_suicide"], Level.URGENT),
    ],
    ids=["yes keeps the level", "no raises to emergency", "not sure keeps the level"],
)
def test_answer_to_the_question_is_about_the_thoughts(
    helpline: Helpline, counsellor: int, answer: str, keys: list[str], level: Level
) -> None:
    hears(helpline, Level.URGENT, Speaker.CHILD_SELF)
    assert helpline.say(answer) == [text(key, Speaker.CHILD_SELF) for key in keys]
    assert helpline.conversation().level is level


def test_answer_of_somebody_who_told_of_a_friend_is_not_about_thoughts_of_their_own(
    helpline: Helpline, counsellor: int
) -> None:
    hears(helpline, Level.URGENT, Speaker.CHILD_FRIEND)
    helpline.finds("məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("məni döyür")
    helpline.press("safe:no")
    assert helpline.channels["telegram"].sent[-2].text == text("safe_no", Speaker.CHILD_SELF)


def test_harm_done_already_calls_the_doctor_first(helpline: Helpline) -> None:
    heard = hears(helpline, Level.EMERGENCY, Speaker.CHILD_SELF, Risk.MEDICAL_EMERGENCY)
    assert heard[0] == text("emergency_suicide_hurt", Speaker.CHILD_SELF)


def test_somebody_elses_harm_done_already_is_a_medical_emergency(helpline: Helpline) -> None:
    heard = hears(helpline, Level.EMERGENCY, Speaker.ADULT_REPORT, Risk.MEDICAL_EMERGENCY)
    assert heard[0] == text("emergency_medical", Speaker.ADULT_REPORT)


def test_whoever_is_attacked_as_well_is_told_how_to_hide(helpline: Helpline) -> None:
    heard = hears(helpline, Level.EMERGENCY, Speaker.CHILD_SELF, Risk.PHYSICAL_VIOLENCE)
    assert heard[1] == text("emergency_unstaffed", Speaker.CHILD_SELF)


def test_thoughts_told_for_the_first_time_in_an_open_case_get_their_own_answer_and_alert(helpline: Helpline) -> None:
    helpline.finds("məni döyür", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say("məni döyür")
    heard = hears(helpline, Level.URGENT, Speaker.CHILD_SELF)
    assert heard[0] == text("suicide_self", Speaker.CHILD_SELF)
    assert [message.address for message in helpline.channels["telegram"].sent].count(DUTY) == 2
    assert hears(helpline, Level.URGENT, Speaker.CHILD_SELF) == [
        text("more_heard_suicide_unstaffed", Speaker.CHILD_SELF)
    ]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", ["child", "adult"])
def test_text_about_suicide_has_the_ambulance_no_demand_of_a_promise_and_room_on_sms(
    key: str, language: str, register: str
) -> None:
    said = {form: book().render(Say(key), Reader(language, register, form))[0].text for form in ("telegram", "sms")}
    choices = suicide.STEPS if _offers_steps(key) else ()
    shown = book().render(Say(key, choices), Reader(language, register, "sms"))
    assert [segments.count(out.text).parts <= (3 if key in LONGER else 2) for out in shown] == [True]
    if not key.startswith("next_") and not key.endswith("_staffed"):
        assert book().numbers["ambulance"] in said["telegram"]
    promises = ("söz ver", "vəd", "обещай", "пообещай", "поклянись", "and iç")
    assert [word for word in promises if word in " ".join(said.values()).lower()] == []


def _offers_steps(key: str) -> bool:
    alone = ("safe_yes_suicide", "safe_unsure_suicide", "more_heard_suicide", "emergency_suicide_")
    return (
        key.startswith(alone) and not key.endswith(("_friend", "_child", "_caregiver", "_hurt")) and "other" not in key
    )


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", ["child", "adult"])
@pytest.mark.parametrize("choices", [suicide.STEPS, ("person", "help")], ids=["own", "about another"])
def test_what_comes_next_without_a_shift_has_room_for_its_choices(
    language: str, register: str, choices: tuple[str, ...]
) -> None:
    shown = book().render(Say("next_unstaffed_suicide", choices), Reader(language, register, "sms"))
    assert [segments.count(out.text).parts for out in shown] == [2]
