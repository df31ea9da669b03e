"""Language, level, speaker and the like: decided by the service, carried into slots as entities."""

from __future__ import annotations

from collections.abc import Mapping

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from bot.components.stage import Stage

NAMES = ("language", "level", "speaker", "channel", "quiet")


def entities_of(metadata: Mapping[str, object]) -> list[dict[str, object]]:
    """Return one entity for each thing the service said, in a fixed order."""
    return [{"entity": name, "value": metadata[name]} for name in NAMES if metadata.get(name) is not None]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class KnownToService(Stage):
    """Turns what the service knows of a message into entities; without metadata there are none."""

    def read(self, message: Message) -> None:
        metadata = message.get("metadata")
        if isinstance(metadata, dict):
            found = message.get(ENTITIES, []) + entities_of(metadata)
            message.set(ENTITIES, found, add_to_output=True)
