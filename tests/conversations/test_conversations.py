"""Whole conversations, as data: tests/conversations/{az,ru}*.yml, each through the real path, by Telegram or SMS.

A turn is `say` (typed) or `press` (a choice offered last, by its code; on SMS its digit is typed) or `waits` (hours).
`hears` are the keys of what comes back, in order; `level`, `case` (waiting, or none) and `offers` (choices among others) are
looked at where they are given. `on_shift: true`: a counsellor has the console open.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.conversations.conftest import Heard, Person, RealHelpline

HERE = Path(__file__).parent
LANGUAGES = ("az", "ru")
SMS_PARTS: list[int] = []


def _conversations() -> list[object]:
    found = []
    for language in LANGUAGES:
        for path in sorted(HERE.glob(f"{language}*.yml")):
            for one in yaml.safe_load(path.read_text(encoding="utf-8")):
                found.append(pytest.param(language, one, id=f"{language}: {one['name']}"))
    return found


@pytest.mark.parametrize(("language", "conversation"), _conversations())
def test_conversation_goes_as_written(real: RealHelpline, language: str, conversation: Mapping[str, object]) -> None:
    channel = str(conversation["channel"])
    person = real.person(channel)
    for number, turn in enumerate(conversation["turns"], 1):  # type: ignore[arg-type, var-annotated]  # a list of turns
        real.staff(conversation.get("on_shift") is True)
        heard = _turn(person, turn)
        where = f"turn {number}, {turn.get('say', turn.get('press', 'waits'))!r}"
        assert list(heard.keys) == turn["hears"], where
        _look(heard, turn, where)
        assert heard.understood.language == turn.get("language", language), where
        if channel == "sms":
            assert heard.parts <= turn.get("parts", 3), where
            if heard.understood.referral is None:
                SMS_PARTS.append(heard.parts)


def _turn(person: Person, turn: Mapping[str, object]) -> Heard:
    if "waits" in turn:
        return person.waits(float(str(turn["waits"])))
    return person.press(str(turn["press"])) if "press" in turn else person.say(str(turn["say"]))


def _look(heard: Heard, turn: Mapping[str, object], where: str) -> None:
    if "level" in turn:
        assert heard.understood.level == turn["level"], where
    if "case" in turn:
        state = (heard.understood.referral or {}).get("state", "none")
        assert state == turn["case"], where
    missing = set(turn.get("offers", [])) - set(heard.choices)  # type: ignore[call-overload]  # a list of codes
    assert missing == set(), where


def test_answers_by_sms_cost_two_parts_at_the_median() -> None:
    """What the conversations above cost, but for the two messages that answer a disclosure; it runs after them."""
    if not SMS_PARTS:
        pytest.skip("runs with the conversations")
    cost = [parts for parts in SMS_PARTS if parts]
    print(
        f"{len(cost)} answers, {statistics.median(cost)} parts at the median, {sum(parts > 3 for parts in cost)} above 3"
    )
    assert statistics.median(cost) <= 2
