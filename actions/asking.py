"""How an action speaks: by keys of the domain's responses, by topics, and by asks to the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rasa_sdk.executor import CollectingDispatcher

from bot.guides import SKIPPED


def utter(out: CollectingDispatcher, response: str) -> None:
    """Send a response of domain.yml."""
    out.utter_message(response=response)


def say(
    out: CollectingDispatcher, key: str, choices: Sequence[str] = (), values: Mapping[str, str] | None = None
) -> None:
    """Send something whose key or choices are found only now."""
    out.utter_message(json_message={"say": key, "values": dict(values or {}), "choices": list(choices)})


def ask(out: CollectingDispatcher, kind: str, values: Mapping[str, str]) -> None:
    """Ask the service to do something."""
    out.utter_message(json_message={"ask": kind, "values": dict(values)})


def remember(out: CollectingDispatcher, told: Mapping[str, object]) -> None:
    """Ask the service to keep what the person told; what was skipped was not told."""
    values = {name: str(value) for name, value in told.items() if value is not None and value != SKIPPED}
    if values:
        ask(out, "remember", values)
