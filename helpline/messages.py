"""What comes in from a vendor and what goes out to one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Alphabet(Enum):
    """How the letters of an SMS are coded (3GPP 23.038; SMPP 3.4 data_coding)."""

    GSM7 = "gsm7"  # one septet in each octet, as SMPP carries it
    UCS2 = "ucs2"  # UTF-16 in fact: phones send letters outside the plane as pairs
    LATIN1 = "latin1"
    ASCII = "ascii"
    CYRILLIC = "cyrillic"  # ISO 8859-5


class Kind(Enum):
    """What sort of thing a person sent."""

    TEXT = "text"
    CHOICE = "choice"  # a pressed button: `choice` is its code
    EDITED = "edited"  # a new wording of an earlier message
    CONTACT = "contact"
    LOCATION = "location"
    VOICE = "voice"
    PICTURE = "picture"
    STICKER = "sticker"
    ATTACHMENT = "attachment"  # file, video, poll: anything else a person can send
    BLOCKED = "blocked"  # the person blocked the bot
    UNBLOCKED = "unblocked"


# The phrase that a person is told of a thing that is not words.
NOT_WORDS: dict[str, str] = {
    Kind.PICTURE.value: "picture",
    Kind.VOICE.value: "voice_unsupported",
    Kind.STICKER.value: "sticker",
    Kind.LOCATION.value: "location",
    Kind.CONTACT.value: "contact",
    Kind.ATTACHMENT.value: "attachment",
}


@dataclass(frozen=True)
class Spot:
    """Where somebody is. Used once, to name the nearest district; never stored and never logged."""

    latitude: float = field(repr=False)
    longitude: float = field(repr=False)


@dataclass(frozen=True)
class InboundMessage:
    """A decoded and authenticated update. `address` is a phone or chat id, `external_id` unique within the channel.

    `text` is what the person typed (also a caption of a refused picture); never a picture or a voice itself. `thread_id` is
    the vendor's id of the message in the person's own thread, where it can be deleted by it.
    `spot` comes with a location and goes no further than helpline/intake.py. `route`: by which link of the channel it came,
    `<channel>/<link>`; the channel has one way only where it is None. `lacks`: parts of it that did not come in time.
    """

    channel: str
    address: str = field(repr=False)
    external_id: str
    kind: Kind = Kind.TEXT
    text: str = field(default="", repr=False)
    choice: str | None = None
    language_hint: str | None = None
    sent_at: datetime | None = None
    thread_id: str | None = None
    spot: Spot | None = field(default=None, repr=False)
    route: str | None = None
    lacks: int = 0


@dataclass(frozen=True)
class InboundPart:
    """One SMS as a network delivered it: a whole message, or a part of one that `reference` joins with the others.

    `address` is the sender in E.164, `to` the number that it was sent to. `body` is what stands after the header, still coded:
    a letter may be cut between two parts, so they are joined before they are read (helpline/alphabets.py). `number` counts
    from 1. `smsc_id`: the network's own id of it, where it gives one.
    """

    channel: str
    route: str
    address: str = field(repr=False)
    to: str
    body: bytes = field(repr=False)
    alphabet: Alphabet
    reference: int | None = None
    number: int = 1
    total: int = 1
    smsc_id: str | None = None


class DeliveryState(Enum):
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    READ = "read"


@dataclass(frozen=True)
class DeliveryReport:
    """What a vendor says later of a message, or of a part of one, that it accepted. `code` is the vendor's error code, if any.

    `stops_sender`: the person cannot be reached by this channel any more (opted out at the operator).
    """

    channel: str
    vendor_id: str
    state: DeliveryState
    code: str | None = None
    stops_sender: bool = False


Update = InboundMessage | InboundPart | DeliveryReport


class UpdateRefused(Exception):
    """An update that leads to no message. `reason` is a short code, never text of the update."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ForgedUpdate(UpdateRefused):
    """The update does not prove that it comes from the vendor: 403."""


class MalformedUpdate(UpdateRefused):
    """Not the vendor's format: 400."""


class UnsupportedUpdate(UpdateRefused):
    """Real, known, and nothing to do: 200."""


@dataclass(frozen=True)
class Choice:
    """An answer offered with a message: a button on Telegram, a numbered line in an SMS (already in its text)."""

    code: str
    label: str


@dataclass(frozen=True)
class OutgoingMessage:
    """One message as the vendor shall send it; already split, within the channel's limits.

    `key` is the outbox row's id: the same for each attempt. `picture` names a drawing (helpline/pictures.py) for channels
    that show pictures. `route`: the link of the channel by which the person wrote last, `<channel>/<link>`. `reference`: what
    joins the parts of this message at the phone, 0-255: the same for each attempt, the next for the person's next message.
    """

    channel: str
    address: str = field(repr=False)
    text: str = field(repr=False)
    choices: tuple[Choice, ...] = ()
    key: str = ""
    picture: str | None = None
    route: str | None = None
    reference: int = 0


class SendFailed(Exception):
    """The vendor did not accept a message. `code` is a short code of ours or the vendor's number, never its prose.

    `retryable`: the same message may be accepted later, not before `retry_after` seconds when given.
    `alone`: that wait is this message's, and grows with its attempts; else the whole channel is asked to wait.
    `stops_sender`: the person cannot be reached by this channel any more (blocked the bot, opted out).
    """

    def __init__(
        self,
        code: str,
        *,
        retryable: bool,
        retry_after: float | None = None,
        alone: bool = False,
        stops_sender: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.alone = alone
        self.stops_sender = stops_sender
