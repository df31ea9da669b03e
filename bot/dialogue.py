"""Dialogue state: what a turn needs of the turns before it. No text, no times, no names, and a bound on its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    LoopInterrupted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from wire import Profile

JsonObject = dict[str, object]

LAST_EVENTS = 24
PROFILE = ("audience", "age_band", "district")
# What belongs to the guide under way, and is gone with it.
_OF_GUIDE = ("requested_slot", "guide", "answers")
_KEPT_SLOTS = (*PROFILE, "last_told", *_OF_GUIDE)
# Slots are kept once, in their last state: no slot that we keep is looked at by a policy.
_KEPT_EVENTS = (ActionExecuted, ActionExecutionRejected, ActiveLoop, LoopInterrupted, UserUttered)
_KEPT_KEYS = ("event", "name", "is_interrupted", "hide_rule_turn")


def resume(
    turn: str, state: Mapping[str, object] | None, model: str, quiet: bool, profile: Profile, domain: Domain
) -> DialogueStateTracker:
    """Rebuild the tracker that a state describes.

    A state of another model gives only its slots: its loop and events may not exist any more. After a disclosure no
    form goes on.
    """
    state = state or {}
    slots = _slots(state)
    same = state.get("model") == model and not quiet
    loop = state.get("loop") if same else None
    if loop is None:
        slots |= {name: told for name in PROFILE if (told := getattr(profile, name)) is not None}
        slots = {name: value for name, value in slots.items() if name not in _OF_GUIDE}
    last = _events(state) if same else []
    tracker = DialogueStateTracker(turn, domain.slots)
    for event in _replayed(slots, loop, last):
        tracker.update(event, domain)
    return tracker


def remember(tracker: DialogueStateTracker, model: str) -> JsonObject:
    """Return the state of a tracker after its turn, as JSON, equal for equal dialogues."""
    slots = {name: value for name in _KEPT_SLOTS if (value := tracker.get_slot(name)) is not None}
    kept = [_written(event) for event in tracker.events if _is_kept(event)]
    return {"model": model, "slots": slots, "loop": tracker.active_loop_name, "events": _last_turns(kept)}


def _replayed(slots: JsonObject, loop: object, last: Sequence[Event]) -> list[Event]:
    """Slots and loop first, as they were left: replaying the last events over them ends there again."""
    events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
    events += [SlotSet(name, value) for name, value in slots.items()]
    if isinstance(loop, str):
        events.append(ActiveLoop(loop))
    return [*events, ActionExecuted(ACTION_LISTEN_NAME), *last]


def _slots(state: Mapping[str, object]) -> JsonObject:
    slots = state.get("slots")
    kept = slots.items() if isinstance(slots, Mapping) else ()
    return {name: value for name, value in kept if name in _KEPT_SLOTS}


def _events(state: Mapping[str, object]) -> list[Event]:
    written = state.get("events")
    return [_read(event) for event in written if isinstance(event, Mapping)] if isinstance(written, list) else []


def _read(written: Mapping[str, object]) -> Event:
    if written.get("event") == UserUttered.type_name:
        return UserUttered(intent={"name": written.get("name"), "confidence": 1.0})
    event = Event.from_parameters(dict(written))
    if event is None:
        raise ValueError("unknown event in a dialogue state")
    return event


def _is_kept(event: Event) -> bool:
    if isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START_NAME:
        return False
    return isinstance(event, _KEPT_EVENTS)


def _written(event: Event) -> JsonObject:
    if isinstance(event, UserUttered):
        return {"event": UserUttered.type_name, "name": event.intent_name}
    raw = event.as_dict()
    return {key: raw[key] for key in _KEPT_KEYS if raw.get(key)}


def _last_turns(events: list[JsonObject]) -> list[JsonObject]:
    """Keep whole turns: a tail that began in the middle of one would be no dialogue that the policies know."""
    first = max(len(events) - LAST_EVENTS, 0)
    begins = [index for index, event in enumerate(events) if event["event"] == UserUttered.type_name]
    start = next((index for index in begins if index >= first), None)
    return [] if start is None else events[start:]
