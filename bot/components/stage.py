"""What every component of ours has in common: no training data of its own unless it says so."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData


class Stage(GraphComponent):
    """A step of the pipeline that reads a message and writes something onto it."""

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.config = config
        self.storage = storage
        self.resource = resource

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Stage:
        """Build the step as Rasa's graph asks for it."""
        return cls(config, model_storage, resource)

    def read(self, message: Message) -> None:
        """Write onto one message."""
        raise NotImplementedError

    def process(self, messages: list[Message]) -> list[Message]:
        """Write onto each message, in place."""
        for message in messages:
            self.read(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Write onto each training message, in place."""
        self.process(training_data.training_examples)
        return training_data


def known(message: Message, name: str) -> object:
    """Return what the service sent along with the message under this name, or None."""
    metadata = message.get("metadata")
    return metadata.get(name) if isinstance(metadata, dict) else None
