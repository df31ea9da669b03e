"""A stand-in for Twilio on loopback: its Messages resource with memory, and its signed webhooks.

Shapes after Twilio's public pages on the Messages resource, on incoming-message and status webhooks and on webhook
security. The signature is computed here by the description, not by the library under test.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import re
import secrets
import socket
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Self
from urllib.parse import urlencode

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

ACCOUNT_SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
NUMBER = "+994500000009"

# The properties that Twilio's page "Messages resource" lists.
MESSAGE_FIELDS = frozenset(
    {
        "account_sid",
        "api_version",
        "body",
        "date_created",
        "date_sent",
        "date_updated",
        "direction",
        "error_code",
        "error_message",
        "from",
        "messaging_service_sid",
        "num_media",
        "num_segments",
        "price",
        "price_unit",
        "sid",
        "status",
        "subresource_uris",
        "to",
        "uri",
    }
)
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
_PHRASES = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    21602: (400, "Message body is required"),
    21603: (400, "A 'From' phone number is required"),
    21604: (400, "A 'To' phone number is required"),
    21606: (400, "The 'From' number is not a valid message-capable number for this destination"),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    21624: (400, "Invalid validity period value"),
    21660: (400, "Mismatch between the 'From' number and the account"),
    21701: (400, "The Messaging Service does not exist"),
}


@dataclass(frozen=True)
class Fault:
    """What the next request meets instead of, or before, its answer."""

    code: int | None = None  # one of Twilio's, answered as JSON with its status
    status: int | None = None  # with `body`: an answer that is not Twilio's
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0  # seconds before the answer
    cut: bool = False  # the message is taken, the answer ends in the middle


@dataclass(frozen=True)
class Taken:
    """A message that Twilio accepted, with the form it came by."""

    sid: str
    form: Mapping[str, str]
    at: datetime

    def resource(self, status: str = "queued", error_code: int | None = None) -> dict[str, object]:
        path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{self.sid}"
        return {
            "account_sid": ACCOUNT_SID,
            "api_version": "2010-04-01",
            "body": self.form["Body"],
            "date_created": format_datetime(self.at),
            "date_sent": None,
            "date_updated": format_datetime(self.at),
            "direction": "outbound-api",
            "error_code": error_code,
            "error_message": None,
            "from": self.form.get("From"),
            "messaging_service_sid": self.form.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "0" if "MessagingServiceSid" in self.form else "1",
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": "accepted" if "MessagingServiceSid" in self.form else status,
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": self.form["To"],
            "uri": f"{path}.json",
        }


class TwilioEmulator:
    """`with TwilioEmulator() as twilio:` serves until the block ends. `faults` are met once each, in order."""

    def __init__(self) -> None:
        self.messages: list[Taken] = []
        self.requests = 0
        self.unsubscribed: set[str] = set()
        self.services: set[str] = {"MG" + "0" * 32}
        self.faults: deque[Fault] = deque()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        messages = "/2010-04-01/Accounts/{account}/Messages"
        self._app = Starlette(
            routes=[
                Route(f"{messages}.json", self._create, methods=["POST"]),
                Route(f"{messages}/{{sid}}.json", self._fetch, methods=["GET"]),
            ]
        )
        config = uvicorn.Config(self._app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._socket.listen(64)  # from here on a client waits instead of being refused
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    # --- Twilio's API

    async def _create(self, request: Request) -> Response:
        self.requests += 1
        form = {name: str(value) for name, value in (await request.form()).items()}
        fault = self.faults.popleft() if self.faults else Fault()
        await asyncio.sleep(fault.delay)
        if fault.code is not None:
            return _refused(fault.code, fault.headers)
        if fault.status is not None:
            return Response(fault.body, fault.status, fault.headers, "text/html")
        wrong = self._wrong(request, form)
        if wrong is not None:
            return _refused(wrong)
        taken = Taken("SM" + secrets.token_hex(16), form, datetime.now(UTC).replace(microsecond=0))
        self.messages.append(taken)
        answer = JSONResponse(taken.resource(), 201)
        return _Cut(answer.body) if fault.cut else answer

    async def _fetch(self, request: Request) -> Response:
        if not _signed_in(request):
            return _refused(20003)
        found = [taken for taken in self.messages if taken.sid == request.path_params["sid"]]
        return JSONResponse(found[0].resource()) if found else _refused(20404)

    def _wrong(self, request: Request, form: Mapping[str, str]) -> int | None:
        """Twilio's error code for a request that it would refuse."""
        validity = form.get("ValidityPeriod", "36000")
        checks = {
            20003: not _signed_in(request),
            20404: request.path_params["account"] != ACCOUNT_SID,
            21604: not form.get("To"),
            21211: not _E164.fullmatch(form.get("To", "")),
            21603: not (form.get("From") or form.get("MessagingServiceSid")),
            21660: form.get("From", NUMBER) != NUMBER,
            21701: form.get("MessagingServiceSid", min(self.services)) not in self.services,
            21602: not form.get("Body"),
            21617: len(form.get("Body", "")) > 1600,
            21624: not validity.isdigit() or not 1 <= int(validity) <= 36000,
            21610: form.get("To") in self.unsubscribed,
        }
        return next((code for code, found in checks.items() if found), None)

    # --- Twilio's webhooks

    def post_inbound(self, url: str, body: str, sender: str = "+994500000001", **more: str) -> httpx.Response:
        """Post a signed incoming message to `url`. STOP and START change who may be written to, as at Twilio."""
        form = inbound_form(body, sender, **more)
        if form.get("OptOutType") == "STOP":
            self.unsubscribed.add(sender)
        if form.get("OptOutType") == "START":
            self.unsubscribed.discard(sender)
        return post_signed(url, form)

    def post_status(self, sid: str, status: str, error_code: int | None = None) -> httpx.Response:
        """Post a signed report on an accepted message to the URL that it was sent with."""
        taken = next(taken for taken in self.messages if taken.sid == sid)
        form = status_form(sid, status, error_code, To=taken.form["To"])
        return post_signed(taken.form["StatusCallback"], form)


class _Cut(Response):
    """An answer that promises more than it sends; the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = str(len(self.body) + 100).encode()
        await send({"type": "http.response.start", "status": 201, "headers": [(b"content-length", length)]})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})


def _refused(code: int, headers: Mapping[str, str] | None = None) -> Response:
    status, message = _PHRASES[code]
    more = f"https://www.twilio.com/docs/errors/{code}"
    return JSONResponse({"code": code, "message": message, "more_info": more, "status": status}, status, headers)


def _signed_in(request: Request) -> bool:
    expected = base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    return hmac.compare_digest(request.headers.get("authorization", ""), f"Basic {expected}")


def signature(url: str, form: Mapping[str, str], token: str = AUTH_TOKEN) -> str:
    """Twilio's signature: the URL and each parameter's name and value, by name, HMAC-SHA1 with the token, Base64."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def inbound_form(body: str, sender: str = "+994500000001", **more: str) -> dict[str, str]:
    """The form of an incoming SMS as Twilio posts it; `more` replaces and adds parameters."""
    sid = "SM" + secrets.token_hex(16)
    return {
        "ToCountry": "AZ",
        "ToState": "",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid,
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": body,
        "FromCountry": "AZ",
        "To": NUMBER,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": sender,
        "ApiVersion": "2010-04-01",
        **more,
    }


def status_form(sid: str, status: str, error_code: int | None = None, **more: str) -> dict[str, str]:
    """The form of a status callback as Twilio posts it."""
    form = {
        "SmsSid": sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "To": "+994500000001",
        "MessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": NUMBER,
        "ApiVersion": "2010-04-01",
    }
    failed = {} if error_code is None else {"ErrorCode": str(error_code)}
    return {**form, **failed, **more}


def post_signed(url: str, form: Mapping[str, str]) -> httpx.Response:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": signature(url, form),
    }
    return httpx.post(url, content=urlencode(form), headers=headers, trust_env=False)


@contextlib.contextmanager
def closed_port() -> Iterator[str]:
    """An origin where nobody listens, for as long as the block lasts."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
