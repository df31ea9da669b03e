"""The labelled messages of data/: disclosures (data/triage) and everything else (data/nlu, level none)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from triage.taxonomy import Level, Risk, Speaker
from triage.yaml_files import read_yaml

LANGUAGES = ("az", "ru")
# Intents of data/nlu that are no calm messages: a bare cry for help or a wish to report says nothing of what is wrong, and
# must not teach that such words mean nothing.
NOT_CALM = frozenset({"help_now", "report_other"})


@dataclass(frozen=True)
class Labelled:
    text: str = field(repr=False)
    language: str
    level: Level
    risks: tuple[Risk, ...] = ()
    speaker: Speaker | None = None  # None: not said, as for level none
    topic: str | None = None  # what an answer to it would be about; for level none


def read_messages(data: Path) -> list[Labelled]:
    """Return all labelled messages, in a fixed order."""
    return [one for language in LANGUAGES for one in (*_disclosures(data, language), *_others(data, language))]


def together(messages: Sequence[str]) -> str:
    """Several messages of one person as the one text that is assessed."""
    return "\n".join(messages)


def calm_conversations(labels: Sequence[Labelled], seed: int) -> list[Labelled]:
    """Calm messages of `labels` put together at random, two to five at a time: that many say nothing either.

    Two for each ten calm messages of a language. Seeded.
    """
    chance = random.Random(seed)
    made = []
    for language in LANGUAGES:
        calm = [one.text for one in labels if one.language == language and one.level is Level.NONE]
        picked = (chance.sample(calm, chance.randint(2, 5)) for _ in range(len(calm) // 5 if len(calm) >= 5 else 0))
        made += [Labelled(together(texts), language, Level.NONE) for texts in picked]
    return made


def fingerprint(data: Path) -> str:
    """Name the messages that a model was trained on."""
    digest = sha256()
    for one in read_messages(data):
        digest.update(f"{one.text}\0{one.level}\0{one.risks}\0{one.speaker}\n".encode())
    return digest.hexdigest()[:16]


def _disclosures(data: Path, language: str) -> Iterator[Labelled]:
    for path in sorted((data / "triage" / language).glob("*.yml")):
        for group in read_yaml(path):
            level, speaker = Level[group["level"].upper()], Speaker(group["speaker"])
            risks = tuple(Risk(code) for code in group["risks"])
            for text in (*group.get("messages", ()), *map(together, group.get("conversations", ()))):
                yield Labelled(str(text), language, level, risks, speaker)


def _others(data: Path, language: str) -> Iterator[Labelled]:
    for path in sorted((data / "nlu" / language).glob("*.yml")):
        for intent in read_yaml(path)["nlu"]:
            if "intent" not in intent or intent["intent"] in NOT_CALM:
                continue
            for line in str(intent["examples"]).splitlines():
                yield Labelled(line.removeprefix("- "), language, Level.NONE, topic=str(intent["intent"]))
