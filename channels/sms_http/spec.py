"""How an aggregator's HTTP interface looks, as a technician wrote it down in a file: read once, checked whole.

docs/aggregators.md explains each key; docs/aggregators/ has two examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from channels.sms_http.fields import Field, field_of
from channels.sms_http.templates import PLACEHOLDERS, Shape, placeholders, shape_of
from helpline.edited import Keys
from helpline.messages import DeliveryState

METHODS: Final = ("POST", "GET")
_FORMATS: Final = ("json", "form", "query", "text")
_ALGORITHMS: Final = ("sha256", "sha1", "sha512")


class BadSpec(ValueError):
    """The file cannot be followed; the message names the key and says what to do."""


class Outcome(Enum):
    """What a refusal means for the message."""

    RETRY = "retry"
    PERMANENT = "permanent"
    THROTTLED = "throttled"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True)
class Pattern:
    """An answer: of one of these statuses (any when none is named), and with this in its body."""

    statuses: frozenset[int] = frozenset()
    body: re.Pattern[str] | None = None

    def matches(self, status: int, body: str) -> bool:
        by_status = not self.statuses or status in self.statuses
        return by_status and (self.body is None or self.body.search(body) is not None)


@dataclass(frozen=True)
class Sending:
    """`body`: form | json | text. `id`: where the answer names the message; None: it names none."""

    url: str = field(repr=False)
    method: str
    body: str
    headers: Mapping[str, Shape] = field(repr=False)
    fields: Shape = field(repr=False)
    accepted: Pattern
    errors: tuple[tuple[Pattern, Outcome], ...]
    sender: str
    id: re.Pattern[str] | None = None
    basic: bool = False
    per_second: float = 10.0
    timeout: float = 15.0


@dataclass(frozen=True)
class Incoming:
    """Where things stand in what is posted. `several`: a JSON list of messages."""

    method: str
    format: str
    sender: Field
    text: Field
    id: Field | None
    time: Field | None
    to: Field | None
    part: Field | None
    total: Field | None
    reference: Field | None
    message_class: Field | None
    several: Field | None
    answer: str


@dataclass(frozen=True)
class Receipts:
    method: str
    format: str
    id: Field
    state: Field
    states: Mapping[str, DeliveryState | None]
    code: Field | None
    opted_out: frozenset[str]
    several: Field | None
    answer: str


@dataclass(frozen=True)
class Signature:
    """An HMAC of the body (of the configured URL and the body with `url`) under SMS_HTTP_KEY."""

    header: str
    algorithm: str
    encoding: str
    url: bool
    stamp: str | None = None
    minutes: int = 5


@dataclass(frozen=True)
class Proof:
    """What shows that a request is the aggregator's. All that is named must hold."""

    secret: Field | None = None
    signature: Signature | None = None
    addresses: tuple[IPv4Network | IPv6Network, ...] = ()


@dataclass(frozen=True)
class Spec:
    sending: Sending
    incoming: Incoming
    receipts: Receipts | None
    proof: Proof


def read_spec(path: Path) -> Spec:
    """Read a file. Raise BadSpec."""
    try:
        keys = Keys.read(path, BadSpec)
    except OSError:
        raise BadSpec("the file cannot be read: check SMS_HTTP_FILE") from None
    return Spec(
        _sending(keys.below("send")),
        _incoming(keys.below("receive")),
        _receipts(keys.below("receipts")) if keys.has("receipts") else None,
        _proof(keys.below("proof")),
    )


def _sending(keys: Keys) -> Sending:
    url = keys.text("url")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise BadSpec("send.url must be an http or https address")
    if {"text", "to", "to_digits"} & placeholders(url):
        raise BadSpec("send.url must not hold {to} or {text}: addresses lie in the logs of every machine on the way")
    method, body = keys.one_of("method", ("POST", "PUT")), keys.one_of("body", ("json", "form", "text"))
    errors = keys.each("errors") if keys.has("errors") else ()
    return Sending(
        url=url,
        method=method,
        body=body,
        headers={name: _shape(value, "send.headers") for name, value in keys.by_name("headers").items()},
        fields=_shape("{text}" if body == "text" else keys.raw("fields"), "send.fields"),
        accepted=_pattern(keys.below("accepted")),
        errors=tuple((_pattern(one), Outcome(one.one_of("then", [each.value for each in Outcome]))) for one in errors),
        sender=keys.text("sender"),
        id=_regex(keys.text("id"), "send.id") if keys.has("id") else None,
        basic=keys.yes("basic"),
        per_second=_number(keys, "per_second", 10, 1000),
        timeout=_number(keys, "timeout", 15, 40),
    )


def _shape(raw: object, where: str) -> Shape:
    unknown = placeholders(raw) - PLACEHOLDERS
    if unknown:
        raise BadSpec(f"{where}: {{{min(unknown)}}} is not known; known are {', '.join(sorted(PLACEHOLDERS))}")
    return shape_of(raw)


def _pattern(keys: Keys) -> Pattern:
    statuses = keys.raw("status")
    listed = statuses if isinstance(statuses, list) else [] if statuses is None else [statuses]
    numbers = frozenset(one for one in listed if isinstance(one, int) and 100 <= one <= 599)
    if len(numbers) != len(listed):
        raise BadSpec("status must be a number like 200, or a list of them")
    return Pattern(numbers, _regex(keys.text("match"), "match") if keys.has("match") else None)


def _regex(text: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error:
        raise BadSpec(f"{where} is no regular expression") from None


def _number(keys: Keys, key: str, usual: int, most: int) -> float:
    return keys.number(key, most) if keys.has(key) else usual


def _incoming(keys: Keys) -> Incoming:
    method, form = keys.one_of("method", METHODS), keys.one_of("format", _FORMATS)
    if (method == "GET" or form == "query") and not keys.yes("text_in_url"):
        raise BadSpec("receive: words in a URL lie in the logs of every machine on the way: POST, or text_in_url: true")
    at = _at(keys)
    parts = [at("part"), at("total"), at("reference")]
    if any(parts) and not all(parts):
        raise BadSpec("receive: part, total and reference belong together")
    if at("id") is None and at("time") is None:
        raise BadSpec("receive: needs id, or time, by which a message brought again is told from one written again")
    return Incoming(
        method=method,
        format=form,
        sender=_needed(keys, "from"),
        text=_needed(keys, "text"),
        id=at("id"),
        time=at("time"),
        to=at("to"),
        part=parts[0],
        total=parts[1],
        reference=parts[2],
        message_class=at("class"),
        several=at("several"),
        answer=keys.told("answer") or "",
    )


def _receipts(keys: Keys) -> Receipts:
    at = _at(keys)
    states = keys.below("states")
    found: dict[str, DeliveryState | None] = {}
    for name, state in (*((one.value, one) for one in DeliveryState), ("ignored", None)):
        found |= dict.fromkeys((word.lower() for word in states.texts(name, needed=False)), state)
    if DeliveryState.UNDELIVERED not in found.values():
        raise BadSpec("receipts.states must name what is undelivered")
    return Receipts(
        keys.one_of("method", METHODS),
        keys.one_of("format", _FORMATS),
        _needed(keys, "id"),
        _needed(keys, "state"),
        found,
        at("code"),
        frozenset(keys.texts("opted_out", needed=False)),
        at("several"),
        keys.told("answer") or "",
    )


def _at(keys: Keys) -> Callable[[str], Field | None]:
    def at(key: str) -> Field | None:
        return field_of(keys.text(key), BadSpec, key) if keys.has(key) else None

    return at


def _needed(keys: Keys, key: str) -> Field:
    return field_of(keys.text(key), BadSpec, key)


def _proof(keys: Keys) -> Proof:
    secret = field_of(keys.text("secret"), BadSpec, "secret") if keys.has("secret") else None
    signature = _signature(keys.below("hmac")) if keys.has("hmac") else None
    addresses = _networks(keys.texts("addresses", needed=False))
    if secret is None and signature is None and not addresses:
        raise BadSpec("proof: needs secret, hmac or addresses, or anybody could write as anybody")
    return Proof(secret, signature, addresses)


def _signature(keys: Keys) -> Signature:
    return Signature(
        header=keys.text("header").lower(),
        algorithm=keys.one_of("algorithm", _ALGORITHMS),
        encoding=keys.one_of("encoding", ("hex", "base64")),
        url=keys.yes("with_url"),
        stamp=keys.text("timestamp").lower() if keys.has("timestamp") else None,
        minutes=int(_number(keys, "minutes", 5, 60)),
    )


def _networks(listed: Iterable[str]) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(one) for one in listed)
    except ValueError:
        raise BadSpec("proof.addresses is a list like 192.0.2.0/24") from None
