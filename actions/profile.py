"""The profile: audience, age band, district. Offered, never forced; every question can be skipped."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.asking import SKIPPED, remember, say, utter
from actions.topics import is_worried

PROFILE = ("audience", "age_band", "district")
AGE_BANDS = {"child": ("7-10", "11-14", "15-17"), "parent": ("0-2", "3-9", "10-17")}


class StartProfile(Action):
    """Forgets the answers so far, so that all three questions are asked."""

    def name(self) -> str:
        return "action_start_profile"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return [SlotSet(name, None) for name in PROFILE]


class ChangeDistrict(Action):
    """Asks for the district alone: what else is not told counts as skipped."""

    def name(self) -> str:
        return "action_change_district"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        named = next(tracker.get_latest_entity_values("district"), None)
        untold = [SlotSet(name, SKIPPED) for name in PROFILE[:2] if tracker.get_slot(name) is None]
        return [*untold, SlotSet("district", named)]


class AskAgeBand(Action):
    """Asks a child for its own age and a parent for the child's."""

    def name(self) -> str:
        return "action_ask_profile_form_age_band"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        utter(out, "utter_ask_age_child" if tracker.get_slot("audience") == "child" else "utter_ask_age_parent")
        return []


class ValidateProfile(FormValidationAction):
    """Takes an answer that fits, asks again for one that does not, and has each kept as soon as it is told."""

    def name(self) -> str:
        return "validate_profile_form"

    async def required_slots(
        self, domain_slots: list[str], out: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[str]:
        """Without knowing who writes, there is no telling whose age it would be."""
        return [name for name in PROFILE if name != "age_band" or tracker.get_slot("audience") != SKIPPED]

    def validate_audience(
        self, value: Any, out: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, object]:
        """Return the audience, skipped, or None to be asked again."""
        return _kept(out, "audience", value if value in (*AGE_BANDS, SKIPPED) else None)

    def validate_age_band(
        self, value: Any, out: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, object]:
        """Return the band that an age falls into; none for an age of 18 or more, which is asked again."""
        return _kept(out, "age_band", value if value == SKIPPED else band(str(value), tracker.get_slot("audience")))

    def validate_district(
        self, value: Any, out: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, object]:
        """Codes come from buttons and from the names of districts, so any is taken."""
        return _kept(out, "district", value)


class SaveProfile(Action):
    """Ends the form and says whether anything was told."""

    def name(self) -> str:
        return "action_save_profile"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        told = [tracker.get_slot(name) for name in PROFILE if tracker.get_slot(name) not in (None, SKIPPED)]
        utter(out, "utter_profile_saved" if told else "utter_profile_skipped")
        return []


class Remember(Action):
    """Keeps what a button of an earlier message told, outside the form."""

    def name(self) -> str:
        return "action_remember"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        told = {name: next(tracker.get_latest_entity_values(name), None) for name in PROFILE}
        if told["age_band"] is not None:
            told["age_band"] = band(told["age_band"], told["audience"] or tracker.get_slot("audience"))
        if not any(told.values()):
            aged = next(tracker.get_latest_entity_values("age_band"), None) is not None
            utter(out, "utter_menu" if aged else "utter_not_understood")  # whose age it is, the menu asks
            return [SlotSet("age_band", None)]
        remember(out, told)
        if told["audience"]:
            utter(out, f"utter_menu_{told['audience']}")
        else:
            utter(out, "utter_profile_saved")
        return [SlotSet(name, value) for name, value in told.items() if value is not None]


class UnclearInForm(Action):
    """Says that the answer was not understood; the form asks again."""

    def name(self) -> str:
        return "action_unclear_in_form"

    def run(self, out: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        if is_worried(tracker):
            utter(out, "utter_none_of_these")
        else:
            say(out, "district_unknown" if tracker.get_slot("requested_slot") == "district" else "not_understood")
        return []


def _kept(out: CollectingDispatcher, name: str, value: object) -> dict[str, object]:
    """Have an answer kept at once: a form that is left in the middle loses nothing."""
    remember(out, {name: value})
    return {name: value}


def band(told: str, audience: str | None) -> str | None:
    """Return the band of a band or an age in years, or None when it fits none; the youngest band takes all below it."""
    bands = AGE_BANDS.get(audience or "", ())
    if told in bands:
        return told
    if not told.isdecimal():
        return None
    return next((name for name in bands if int(told) <= int(name.partition("-")[2])), None)
