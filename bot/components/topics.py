"""What a message is about."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.canonical import CANONICAL
from bot.components.stage import Stage
from bot.components.vectors import VECTOR
from bot.topics_model import TopicsModel


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(Stage):
    """One linear model for both languages; confidences are calibrated on held-out messages."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, storage, resource)
        self.model: TopicsModel | None = None

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return how many candidates a ranking has."""
        return {"candidates": 5}

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """Read the trained model out of the archive."""
        loaded = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            loaded.model = TopicsModel.load(folder)
        return loaded

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on every example that has an intent."""
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        vectors = [message.get(VECTOR) for message in examples]
        stacked = None if any(vector is None for vector in vectors) else np.stack(vectors)
        texts = [message.get(CANONICAL) for message in examples]
        self.model = TopicsModel.train(texts, [message.get(INTENT) for message in examples], stacked)
        with self.storage.write_to(self.resource) as folder:
            self.model.save(folder)
        return self.resource

    def read(self, message: Message) -> None:
        if self.model is None:
            raise RuntimeError("TopicClassifier is not trained")
        confidences = self.model.confidences(message.get(CANONICAL) or "", message.get(VECTOR))
        best = np.argsort(-confidences, kind="stable")[: self.config["candidates"]]
        named = [(self.model.labels[index], round(float(confidences[index]), 4)) for index in best]
        ranking = [{"name": name, "confidence": confidence} for name, confidence in named]
        message.set(INTENT, dict(ranking[0]), add_to_output=True)
        message.set("intent_ranking", ranking, add_to_output=True)
