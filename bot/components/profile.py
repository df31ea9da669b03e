"""Who writes, how old, from where: read only from messages that say little else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.canonical import CANONICAL
from bot.components.stage import Stage
from bot.places import districts
from bot.reading import canonical

_FEW = 2
_SHORT = 6
_LONG_NAME, _LONGEST_ENDING = 4, 5
_TELLS = frozenset({"inform", "nlu_fallback", "change_district", "profile"})
_PLACES = _TELLS | {"local_services"}
_NUMBER = re.compile(r"\b(\d{1,2})\b")
_MONTHS = re.compile(r"\b\d{1,2} (?:ai|ailig\w*|mes\w*)\b")  # in canonical form: 'aylıq', 'месяцев'


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class ProfileWords(Stage):
    """Looks up words of data/nlu (synonyms) and names of districts; a long story is never read as an answer.

    Who writes is taken from a whole message only: a word such as 'mother' in a sentence is about somebody else.
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
    ) -> ProfileWords:
        """Read the words out of the archive."""
        loaded = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            loaded.words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        return loaded

    def train(self, training_data: TrainingData) -> Resource:
        """Fold the synonyms of the training data and the names of districts."""
        told = {"child": "audience", "parent": "audience"}
        synonyms = training_data.entity_synonyms.items()
        self.words = {canonical(word): [told.get(value, "age_band"), value] for word, value in synonyms}
        self.words |= {canonical(name): ["district", code] for name, code in districts().items()}
        with self.storage.write_to(self.resource) as folder:
            (folder / "words.json").write_text(json.dumps(self.words, ensure_ascii=False), encoding="utf-8")
        return self.resource

    def read(self, message: Message) -> None:
        text = message.get(CANONICAL) or ""
        length, intent = len(text.split()), (message.get(INTENT) or {}).get("name")
        found = dict(self._found(text)) if length <= _SHORT else {}
        if intent not in _TELLS and length > _FEW:
            found = {name: value for name, value in found.items() if name == "district" and intent in _PLACES}
        entities = [{"entity": name, "value": value} for name, value in sorted(found.items())]
        message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)

    def _found(self, text: str) -> Iterator[tuple[str, str]]:
        number = _NUMBER.search(text)
        if number:
            yield "age_band", "0" if _MONTHS.search(text) else number.group(1)
        tokens = text.split()
        for start in range(len(tokens)):
            for size in (1, 2, 3):
                phrase = " ".join(tokens[start : start + size])
                entry = self._entry(phrase)
                if entry is not None and (entry[0] != "audience" or phrase == text):
                    yield entry

    def _entry(self, phrase: str) -> tuple[str, str] | None:
        """Return what a phrase stands for; the end of a district's name may be a case ending."""
        if phrase in self.words:
            return self.words[phrase][0], self.words[phrase][1]
        stems = [phrase[:-cut] for cut in range(1, _LONGEST_ENDING + 1)]
        for name in (stem + end for stem in stems for end in ("", "a", "ia")):
            if len(name) >= _LONG_NAME and self.words.get(name, [""])[0] == "district":
                return "district", self.words[name][1]
        return None
