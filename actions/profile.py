"""What a button or a short message tells about its writer outside the profile's questions."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.asking import remember, utter
from actions.hearing import band

PROFILE = ("audience", "age_band", "district")
AGE_BANDS = {"child": ("7-10", "11-14", "15-17"), "parent": ("0-2", "3-9", "10-17")}


class Remember(Action):
    """Keeps what a button of an earlier message told, outside the form."""

    def name(self) -> str:
        return "action_remember"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        told = told_about_self(tracker)
        if not told:
            aged = next(tracker.get_latest_entity_values("age_band"), None) is not None
            utter(out, "utter_menu" if aged else "utter_not_understood")  # whose age it is, the menu asks
            return [SlotSet("age_band", None)]
        remember(out, told)
        utter(out, f"utter_menu_{told['audience']}" if "audience" in told else "utter_profile_saved")
        return [SlotSet(name, value) for name, value in told.items()]


def told_about_self(tracker: Tracker) -> dict[str, str]:
    """Return what the message tells of the profile; an age only where it is known whose."""
    found = {name: next(tracker.get_latest_entity_values(name), None) for name in PROFILE}
    if found["age_band"] is not None:
        audience = found["audience"] or tracker.get_slot("audience")
        found["age_band"] = band(found["age_band"], AGE_BANDS.get(audience or "", ()))
    return {name: str(value) for name, value in found.items() if value is not None}
