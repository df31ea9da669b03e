"""One turn of a conversation, as the service asks for it and as Rasa answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

JsonObject = dict[str, object]


class WireError(ValueError):
    """What came over the loopback is not what this version speaks."""


@dataclass(frozen=True)
class Profile:
    """What the person chose to tell about themselves; None is 'not told'."""

    audience: str | None = None  # child | parent
    age_band: str | None = None  # 7-10 | 11-14 | 15-17 (a child's own), 0-2 | 3-9 | 10-17 (a parent's child)
    district: str | None = None  # code of data/services/districts.yml


@dataclass(frozen=True)
class TurnRequest:
    """A message with all that the service already knows of it.

    `conversation` is a pseudonym, never an address. `choice` is what a button or digit stands for
    (`topic:tantrums`), None for typed text. `vector` is base64 of 384 little-endian float32, or None without encoder.
    `quiet` is true after a disclosure: only safe content may be offered.
    `state` is what the last TurnResult brought back, or None for a fresh dialogue.
    """

    conversation: str
    text: str
    channel: str
    language: str
    canonical: str
    level: str = "none"
    risks: tuple[str, ...] = ()
    speaker: str = "unknown"
    choice: str | None = None
    vector: str | None = None
    quiet: bool = False
    profile: Profile = field(default_factory=Profile)
    state: JsonObject | None = None

    def to_json(self) -> JsonObject:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: object) -> TurnRequest:
        """Raise WireError when a field is missing or of another type."""
        fields = _object(raw)
        return cls(
            conversation=_text(fields, "conversation"),
            text=_text(fields, "text"),
            channel=_text(fields, "channel"),
            language=_text(fields, "language"),
            canonical=_text(fields, "canonical"),
            level=_text(fields, "level"),
            risks=_texts(fields, "risks"),
            speaker=_text(fields, "speaker"),
            choice=_optional_text(fields, "choice"),
            vector=_optional_text(fields, "vector"),
            quiet=fields.get("quiet") is True,
            profile=_profile(fields.get("profile")),
            state=None if fields.get("state") is None else _object(fields["state"]),
        )


@dataclass(frozen=True)
class Reply:
    """Something to say, by key: the service has the words.

    `say` is a key of data/phrases, or one of the content library's: `content:<topic>`, `item:<id>`,
    `near:<topic or id>`.
    `values` fills named placeholders; `choices` are choice codes offered with it, in order.
    """

    say: str
    values: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """What the bot wants the service to do. `kind`: remember (values: audience, age_band, district) | person | help |

    hand_off (values: reason, a guide; level concern | urgent | emergency; due, in minutes; answers, codes with spaces between;
    declined: yes when the person does not want to be written to).
    """

    kind: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Topic:
    code: str
    confidence: float


@dataclass(frozen=True)
class TurnResult:
    """Replies in order, asks, ranked topics of this message, the new dialogue state and the model that made it."""

    replies: tuple[Reply, ...]
    asks: tuple[Ask, ...]
    topics: tuple[Topic, ...]
    state: JsonObject
    model: str

    def to_json(self) -> JsonObject:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: object) -> TurnResult:
        """Raise WireError when a field is missing or of another type."""
        fields = _object(raw)
        return cls(
            replies=tuple(_reply(item) for item in _items(fields, "replies")),
            asks=tuple(_ask(item) for item in _items(fields, "asks")),
            topics=tuple(_topic(item) for item in _items(fields, "topics")),
            state=_object(fields.get("state")),
            model=_text(fields, "model"),
        )


def _object(raw: object) -> JsonObject:
    if not isinstance(raw, dict):
        raise WireError("expected an object")
    return {str(key): value for key, value in raw.items()}


def _text(fields: JsonObject, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise WireError(f"{name}: expected text")
    return value


def _optional_text(fields: JsonObject, name: str) -> str | None:
    return None if fields.get(name) is None else _text(fields, name)


def _items(fields: JsonObject, name: str) -> list[object]:
    value = fields.get(name)
    if not isinstance(value, (list, tuple)):
        raise WireError(f"{name}: expected a list")
    return list(value)


def _texts(fields: JsonObject, name: str) -> tuple[str, ...]:
    items = _items(fields, name)
    if not all(isinstance(item, str) for item in items):
        raise WireError(f"{name}: expected texts")
    return tuple(str(item) for item in items)


def _values(fields: JsonObject) -> dict[str, str]:
    return {key: str(value) for key, value in _object(fields.get("values", {})).items()}


def _profile(raw: object) -> Profile:
    fields = _object(raw or {})
    return Profile(*(_optional_text(fields, name) for name in ("audience", "age_band", "district")))


def _reply(raw: object) -> Reply:
    fields = _object(raw)
    return Reply(_text(fields, "say"), _values(fields), _texts({"choices": fields.get("choices", ())}, "choices"))


def _ask(raw: object) -> Ask:
    fields = _object(raw)
    return Ask(_text(fields, "kind"), _values(fields))


def _topic(raw: object) -> Topic:
    fields = _object(raw)
    confidence = fields.get("confidence")
    if not isinstance(confidence, (int, float)):
        raise WireError("confidence: expected a number")
    return Topic(_text(fields, "code"), float(confidence))
