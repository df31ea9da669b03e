"""The sentence vector of a message."""

from __future__ import annotations

import base64
import binascii

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.stage import Stage, known
from bot.reading import sentence_vectors

VECTOR = "vector"
WIDTH = 384


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceVector(Stage):
    """Takes the vector from the service; computes it in training and testing; leaves it out without an encoder."""

    def read(self, message: Message) -> None:
        sent = known(message, VECTOR)
        if isinstance(sent, str):
            message.set(VECTOR, _decode(sent))
        elif not isinstance(message.get("metadata"), dict):
            message.set(VECTOR, sentence_vectors([message.get(TEXT) or ""])[0])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        messages = training_data.training_examples
        vectors = sentence_vectors([message.get(TEXT) or "" for message in messages])
        for message, vector in zip(messages, vectors, strict=True):
            message.set(VECTOR, vector)
        return training_data


def _decode(sent: str) -> np.ndarray | None:
    """Return the vector, or None for anything that is not 384 little-endian float32 of a finite length."""
    try:
        vector = np.frombuffer(base64.b64decode(sent, validate=True), dtype="<f4")
    except (binascii.Error, ValueError):
        return None
    return vector if vector.shape == (WIDTH,) and np.isfinite(vector).all() else None
