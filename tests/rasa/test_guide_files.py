"""The files of the guided dialogues are whole: their texts, labels and lengths; and a mistake in one is said in words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from actions.amounts import amount, estimate
from bot.guides import SKIPPED, BadGuide, guides, read_guide
from bot.says import KEYS
from helpline import segments
from helpline.phrasebook import Phrasebook, Reader, Say
from tests.conftest import ROOT

BOOK = Phrasebook(ROOT / "data")
VALUES = {"need": "300", "members": "12", "limit": "3600", "income": "1450", "amount": "2150", "month": "01.2026"}
LANGUAGES = ("az", "ru")
TODAY = date(2026, 11, 25)
LONGEST_LABEL = 22


def _offers() -> list[tuple[str, tuple[str, ...]]]:
    asked = [(question.ask, question.codes) for guide in guides().values() for question in guide.questions]
    ends = [end for guide in guides().values() for end in guide.ends]
    ended = [(key, () if end.tell else end.choices) for end in ends for key in end.say]
    amounts = [(key, end.choices) for end in ends if end.tell for key in ("guide_amount", "guide_amount_unknown")]
    told = [(key, ()) for key in BOOK.keys("az") if key.startswith(("guide_estimate", "handed_"))]
    return [(key, choices) for key, choices in (*asked, *ended, *amounts, *told) if ":" not in key]


def _values(language: str) -> dict[str, str]:
    """What stands in the places of a text: of a wait and a day the longest that are said."""
    reader = Reader(language, "adult", "sms")
    wait, when = Say("span_minutes", values={"n": "45"}), Say("when_3", values={"clock": "09:00"})
    return {**VALUES, "wait": BOOK.text(wait, reader), "when": BOOK.text(when, reader)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("register", ["child", "adult"])
def test_every_text_is_there_and_short_enough(language: str, register: str) -> None:
    long = []
    for key, choices in _offers():
        (text, *more) = BOOK.render(Say(key, choices, _values(language)), Reader(language, register, "sms"))
        parts = segments.count(text.text).parts
        if parts > (3 if not key.startswith(("ask_", "guide_", "handed_")) else 2) or more:
            long.append((key, parts))
        assert BOOK.render(Say(key, choices, _values(language)), Reader(language, register, "telegram"))
    assert long == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_a_button(language: str) -> None:
    codes = {code for _, choices in _offers() for code in choices} | {f"guide:{name}" for name in guides()}
    long = {code for code in codes if len(BOOK.label(code, language)) > LONGEST_LABEL}
    assert long == set()


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    az, ru = (yaml.safe_load((ROOT / "data" / "phrases" / f"{name}-guides.yml").read_text()) for name in LANGUAGES)
    assert list(az) == list(ru)
    assert [list(az[name]) for name in ("labels", "sms_labels")] == [
        list(ru[name]) for name in ("labels", "sms_labels")
    ]


def test_words_answer_questions_that_there_are() -> None:
    values = {
        (question.id, value) for guide in guides().values() for question in guide.questions for value in question.values
    }
    shared = {value for _, value in values}
    for language in LANGUAGES:
        named = yaml.safe_load((ROOT / "data" / "guides" / "words" / f"{language}.yml").read_text(encoding="utf-8"))
        unknown = {name for name in named if tuple(name.split(":")) not in values and name not in shared}
        assert unknown == set()


@pytest.mark.parametrize("language", ["az", "ru", "en"])
def test_counsellor_sees_every_answer_in_words(language: str) -> None:
    files = sorted((ROOT / "data" / "console" / language).glob("*.yml"))
    words = {key: text for file in files for key, text in yaml.safe_load(file.read_text(encoding="utf-8")).items()}
    handing = [guide for guide in guides().values() if any(end.hand_off for end in guide.ends)]
    missing = {f"guide.{guide.id}" for guide in handing} - set(words)
    for question in (question for guide in handing for question in guide.questions):
        missing |= {f"asked.{question.id}"} - set(words)
        if question.kind != "district":
            values = (*question.values, SKIPPED)
            missing |= {
                f"answer.{value}"
                for value in values
                if not words.keys() & {f"answer.{question.id}.{value}", f"answer.{value}"}
            }
    assert missing - {"answer.rules"} == set()  # asking for the rules hands over to nobody


def test_names_and_proof_are_never_asked_for() -> None:
    kinds = {question.kind for guide in guides().values() for question in guide.questions}
    assert kinds <= {"choice", "age", "number", "district", "step"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('choices: ["yes", "no", unsure]', "choices: [yes, no, unsure]", "put True into quotes"),
        ("level: emergency", "level: red", "level must be one of concern, urgent, emergency"),
        ("due: 120", "due: soon", "due is a number of minutes"),
        ("kind: district", "kind: place", "place: kind must be one of choice, age, number, district, step"),
        ("ask: ask_help_now_who", "asks: ask_help_now_who", "a question has a key that means nothing: asks"),
        ("  - say: [guide_help_now_end]\n    hand_off: {level: concern, due: 120}\n", "", "the last of `ends`"),
    ],
)
def test_mistake_in_a_guide_is_said_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (ROOT / "data" / "guides" / "help_now.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "help_now.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadGuide) as raised:
        read_guide(path)
    assert said in str(raised.value)


def test_question_that_stands_in_two_guides_is_refused(tmp_path: Path) -> None:
    for name in ("help_now", "other"):
        text = (ROOT / "data" / "guides" / "help_now.yml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yml").write_text(text.replace("id: help_now", f"id: {name}", 1), encoding="utf-8")
    with pytest.raises(BadGuide, match=r"other\.yml: the question who stands twice"):
        guides(tmp_path)


def test_every_key_of_a_guide_is_one_the_bot_may_say() -> None:
    assert {key for key, _ in _offers() if not key.startswith(("guide_estimate", "guide_amount", "handed_"))} <= KEYS


RECORD = """
amounts:
  - code: need_criterion
    value: 310
    as_of: "2026-01"
    valid_from: 2026-02-01
    valid_until: 2026-12-31
    verified_on: 2026-02-05
"""


@pytest.mark.parametrize(
    ("today", "found"),
    [
        (date(2026, 1, 31), None),
        (date(2026, 2, 1), (310, "01.2026")),
        (date(2026, 12, 31), (310, "01.2026")),
        (date(2027, 1, 1), None),
    ],
)
def test_amount_holds_from_day_to_day(tmp_path: Path, today: date, found: tuple[int, str] | None) -> None:
    file = tmp_path / "amounts.yml"
    file.write_text(RECORD, encoding="utf-8")
    record = amount("need_criterion", today, file)
    assert (None if record is None else (record.value, record.month)) == found


@pytest.mark.parametrize(("verified_on", "found"), [("2026-02-05", True), ("null", False)])
def test_production_tells_verified_amounts_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verified_on: str, found: bool
) -> None:
    monkeypatch.setenv("HELPLINE_ENV", "production")
    file = tmp_path / "amounts.yml"
    file.write_text(RECORD.replace("2026-02-05", verified_on), encoding="utf-8")
    assert (amount("need_criterion", date(2026, 6, 1), file) is not None) is found


def test_without_a_record_nothing_is_reckoned() -> None:
    assert estimate({"members": "3", "income": "0", "condition": "yes"}, date(2031, 1, 1)) == [
        ("guide_estimate_no_criterion", {})
    ]
