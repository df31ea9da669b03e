"""Answers to a guide's question in words and numbers: read only from messages that say little else."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.canonical import CANONICAL
from bot.components.stage import Stage
from bot.guides import FOLDER
from bot.reading import canonical

_SHORT = 6
_NUMBER = re.compile(r"(?<!\d)\d{1,3}(?:[ .]\d{3})+(?!\d)|\d{1,6}")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class GuideWords(Stage):
    """Looks whole messages up in data/guides/words; which question they answer, the open one decides.

    Only what the service sends is read: `rasa test` compares entities by their place in the text, and these have none.
    """

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, storage, resource)
        self.words: dict[str, list[str]] = {}

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> GuideWords:
        """Read the words out of the archive."""
        loaded = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            loaded.words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        return loaded

    def train(self, training_data: TrainingData) -> Resource:
        """Fold the words of both languages."""
        self.words = guide_words()
        with self.storage.write_to(self.resource) as folder:
            (folder / "words.json").write_text(json.dumps(self.words, ensure_ascii=False), encoding="utf-8")
        return self.resource

    def read(self, message: Message) -> None:
        if not isinstance(message.get("metadata"), dict):
            return
        text = message.get(CANONICAL) or ""
        found = [{"entity": "answer", "value": value} for value in self.words.get(text.strip(" .,!?"), ())]
        number = _NUMBER.search(text) if len(text.split()) <= _SHORT else None
        if number is not None:
            found.append({"entity": "number", "value": re.sub(r"\D", "", number.group())})
        message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)


def guide_words(folder: Path = FOLDER / "words") -> dict[str, list[str]]:
    """Return {folded message: what it may answer}: `<question>:<value>`, or a value that many questions have."""
    words: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yml")):
        for answer, messages in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for message in messages:
                answers = words.setdefault(canonical(message), [])
                answers += [str(answer)] if str(answer) not in answers else []
    return words
