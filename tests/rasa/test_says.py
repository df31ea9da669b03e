"""Every key the bot may say is listed, and the service has words for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from actions.amounts import TELLS, TOLD_KEYS
from bot.guides import Question, guides
from bot.says import CHOICES, KEYS

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
TOPICS = set(yaml.safe_load((ROOT / "data" / "taxonomy.yml").read_text(encoding="utf-8"))["topics"])


def _responses() -> Iterator[dict[str, object]]:
    for variants in DOMAIN["responses"].values():
        assert len(variants) == 1, "a second variant would be chosen by chance"
        yield variants[0]["custom"]


def _said_by_actions() -> set[str]:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py"))
    return {key for call in re.findall(r"\bsay\(out, (.+)", code) for key in re.findall(r'"([a-z_]+)"', call)} & KEYS


def _phrases(language: str) -> dict[str, dict[str, object]]:
    """All files of a language; labels add up."""
    files = sorted((ROOT / "data" / "phrases").glob(f"{language}*.yml"))
    trees = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    labels = {code: label for tree in trees for code, label in (tree.get("labels") or {}).items()}
    return {key: entry for tree in trees for key, entry in tree.items()} | {"labels": labels}


def _questions() -> list[Question]:
    return [question for guide in guides().values() for question in guide.questions]


def _said_by_guides() -> set[str]:
    said = {key for guide in guides().values() for end in guide.ends for key in end.say if ":" not in key}
    return said | {question.ask for question in _questions()}


def test_keys_are_those_that_domain_and_actions_say():
    said = {str(response["say"]) for response in _responses() if "say" in response}
    assert {key for key in said if ":" not in key} | _said_by_actions() | _said_by_guides() == KEYS


def test_choices_are_those_that_the_domain_offers():
    offered = {str(code) for response in _responses() for code in response.get("choices", ())}
    by_actions = {"none_of_these"}
    by_guides = {code for question in _questions() for code in question.codes}
    by_guides |= {code for guide in guides().values() for end in guide.ends for code in end.choices}
    known = {code for code in offered | by_guides if not code.startswith("topic:")}
    assert known | by_actions == CHOICES
    assert {code.removeprefix("topic:") for code in offered if code.startswith("topic:")} <= TOPICS


def test_intents_are_the_topics_and_the_answers_to_the_bot():
    answers = {"affirm", "deny", "skip", "profile", "inform", "read", "more", "none_of_these", "discreet", "courses"}
    answers |= {"help_now", "report_other", "guide", "answer"}
    assert set(DOMAIN["intents"]) == TOPICS | answers


def test_responses_used_by_actions_are_in_the_domain():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "actions").glob("*.py"))
    assert set(re.findall(r'"(utter_\w+)"', code)) <= set(DOMAIN["responses"])


@pytest.mark.parametrize("language", ["az", "ru"])
def test_service_has_words_for_every_key(language):
    assert KEYS - set(_phrases(language)) == set()


@pytest.mark.parametrize("language", ["az", "ru"])
def test_service_has_a_label_for_every_choice(language):
    labels = set(_phrases(language)["labels"])
    unlabelled = {code for code in CHOICES - labels if f"answer:{code.rpartition(':')[2]}" not in labels}
    assert unlabelled == {f"answer:members:{number}" for number in range(1, 8)}  # the number is the label


def test_districts_offered_are_districts():
    rows = yaml.safe_load((ROOT / "data" / "services" / "districts.yml").read_text(encoding="utf-8"))
    rows = rows.get("districts", rows) if isinstance(rows, dict) else rows
    codes = {row["code"] for row in rows}
    assert {code.removeprefix("district:") for code in CHOICES if code.startswith("district:")} <= codes


def test_what_a_guide_computes_is_there_and_has_words():
    ends = [end.tell for guide in guides().values() for end in guide.ends]
    named = {name for name in [*ends, *(question.tell for question in _questions())] if name is not None}
    assert named == set(TELLS)
    for language in ("az", "ru"):
        assert TOLD_KEYS - set(_phrases(language)) == set()
