"""Every topic of the taxonomy is reached by what people write: at least three free phrasings a language, none of them taught."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.conversations.conftest import Heard, RealHelpline

HERE = Path(__file__).parent
TOPICS = list(yaml.safe_load((ROOT / "data" / "taxonomy.yml").read_text(encoding="utf-8"))["topics"])
LANGUAGES = ("az", "ru")
REACHED: list[tuple[int, int]] = []


def _phrasings(language: str) -> dict[str, list[str]]:
    return dict(yaml.safe_load((HERE / f"topics-{language}.yml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_three_phrasings(language: str) -> None:
    assert {topic for topic, said in _phrasings(language).items() if len(set(said)) >= 3} == set(TOPICS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrasing_was_taught(language: str) -> None:
    taught = "".join(
        path.read_text(encoding="utf-8").lower() for path in (ROOT / "data" / "nlu" / language).glob("*.yml")
    )
    assert [said for each in _phrasings(language).values() for said in each if f'"{said.lower()}"' in taught] == []


@pytest.mark.parametrize(
    ("language", "topic"), [(language, topic) for language in LANGUAGES for topic in TOPICS], ids=str
)
def test_topic_is_reached_by_three_phrasings_and_more(real: RealHelpline, language: str, topic: str) -> None:
    """Answered about its topic; what sounds of distress is offered a person and the topic beside."""
    missed, phrasings = [], _phrasings(language)[topic]
    for number, said in enumerate(phrasings):
        heard = real.person(("telegram", "sms")[number % 2]).say(said)
        if not _reached(heard, topic):
            missed.append((said, heard.keys, heard.understood.level, heard.understood.topics))
    REACHED.append((len(phrasings) - len(missed), len(phrasings)))
    assert len(phrasings) - len(missed) >= 3, missed


def test_most_phrasings_are_reached() -> None:
    """Over all topics and both languages; it runs after them."""
    if len(REACHED) < len(TOPICS):
        pytest.skip("runs with the topics")
    reached, said = (sum(column) for column in zip(*REACHED, strict=True))
    print(f"{reached} of {said} phrasings reach their topic")
    assert reached / said >= 0.85


def _reached(heard: Heard, topic: str) -> bool:
    by_control = topic in _ANSWERED_BY.get(heard.keys[-1:], ())
    return heard.understood.topics[:1] == (topic,) or by_control or f"topic:{topic}" in heard.choices


# Control words have no topic: what was said tells that they were understood.
_ANSWERED_BY: dict[tuple[str, ...], tuple[str, ...]] = {
    ("stop_ack",): ("stop",),
    ("start_ack",): ("start",),
    ("delete_ack",): ("delete_data",),
    ("help_card",): ("helpline_numbers",),
    ("place_numbers",): ("helpline_numbers",),
    ("language_changed",): ("change_language",),
    ("confidentiality",): ("confidentiality",),
}
