"""What Telegram sends, read tolerantly from the raw object: the library's own parser raises on many real updates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from helpline.messages import InboundMessage, Kind, MalformedUpdate, Spot, UnsupportedUpdate

CHANNEL: Final = "telegram"
ALLOWED: Final = ("message", "edited_message", "callback_query", "my_chat_member")
LONGEST_CHOICE: Final = 64
_LARGEST_ID: Final = 1 << 62
_LARGEST_MESSAGE_ID: Final = (1 << 31) - 1

Object = Mapping[str, object]

# The first of these that a message has says what it is. A caption is read; what it belongs to is never kept.
_KINDS: Final = (
    ("contact", Kind.CONTACT),
    ("location", Kind.LOCATION),
    ("venue", Kind.LOCATION),
    ("voice", Kind.VOICE),
    ("audio", Kind.VOICE),
    ("video_note", Kind.VOICE),
    ("photo", Kind.PICTURE),
    ("sticker", Kind.STICKER),
    ("dice", Kind.STICKER),
    ("animation", Kind.ATTACHMENT),
    ("video", Kind.ATTACHMENT),
    ("document", Kind.ATTACHMENT),
    ("poll", Kind.ATTACHMENT),
    ("story", Kind.ATTACHMENT),
    ("game", Kind.ATTACHMENT),
    ("paid_media", Kind.ATTACHMENT),
    ("checklist", Kind.ATTACHMENT),
)


def read_update(update: object) -> InboundMessage:
    """Return the message of one update. Raise MalformedUpdate, or UnsupportedUpdate for what needs no answer."""
    fields = _object(update, "update")
    number = _whole(fields.get("update_id"), "update_id")
    if "message" in fields:
        return _message(_object(fields["message"], "message"), f"u{number}")
    if "edited_message" in fields:
        return _edited(_object(fields["edited_message"], "edited_message"), f"u{number}")
    if "callback_query" in fields:
        return _pressed(_object(fields["callback_query"], "callback_query"), f"u{number}")
    if "my_chat_member" in fields:
        return _member(_object(fields["my_chat_member"], "my_chat_member"), f"u{number}")
    raise UnsupportedUpdate("kind")


def _message(message: Object, external_id: str) -> InboundMessage:
    address = _private_chat(message)
    text = message.get("text")
    if isinstance(text, str):
        return _made(message, address, external_id, Kind.TEXT, _without_bot_name(text))
    kind = next((kind for name, kind in _KINDS if message.get(name) is not None), None)
    if kind is None:
        raise UnsupportedUpdate("service_message")
    caption = message.get("caption")
    made = _made(message, address, external_id, kind, caption if isinstance(caption, str) else "")
    return replace(made, spot=_spot(message)) if kind is Kind.LOCATION else made


def _spot(message: Object) -> Spot | None:
    """A location's coordinates, or a venue's; whatever is not two numbers on this earth counts as none."""
    venue = message.get("venue")
    raw = message.get("location", venue.get("location") if isinstance(venue, Mapping) else None)
    told = [raw.get(name) for name in ("latitude", "longitude")] if isinstance(raw, Mapping) else []
    found = [one for one in told if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if len(found) != 2 or not (abs(found[0]) <= 90 and abs(found[1]) <= 180):
        return None
    return Spot(float(found[0]), float(found[1]))


def _edited(message: Object, external_id: str) -> InboundMessage:
    """A new wording; an edited picture or place says nothing new unless its caption does."""
    address = _private_chat(message)
    text = message.get("text", message.get("caption"))
    if not isinstance(text, str) or not text:
        raise UnsupportedUpdate("edited_without_text")
    return _made(message, address, external_id, Kind.EDITED, text)


def _pressed(query: Object, external_id: str) -> InboundMessage:
    """A button. Its message may be inaccessible or gone; the person who pressed is always named."""
    pressed_by = _object(query.get("from"), "from")
    data = query.get("data")
    if not isinstance(data, str) or not data or len(data.encode()) > LONGEST_CHOICE:
        raise UnsupportedUpdate("button_without_code")
    message = query.get("message")
    if isinstance(message, Mapping):
        address = _private_chat({str(key): value for key, value in message.items()})
    else:
        address = str(_whole(pressed_by.get("id"), "from"))
    return InboundMessage(
        CHANNEL, address, external_id, Kind.CHOICE, choice=data, language_hint=_language(pressed_by), sent_at=None
    )


def _member(change: Object, external_id: str) -> InboundMessage:
    address = _private_chat(change)
    status = _object(change.get("new_chat_member"), "new_chat_member").get("status")
    kinds = {"kicked": Kind.BLOCKED, "left": Kind.BLOCKED, "member": Kind.UNBLOCKED}
    if status not in kinds:
        raise UnsupportedUpdate("member_status")
    return InboundMessage(CHANNEL, address, external_id, kinds[str(status)], sent_at=_time(change.get("date")))


def _made(message: Object, address: str, external_id: str, kind: Kind, text: str) -> InboundMessage:
    sender = message.get("from")
    fields = {str(key): value for key, value in sender.items()} if isinstance(sender, Mapping) else {}
    if fields.get("is_bot") is True:
        raise UnsupportedUpdate("from_a_bot")
    language, sent_at = _language(fields), _time(message.get("date"))
    return InboundMessage(CHANNEL, address, external_id, kind, text, None, language, sent_at, _thread_id(message))


def _thread_id(message: Object) -> str | None:
    """By which the message can be deleted; a number that Telegram would not send is none."""
    number = message.get("message_id")
    known = isinstance(number, int) and not isinstance(number, bool) and 0 < number <= _LARGEST_MESSAGE_ID
    return str(number) if known else None


def _private_chat(holder: Object) -> str:
    """Only private chats are a helpline; a group may read along."""
    chat = _object(holder.get("chat"), "chat")
    if chat.get("type") != "private":
        raise UnsupportedUpdate("not_private")
    return str(_whole(chat.get("id"), "chat"))


def _without_bot_name(text: str) -> str:
    """/help@our_bot is /help."""
    command, space, rest = text.partition(" ")
    return f"{command.partition('@')[0]}{space}{rest}" if command.startswith("/") else text


def _language(sender: Object) -> str | None:
    code = sender.get("language_code")
    return code[:2].lower() if isinstance(code, str) else None


def _time(raw: object) -> datetime | None:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw < 1 << 40:
        return None
    try:
        return datetime.fromtimestamp(raw, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _object(raw: object, name: str) -> Object:
    if not isinstance(raw, Mapping):
        raise MalformedUpdate(name)
    return {str(key): value for key, value in raw.items()}


def _whole(raw: object, name: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) > _LARGEST_ID:
        raise MalformedUpdate(name)
    return raw
