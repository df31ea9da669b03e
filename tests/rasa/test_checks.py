"""The checks that editors of rules, stories and messages run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from language import canonical
from tests.rasa.conftest import ROOT, run_bot

CASES = Path(__file__).parent


def test_rules_stories_and_messages_fit_together():
    checked = run_bot("validate")
    assert (checked.returncode, re.findall(r"^wrong.*", checked.stdout, re.MULTILINE)) == (0, [])


def test_conversations_go_as_written_and_held_out_messages_are_understood(model):
    tested = run_bot("test", "--model", str(model))
    assert tested.returncode == 0, tested.stdout[-4000:]


@pytest.mark.parametrize("language", ["az", "ru"])
def test_conversations_are_at_least_25_in_each_language(language):
    stories = yaml.safe_load((CASES / f"stories_{language}.yml").read_text(encoding="utf-8"))["stories"]
    assert len(stories) >= 25


@pytest.mark.parametrize("language", ["az", "ru"])
def test_every_topic_has_four_held_out_messages(language):
    held_out = yaml.safe_load((CASES / f"nlu_{language}.yml").read_text(encoding="utf-8"))["nlu"]
    topics = yaml.safe_load((ROOT / "data" / "taxonomy.yml").read_text(encoding="utf-8"))["topics"]
    counted = {entry["intent"]: len(entry["examples"].splitlines()) for entry in held_out}
    assert counted == dict.fromkeys(topics, 4)


@pytest.mark.parametrize("language", ["az", "ru"])
def test_held_out_messages_are_not_trained_on(language):
    held_out = {canonical(text) for text in _messages(CASES / f"nlu_{language}.yml")}
    files = (ROOT / "data" / "nlu" / language).glob("*.yml")
    trained = {canonical(text) for file in files for text in _messages(file)}
    assert held_out & trained == set()


def test_model_is_not_trained_again_when_it_is_there(model):
    assert run_bot("fingerprint").stdout.strip() in model.name


def _messages(file: Path) -> list[str]:
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
    lines = [line for entry in entries if "intent" in entry for line in entry["examples"].splitlines()]
    return [line.removeprefix("- ").strip() for line in lines]
