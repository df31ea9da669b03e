"""Rasa's tracker store without a store: the dialogue lives as long as its turn.

A tracker is put into the context of the request that brought it, and is gone with that request. Two turns at once have
two contexts, so they cannot see each other, and there is nothing to clear, to lock or to leak.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

_of_this_turn: ContextVar[DialogueStateTracker | None] = ContextVar("tracker_of_this_turn", default=None)


def hold(tracker: DialogueStateTracker) -> None:
    """Make this the tracker of the turn that is being run."""
    _of_this_turn.set(tracker)


class TurnTracker(TrackerStore):
    """What Rasa asks for its trackers, named in endpoints.yml."""

    async def save(self, tracker: DialogueStateTracker) -> None:
        hold(tracker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        return _of_this_turn.get()

    async def keys(self) -> Iterable[str]:
        return ()
