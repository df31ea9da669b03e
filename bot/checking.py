"""Checks what people edit (validate) and what the trained model makes of test conversations and messages (test)."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.fingerprint import ROOT
from bot.guides import BadGuide, guides
from bot.training import CONFIG, DATA, DOMAIN, name_stages
from language.variants import spellings, typos

if TYPE_CHECKING:
    from rasa.core.agent import Agent

CASES = ROOT / "tests" / "rasa"
LANGUAGES = ("az", "ru")
# Held-out messages are few and hard: below this something is broken, above it the numbers are for people to judge.
FLOOR = 0.6
Row = tuple[str, str]


def validate() -> int:
    """Return 0 when domain, rules, stories, forms and messages fit together; say what does not."""
    name_stages()
    import logging

    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.validator import Validator

    logging.getLogger("rasa.validator").setLevel(logging.WARNING)
    importer = TrainingDataImporter.load_from_config(str(CONFIG), str(DOMAIN), [str(path) for path in DATA])
    validator = Validator.from_importer(importer)
    checks = {
        "guides": _guides_are_read(),
        "domain": validator.verify_domain_validity(),
        "intents": validator.verify_intents(),
        "intents in stories": validator.verify_intents_in_stories(),
        "responses in stories": validator.verify_utterances_in_stories(),
        "actions in stories": validator.verify_actions_in_stories_rules(),
        "forms": validator.verify_forms_in_stories_rules() and validator.verify_form_slots(),
        "slot mappings": validator.verify_slot_mappings(),
        "stories do not contradict": validator.verify_story_structure(ignore_warnings=False, max_history=3),
    }
    failed = [name for name, passed in checks.items() if not passed]
    for name in checks:
        print(f"{'wrong' if name in failed else 'ok   '} {name}")
    return 1 if failed else 0


def _guides_are_read() -> bool:
    from bot.components.guide_words import guide_words

    try:
        return bool(guides() and guide_words())
    except BadGuide as error:
        print(error)
        return False


def test(model: Path) -> int:
    """Return 0 when every test conversation goes as written and enough held-out messages are understood."""
    if not model.exists():
        print(f"no model at {model}: run `python -m bot train` first", file=sys.stderr)
        return 1
    name_stages()
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    return max([_stories(agent, language) for language in LANGUAGES] + [_messages(agent, each) for each in LANGUAGES])


def _stories(agent: Agent, language: str) -> int:
    from rasa.core.test import test as run_stories

    with tempfile.TemporaryDirectory() as folder:
        stories = Path(folder) / f"test_stories_{language}.yml"  # Rasa knows test stories by this prefix
        shutil.copy(CASES / f"stories_{language}.yml", stories)
        with contextlib.redirect_stderr(io.StringIO()):  # progress bars that no setting turns off
            asyncio.run(run_stories(str(stories), agent, e2e=True, out_directory=folder, disable_plotting=True))
        counted = json.loads((Path(folder) / "story_report.json").read_text())["conversation_accuracy"]
        failed = (Path(folder) / "failed_test_stories.yml").read_text(encoding="utf-8")
    print(f"{language}: {counted['correct']} of {counted['total']} conversations as written")
    if counted["correct"] < counted["total"]:
        print(failed)
    return int(counted["correct"] < counted["total"])


def _messages(agent: Agent, language: str) -> int:
    """Print what is made of the held-out messages as written and in each spelling of the language."""
    rows = list(_held_out(CASES / f"nlu_{language}.yml"))
    shares = [_understood(agent, language, *style, rows) for style in _styles(language)]
    return int(min(shares) < FLOOR)


def _styles(language: str) -> Iterator[tuple[str, Callable[[str], str]]]:
    yield "as written", str
    for spell in spellings(language):
        yield spell.__name__.strip("_").replace("_", " "), spell
    yield "typos", lambda text: typos(text, rate=0.06, seed=len(text))  # seeds that training does not use


def _understood(agent: Agent, language: str, style: str, spell: Callable[[str], str], rows: list[Row]) -> float:
    ranks = [(intent, _ranking(agent, spell(text))) for intent, text in rows]
    named = [(intent, [name for name in ranking if name != "nlu_fallback"]) for intent, ranking in ranks]
    first = sum(ranking[:1] == [intent] for intent, ranking in named)
    among = sum(intent in ranking[:3] for intent, ranking in named)
    asked = sum(ranking[0] == "nlu_fallback" for _, ranking in ranks)
    wrong = sum(ranking[0] not in (intent, "nlu_fallback") for intent, ranking in ranks)
    print(
        f"{language}, {style}: {len(rows)} held-out messages: {first / len(rows):.1%} understood,"
        f" {among / len(rows):.1%} among three,"
        f" {asked / len(rows):.1%} asked back, {wrong / len(rows):.1%} answered wrongly"
    )
    return first / len(rows)


def _ranking(agent: Agent, text: str) -> list[str]:
    parsed: dict[str, Any] = asyncio.run(_parsed(agent, text))
    return [entry["name"] for entry in parsed["intent_ranking"]]


async def _parsed(agent: Agent, text: str) -> dict[str, Any]:
    parsed: dict[str, Any] = await agent.parse_message(text)
    return parsed


def _held_out(file: Path) -> Iterator[Row]:
    from rasa.shared.nlu.training_data.loading import load_data

    for example in load_data(str(file)).intent_examples:
        yield example.get("intent"), example.get("text")
