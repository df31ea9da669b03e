"""What an aggregator posts: proved, taken apart as its file says, turned into messages, parts and receipts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from channels.sms_http.fields import Read, taken_apart
from channels.sms_http.spec import Incoming, Proof, Receipts, Signature, Spec
from channels.sms_numbers import address_of
from channels.vendor import Posted
from helpline.messages import (
    Alphabet,
    DeliveryReport,
    DeliveryState,
    ForgedUpdate,
    InboundMessage,
    InboundPart,
    MalformedUpdate,
    UnsupportedUpdate,
    Update,
)

CHANNEL: Final = "sms_http"
_ID = re.compile(r"[\x21-\x7e]{1,96}")
_CODE = re.compile(r"[0-9A-Za-z._-]{1,24}")
_COUNT = re.compile(r"[0-9]{1,5}")
_FLASH: Final = "0"


@dataclass(frozen=True)
class Secrets:
    """`secret` shows that a request is theirs, or ours; `key` signs."""

    secret: str = field(default="", repr=False)
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class HttpUpdates:
    """Decodes what comes to both paths. Nothing is believed before it is proved."""

    spec: Spec
    secrets: Secrets

    def inbound(self, posted: Posted) -> tuple[Update, ...]:
        """Return the messages of a request. One that nobody can be answered for is left out when others are beside it."""
        self._prove(posted, self.spec.incoming.format)
        reads = taken_apart(posted, self.spec.incoming.format).each(self.spec.incoming.several)
        found: list[Update] = []
        refused: UnsupportedUpdate | None = None
        for read in reads:
            try:
                found.append(_message(read, self.spec.incoming, self.secrets))
            except UnsupportedUpdate as unsupported:
                refused = unsupported
        if refused is not None and not found:
            raise refused
        return tuple(found)

    def receipt(self, posted: Posted) -> tuple[DeliveryReport, ...]:
        """Return the reports of a request; those of steps on the way to delivery are none."""
        wanted = self.spec.receipts
        if wanted is None:
            raise UnsupportedUpdate("receipt")
        self._prove(posted, wanted.format)
        reads = taken_apart(posted, wanted.format).each(wanted.several)
        return tuple(report for read in reads if (report := _report(read, wanted)) is not None)

    def _prove(self, posted: Posted, form: str) -> None:
        proof = self.spec.proof
        _came_from(posted, proof)
        if proof.signature is not None:
            _signed(posted, proof.signature, self.secrets.key)
        if proof.secret is not None:
            read = Read(posted.headers, {}, b"", {}) if proof.secret.place == "header" else taken_apart(posted, form)
            given = read.text(proof.secret) or ""
            if not self.secrets.secret or not hmac.compare_digest(given.encode(), self.secrets.secret.encode()):
                raise ForgedUpdate("secret")


def _came_from(posted: Posted, proof: Proof) -> None:
    if not proof.addresses:
        return
    try:
        client = ip_address(posted.client)
    except ValueError:
        raise ForgedUpdate("address") from None
    if not any(client in network for network in proof.addresses):
        raise ForgedUpdate("address")


def _signed(posted: Posted, signature: Signature, key: str) -> None:
    stamp = b""
    if signature.stamp is not None:
        said = posted.headers.get(signature.stamp, "")
        if not re.fullmatch(r"[0-9]{10}", said) or abs(time.time() - int(said)) > signature.minutes * 60:
            raise ForgedUpdate("timestamp")
        stamp = said.encode() + b"."
    over = stamp + (posted.url.encode() if signature.url else b"") + posted.body
    digest = hmac.new(key.encode(), over, getattr(hashlib, signature.algorithm)).digest()
    wanted = digest.hex() if signature.encoding == "hex" else base64.b64encode(digest).decode()
    given = posted.headers.get(signature.header, "").removeprefix(f"{signature.algorithm}=")
    if not key or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise ForgedUpdate("signature")


def _message(read: Read, wanted: Incoming, secrets: Secrets) -> InboundMessage | InboundPart:
    sender, text = read.needed(wanted.sender), read.text(wanted.text) or ""
    if read.text(wanted.message_class) == _FLASH:
        raise UnsupportedUpdate("flash")
    address = address_of(sender)
    number, total = _count(read.text(wanted.part)), _count(read.text(wanted.total))
    if number is not None and total is not None and total > 1:
        return _part(read, wanted, address, text, number, total)
    return InboundMessage(CHANNEL, address, _own_id(read, wanted, secrets, sender, text), text=text, route=CHANNEL)


def _part(read: Read, wanted: Incoming, address: str, text: str, number: int, total: int) -> InboundPart:
    if not 1 <= number <= total:
        raise MalformedUpdate("part")
    reference = read.text(wanted.reference) or "0"
    digits = int(reference) if _COUNT.fullmatch(reference) else int.from_bytes(reference.encode()[-3:])
    return InboundPart(
        channel=CHANNEL,
        route=CHANNEL,
        address=address,
        to=(read.text(wanted.to) or "")[:24],
        body=text.encode("utf-16-be", "replace"),
        alphabet=Alphabet.UCS2,
        reference=digits,
        number=number,
        total=total,
        smsc_id=_id(read.text(wanted.id)),
    )


def _count(text: str | None) -> int | None:
    if not text:
        return None
    if not _COUNT.fullmatch(text):
        raise MalformedUpdate("part")
    return int(text)


def _own_id(read: Read, wanted: Incoming, secrets: Secrets, sender: str, text: str) -> str:
    """The aggregator's id, or where it gives none a mark of who wrote what and when by its clock.

    The mark is keyed, so that nobody finds the words from it. What is written twice within its clock's tick counts once.
    """
    given = _id(read.text(wanted.id))
    if given is not None:
        return given
    when = read.text(wanted.time)
    if when is None:
        raise MalformedUpdate("missing")
    words = f"{sender}\0{text}\0{when}".encode()
    return "mark-" + hmac.digest((secrets.secret + secrets.key).encode() or b"-", words, "sha256").hex()[:40]


def _id(text: str | None) -> str | None:
    if not text:
        return None
    if not _ID.fullmatch(text):
        raise MalformedUpdate("id")
    return text


def _report(read: Read, wanted: Receipts) -> DeliveryReport | None:
    number = _id(read.needed(wanted.id))
    word = read.needed(wanted.state).strip().lower()
    if number is None or word not in wanted.states:
        raise UnsupportedUpdate("receipt-state")
    state = wanted.states[word]
    if state is None:
        return None
    code = read.text(wanted.code) or word
    stops = code in wanted.opted_out
    failed = state is DeliveryState.UNDELIVERED
    return DeliveryReport(CHANNEL, number, state, _coded(code) if failed else None, failed and stops)


def _coded(code: str) -> str:
    """A code of theirs, never their prose."""
    return code if _CODE.fullmatch(code) else "unknown"


def path_of(public_url: str | None, path: str) -> str:
    """The address of a path of ours, for a receipt."""
    return "" if public_url is None else urlsplit(public_url).geturl().rstrip("/") + path
