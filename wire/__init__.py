"""The dataclasses that cross the loopback between the service and Rasa.

Both environments import this package, so it uses the standard library alone.
"""

from __future__ import annotations

from wire.turn import Ask, Profile, Reply, Topic, TurnRequest, TurnResult, WireError

__all__ = ["Ask", "Profile", "Reply", "Topic", "TurnRequest", "TurnResult", "WireError"]
