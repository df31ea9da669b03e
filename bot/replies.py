"""From what Rasa sent to what the wire carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.topics import topics
from wire import Ask, Reply, Topic

Sent = Mapping[str, object]

# Above what every intent gets when nothing at all is known.
_NOISE = 0.03


def replies(sent: Iterable[Sent]) -> tuple[Reply, ...]:
    """Return what is to be said, in order."""
    return tuple(
        Reply(str(message["say"]), _values(message), tuple(str(code) for code in _list(message.get("choices"))))
        for message in sent
        if "say" in message
    )


def asks(sent: Iterable[Sent]) -> tuple[Ask, ...]:
    """Return what the service is asked to do, in order."""
    return tuple(Ask(str(message["ask"]), _values(message)) for message in sent if "ask" in message)


def ranked_topics(ranking: Iterable[Mapping[str, object]]) -> tuple[Topic, ...]:
    """Return the topics of a ranking, best first; answers to the bot, the fall-back and mere noise are none."""
    named = [(str(entry["name"]), float(str(entry["confidence"]))) for entry in ranking]
    return tuple(Topic(name, sure) for name, sure in named if name in topics() and sure >= _NOISE)


def _values(message: Sent) -> dict[str, str]:
    values = message.get("values")
    return {str(name): str(value) for name, value in values.items()} if isinstance(values, Mapping) else {}


def _list(raw: object) -> list[object]:
    return list(raw) if isinstance(raw, (list, tuple)) else []
