"""A pressed button or digit as a parse: nothing has to be understood, so nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.guides import guide_asking, guides
from bot.topics import topics

_BARE = {"menu": "menu_help", "skip": "skip", "profile": "profile", "none_of_these": "none_of_these"}
_TOLD = {"audience": "audience", "age": "age_band", "district": "district"}


@dataclass(frozen=True)
class Meaning:
    """An intent and what it is about."""

    intent: str
    entity: str | None = None
    value: str | None = None

    def as_parse(self) -> dict[str, object]:
        """Return it in the form of Rasa's NLU result."""
        named = {"name": self.intent, "confidence": 1.0}
        entities = [] if self.entity is None else [{"entity": self.entity, "value": self.value}]
        return {"text": None, "intent": named, "entities": entities, "intent_ranking": [dict(named)]}


def meaning_of(choice: str) -> Meaning | None:
    """Return what a choice code means, or None for one that this version does not know."""
    kind, _, value = choice.partition(":")
    if not value:
        return Meaning(_BARE[kind]) if kind in _BARE else None
    if kind == "topic":
        return Meaning(value) if value in topics() else None
    if kind == "item":
        return Meaning("read", "item", value)
    if kind == "more":
        return Meaning("more", "topic", value) if value in topics() else None
    if kind == "guide":
        return Meaning("guide", "guide", value) if value in guides() else None
    if kind == "answer":
        return Meaning("answer", "answer", value) if _is_answer(value) else None
    return Meaning("inform", _TOLD[kind], value) if kind in _TOLD else None


def _is_answer(value: str) -> bool:
    """Whether a guide still asks this and offers that."""
    name, _, _ = value.partition(":")
    guide = guide_asking(name)
    question = None if guide is None else guide.question(name)
    return question is not None and f"answer:{value}" in question.codes
