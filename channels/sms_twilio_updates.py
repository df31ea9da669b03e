"""What Twilio posts: verified, parsed strictly, turned into messages and delivery reports.

Source: Twilio's public pages "Twilio's request to your incoming message Webhook URL", "Track the message status of
outbound messages" and "Webhooks security".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # twilio ships no types

from channels.sms_numbers import address_of
from channels.vendor import Posted
from helpline.messages import (
    DeliveryReport,
    DeliveryState,
    ForgedUpdate,
    InboundMessage,
    Kind,
    MalformedUpdate,
    UnsupportedUpdate,
)

CHANNEL: Final = "sms_twilio"
# Twilio adds parameters without notice (about 20 today, two more for each picture).
MOST_FIELDS: Final = 100

_MESSAGE_SID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_ERROR_CODE = re.compile(r"[0-9]{1,6}")
_COUNT = re.compile(r"[0-9]{1,3}")
_OTHER_CHANNEL = re.compile(r"[a-z]+:.*", re.IGNORECASE | re.DOTALL)

_REPORTED: Final = {
    "delivered": DeliveryState.DELIVERED,
    "undelivered": DeliveryState.UNDELIVERED,
    "failed": DeliveryState.UNDELIVERED,
    # Somebody called it back in Twilio's console: the person will not get it.
    "canceled": DeliveryState.UNDELIVERED,
    "read": DeliveryState.READ,
}


@dataclass(frozen=True)
class TwilioUpdates:
    """Decodes what is posted for one account. Nothing of an update is believed before its signature is checked."""

    account_sid: str = field(repr=False)
    auth_token: str = field(repr=False)

    def inbound(self, posted: Posted) -> tuple[InboundMessage]:
        """Return the one message of a request to the incoming-message webhook."""
        form = self._verified(posted)
        sid, sender, text = _message_sid(form), _required(form, "From"), _required(form, "Body")
        kind = _kind(form)
        return (InboundMessage(CHANNEL, _address(sender), sid, kind, text),)

    def status(self, posted: Posted) -> tuple[DeliveryReport]:
        """Return the report of a request to the status webhook; steps on the way to delivery are unsupported."""
        form = self._verified(posted)
        sid, status = _message_sid(form), _required(form, "MessageStatus")
        state = _REPORTED.get(status)
        if state is None:
            raise UnsupportedUpdate("status")
        code = _error_code(form) if state is DeliveryState.UNDELIVERED else None
        return (DeliveryReport(CHANNEL, sid, state, code),)

    def _verified(self, posted: Posted) -> dict[str, str]:
        signature = posted.headers.get("x-twilio-signature", "")
        if not signature or not self.auth_token:
            raise ForgedUpdate("unsigned")
        form = _form(posted.body)
        if not RequestValidator(self.auth_token).validate(posted.url, form, signature):
            raise ForgedUpdate("signature")
        if not compare_digest(_required(form, "AccountSid").encode(), self.account_sid.encode()):
            raise MalformedUpdate("account")
        return form


def _form(body: bytes) -> dict[str, str]:
    """The form's parameters. A name that comes twice would let the signature cover another value than we read."""
    try:
        pairs = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:  # also UnicodeDecodeError
        raise MalformedUpdate("form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise MalformedUpdate("duplicate")
    return form


def _required(form: dict[str, str], name: str) -> str:
    """A parameter that must be there. Only `Body` may be empty: a picture needs no words."""
    value = form.get(name)
    if value is None or (not value and name != "Body"):
        raise MalformedUpdate(f"missing-{name}")
    return value


def _message_sid(form: dict[str, str]) -> str:
    sid = _required(form, "MessageSid")
    if not _MESSAGE_SID.fullmatch(sid):
        raise MalformedUpdate("MessageSid")
    return sid


def _address(sender: str) -> str:
    """Return the sender in E.164. Who cannot be answered by SMS is unsupported: a name, a short code, WhatsApp."""
    if _OTHER_CHANNEL.fullmatch(sender):
        raise UnsupportedUpdate("channel")
    return address_of(sender)


def _kind(form: dict[str, str]) -> Kind:
    """What was sent, by its first medium. Addresses of media are never read, so nothing can fetch or keep them."""
    count = form.get("NumMedia", "0")
    if not _COUNT.fullmatch(count):
        raise MalformedUpdate("NumMedia")
    if int(count) == 0:
        return Kind.TEXT
    media_type = form.get("MediaContentType0", "").strip().lower()
    if media_type in ("text/vcard", "text/x-vcard"):
        return Kind.CONTACT
    kinds = {"image": Kind.PICTURE, "audio": Kind.VOICE}
    return kinds.get(media_type.partition("/")[0], Kind.ATTACHMENT)


def _error_code(form: dict[str, str]) -> str | None:
    """Twilio's number, or a word of ours: a report of failure is not lost over the form of its code."""
    code = form.get("ErrorCode", "")
    if code:
        return code if _ERROR_CODE.fullmatch(code) else "unknown"
    return "canceled" if form["MessageStatus"] == "canceled" else None
