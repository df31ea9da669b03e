"""Telling about topics, guessing at them, and the menu."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import say, utter

TAXONOMY = Path(__file__).resolve().parent.parent / "data" / "taxonomy.yml"
_CHILD_SPEAKERS = frozenset({"child_self", "child_friend"})
# Topics that the service carries on with by itself: what there is depends on where the person lives.
_LEADS_INTO = {"local_services": "place:near"}
_GUESSES = 3
_UNLIKELY = 0.04
_NOT_OFFERED = frozenset({"greeting", "thanks_goodbye", "insult", "out_of_scope", "menu_help", "start"})


class TellTopic(Action):
    """Tells about the topic that was asked about; which content item that is, the service finds."""

    def name(self) -> str:
        return "action_tell_topic"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        topic = tracker.latest_message["intent"]["name"]
        say(out, _LEADS_INTO.get(topic, f"content:{topic}"))
        return [SlotSet("last_told", topic)]


class TellItem(Action):
    """Tells the content item, or the part of it, that was chosen."""

    def name(self) -> str:
        return "action_tell_item"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        item = next(tracker.get_latest_entity_values("item"))
        say(out, f"item:{item}")
        return [SlotSet("last_told", item.partition(":")[0])]


class More(Action):
    """Goes on: what else there is near what was told last, or else the menu."""

    def name(self) -> str:
        return "action_more"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        told = next(tracker.get_latest_entity_values("topic"), None) or tracker.get_slot("last_told")
        if told is None:
            _menu(out, tracker)
        else:
            say(out, f"near:{told}")
        return []


class Menu(Action):
    """Shows what there is for this person to read about."""

    def name(self) -> str:
        return "action_menu"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        _menu(out, tracker)
        return []


class Greet(Action):
    """Greets; offers the profile to those who have not told anything yet."""

    def name(self) -> str:
        return "action_greet"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        utter(out, "utter_greeting" if tracker.get_slot("audience") is None else "utter_greeting_known")
        return []


class OffTopic(Action):
    """Says what the bot is not for; to somebody in distress it offers a person instead."""

    def name(self) -> str:
        return "action_off_topic"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        insulted = tracker.latest_message["intent"]["name"] == "insult"
        if is_worried(tracker):
            utter(out, "utter_none_of_these")
        else:
            utter(out, "utter_insult" if insulted else "utter_out_of_scope")
        return []


class DidYouMean(Action):
    """Offers the likeliest topics; the second time in a row, or with a concern in the message, a person."""

    def name(self) -> str:
        return "action_did_you_mean"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        guesses = _guesses(tracker)
        if is_worried(tracker) or _asked_just_before(tracker):
            utter(out, "utter_none_of_these")
        elif guesses:
            say(out, "did_you_mean", [*(f"topic:{code}" for code in guesses), "none_of_these"])
        else:
            utter(out, "utter_not_understood")
        return []


def _menu(out: CollectingDispatcher, tracker: Tracker) -> None:
    if tracker.get_slot("quiet"):
        utter(out, "utter_calm_support")
    elif is_child(tracker):
        utter(out, "utter_menu_child")
    elif tracker.get_slot("audience") == "parent" or tracker.get_slot("speaker") == "caregiver":
        utter(out, "utter_menu_parent")
    else:
        utter(out, "utter_menu")


def is_worried(tracker: Tracker) -> bool:
    """Whether triage heard distress in this message."""
    return tracker.get_slot("level") not in (None, "none")


def is_child(tracker: Tracker) -> bool:
    """What the person told counts first, then how the message sounds."""
    audience = tracker.get_slot("audience")
    if audience in ("child", "parent"):
        return bool(audience == "child")
    return tracker.get_slot("speaker") in _CHILD_SPEAKERS


def _guesses(tracker: Tracker) -> list[str]:
    ranking = tracker.latest_message.get("intent_ranking") or []
    likely = [entry["name"] for entry in ranking if entry["confidence"] >= _UNLIKELY]
    return [name for name in likely if name in _topics() and name not in _NOT_OFFERED][:_GUESSES]


def _asked_just_before(tracker: Tracker) -> bool:
    """Whether the turn before this one ended in guesses, too."""
    told = [event["name"] for event in tracker.events if event["event"] == "action"]
    return next((name for name in reversed(told) if name != "action_listen"), None) == "action_did_you_mean"


@functools.cache
def _topics() -> frozenset[str]:
    return frozenset(yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))["topics"])
