"""The folded spelling of a message, in which one word is one word however it was typed."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.stage import Stage, known
from bot.reading import canonical

CANONICAL = "canonical"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class CanonicalText(Stage):
    """Takes the canonical form from the service, or computes it in training and testing."""

    def read(self, message: Message) -> None:
        sent = known(message, CANONICAL)
        text = message.get(TEXT) or ""
        message.set(CANONICAL, sent if isinstance(sent, str) else canonical(text))
