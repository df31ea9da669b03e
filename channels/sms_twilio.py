"""SMS through Twilio's Programmable Messaging: settings, sending, registration. Updates: sms_twilio_updates.

Sending uses Twilio's blocking client in threads of its own. Its asynchronous client ignores its own time limit (the
default is five minutes, a lease is one), needs a running loop to be built, and leaks a session when a request fails.
The threads are not the event loop's common ones: a Twilio that hangs must not hold up turns and the database.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]  # twilio ships no types
from twilio.rest import Client  # type: ignore[import-untyped]  # twilio ships no types

from channels.sms_twilio_updates import CHANNEL, TwilioUpdates
from channels.vendor import Acknowledgement, Rate, Route, Vendor
from helpline.messages import OutgoingMessage, SendFailed

INBOUND_PATH: Final = "/sms/twilio"
STATUS_PATH: Final = "/sms/twilio/status"
# An empty TwiML document: Twilio sends no reply of its own, ours go through the outbox.
ACKNOWLEDGEMENT: Final = Acknowledgement("<Response/>", "text/xml")
# Seconds that a text may wait in Twilio's queue. After ten minutes somebody else may hold the phone; Twilio then
# reports it as not delivered (30036), which flags the case.
VALIDITY: Final = 600
# A channel pauses as a whole: a mistaken header must not silence it for a day.
LONGEST_PAUSE: Final = 300.0
_AT_ONCE: Final = 4

_UNSUBSCRIBED: Final = 21610
# The account's credentials are wrong, or it is suspended or closed.
_AUTH: Final = frozenset({20003, 20005, 20403, 70051})
# Twilio refused how this installation is set up, not the message: it goes once that is repaired.
_SET_UP: Final = frozenset(
    {
        20404,  # no such account
        21212,  # From is no number
        21603,  # From missing
        21609,  # status callback's URL
        21611,  # From's queue is full
        21660,  # From belongs to another account
        21661,  # From cannot send SMS
        21701,  # no such messaging service
        21703,  # messaging service has no sender available
        21704,  # messaging service has no sender
        21705,  # messaging service's id
    }
)


@dataclass(frozen=True)
class TwilioSettings:
    """`from_number`: a number in E.164, or a messaging service's id (MG…). `api_base`: an origin other than Twilio's.

    `public_url`: this installation's origin; without it Twilio is not asked for delivery reports.
    `per_second`: what the number may send (a long code 1). `timeout`: seconds for connecting, and for each read.
    """

    account_sid: str = field(repr=False)
    auth_token: str = field(repr=False)
    from_number: str = field(repr=False)
    api_base: str | None = None
    public_url: str | None = None
    per_second: float = 1.0
    timeout: float = 15.0


class TwilioChannel:
    """Twilio's sending side. `choices` are not looked at: they are numbered lines of the text already."""

    name = CHANNEL

    def __init__(self, settings: TwilioSettings) -> None:
        self._fixed = _fixed_parameters(settings)
        self._client = Client(settings.account_sid, settings.auth_token, http_client=_Transport(settings))
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix=CHANNEL)

    async def send(self, message: OutgoingMessage) -> str:
        """Return Twilio's message id once it queued the message, or raise SendFailed."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._create, message)

    async def wipe(self, address: str, ids: tuple[str, ...]) -> None:
        """Nobody can delete an SMS from a phone but who holds it."""

    def _create(self, message: OutgoingMessage) -> str:
        created = self._client.messages.create(to=message.address, body=message.text, **self._fixed)
        return str(created.sid)


def _fixed_parameters(settings: TwilioSettings) -> dict[str, object]:
    """What is the same for every message. Smart encoding would replace letters of the text behind our back."""
    service = settings.from_number.startswith("MG")
    sender = {"messaging_service_sid" if service else "from_": settings.from_number}
    base = {"validity_period": VALIDITY, "smart_encoded": False, **sender}
    if settings.public_url is None:
        return base
    return {**base, "status_callback": settings.public_url.rstrip("/") + STATUS_PATH}


class _Transport:
    """Twilio's own HTTP client, pointed at `api_base`. It raises SendFailed for every answer but a created message.

    Refusals are read here because Twilio's exceptions carry no headers, hence no Retry-After, but do carry prose.
    """

    is_async = False

    def __init__(self, settings: TwilioSettings) -> None:
        self._http = TwilioHttpClient(timeout=settings.timeout)
        self._base = None if settings.api_base is None else urlsplit(settings.api_base)

    def request(self, method: str, uri: str, **rest: object) -> Any:
        try:
            response = self._http.request(method, self._moved(uri), **rest)
        except OSError:  # every error of requests is one: refused, reset, cut, timed out, bad certificate
            raise SendFailed("network", retryable=True) from None
        answer = _json_object(response.text)
        if not 200 <= response.status_code < 300:
            raise refusal(response.status_code, answer.get("code"), response.headers)
        if not isinstance(answer.get("sid"), str):
            raise SendFailed("malformed", retryable=True)
        return response

    def _moved(self, uri: str) -> str:
        """The client's regions and edges only make names under twilio.com: another origin is put in here."""
        if self._base is None:
            return uri
        return urlsplit(uri)._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()


def _json_object(text: str) -> Mapping[str, object]:
    """The answer, or nothing: a proxy's HTML and Twilio's silence are told apart by what is missing."""
    try:
        answer = json.loads(text)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def refusal(status: int, code: object, headers: Mapping[str, str]) -> SendFailed:
    """Return what became of a message by Twilio's HTTP status and error code.

    A refusal without Twilio's code is no verdict on the message (a proxy, a portal, a redirect): it is tried again.
    """
    number = code if type(code) is int else None
    name = f"http-{status}" if number is None else str(number)
    if status == 401 or number in _AUTH:
        return SendFailed("auth", retryable=True)
    if number == _UNSUBSCRIBED:
        return SendFailed(name, retryable=False, stops_sender=True)
    if status == 429 or status >= 500:
        return SendFailed(name, retryable=True, retry_after=_seconds(headers.get("Retry-After")))
    return SendFailed(name, retryable=number is None or number in _SET_UP)


def _seconds(retry_after: str | None) -> float | None:
    """Seconds to wait; a date or anything else in the header counts as none given."""
    if retry_after is None or not re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
        return None
    return min(float(retry_after), LONGEST_PAUSE)


def build(settings: TwilioSettings) -> Vendor:
    """Return the vendor to register. It connects to nothing before the first message."""
    updates = TwilioUpdates(settings.account_sid, settings.auth_token)
    routes = (
        Route(INBOUND_PATH, updates.inbound, ACKNOWLEDGEMENT),
        Route(STATUS_PATH, updates.status, ACKNOWLEDGEMENT),
    )
    return Vendor(TwilioChannel(settings), Rate(settings.per_second), routes)
