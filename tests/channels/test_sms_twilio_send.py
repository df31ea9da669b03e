"""Sending through Twilio's own client to a Twilio on loopback."""

from __future__ import annotations

import asyncio
import logging
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Self

import pytest
from twilio.rest.api.v2010.account.message import (  # type: ignore[import-untyped]  # twilio ships no types
    MessageInstance,
)

from channels.sms_twilio import TwilioSettings, build, refusal
from channels.vendor import Posted, Vendor
from helpline.messages import Choice, DeliveryReport, DeliveryState, InboundMessage, OutgoingMessage, SendFailed
from tests.emulators.twilio import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    MESSAGE_FIELDS,
    NUMBER,
    Fault,
    TwilioEmulator,
    closed_port,
)

PUBLIC = "https://helpline.example.org"
TO = "+994500000001"
TEXT = "Yaxşı ki, yazdın. Sən günahkar deyilsən. 😢 marked-7391"
MESSAGE = OutgoingMessage("sms_twilio", TO, TEXT, key="1")


@pytest.fixture(scope="module")
def running() -> Iterator[TwilioEmulator]:
    with TwilioEmulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running: TwilioEmulator) -> TwilioEmulator:
    running.messages.clear()
    running.faults.clear()
    running.unsubscribed.clear()
    running.requests = 0
    return running


@pytest.fixture
def settings(emulator: TwilioEmulator) -> TwilioSettings:
    return TwilioSettings(ACCOUNT_SID, AUTH_TOKEN, NUMBER, emulator.origin, PUBLIC)


def send(settings: TwilioSettings, message: OutgoingMessage = MESSAGE) -> str:
    return asyncio.run(build(settings).channel.send(message))


def failure(settings: TwilioSettings, message: OutgoingMessage = MESSAGE) -> tuple[str, bool, float | None, bool]:
    with pytest.raises(SendFailed) as failed:
        send(settings, message)
    return _facts(failed.value)


def _facts(failed: SendFailed) -> tuple[str, bool, float | None, bool]:
    return failed.code, failed.retryable, failed.retry_after, failed.stops_sender


def test_message_arrives_as_written(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    sid = send(settings)
    assert [(taken.sid, dict(taken.form)) for taken in emulator.messages] == [
        (
            sid,
            {
                "To": TO,
                "From": NUMBER,
                "Body": TEXT,
                "ValidityPeriod": "600",
                "SmartEncoded": "false",
                "StatusCallback": f"{PUBLIC}/sms/twilio/status",
            },
        )
    ]


def test_messaging_service_takes_the_place_of_a_number(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    service = min(emulator.services)
    send(replace(settings, from_number=service))
    (taken,) = emulator.messages
    assert (taken.form.get("MessagingServiceSid"), taken.form.get("From")) == (service, None)


def test_no_report_is_asked_for_without_a_public_url(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    send(replace(settings, public_url=None))
    assert "StatusCallback" not in emulator.messages[0].form


def test_slash_after_the_public_url_does_no_harm(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    send(replace(settings, public_url=f"{PUBLIC}/"))
    assert emulator.messages[0].form["StatusCallback"] == f"{PUBLIC}/sms/twilio/status"


def test_choices_add_nothing_to_the_text(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    send(settings, replace(MESSAGE, choices=(Choice("menu", "Menyu"),)))
    assert emulator.messages[0].form["Body"] == TEXT


def test_same_text_twice_is_two_messages(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    assert send(settings) != send(settings)
    assert len(emulator.messages) == 2


def test_many_at_once_each_arrive_once(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    async def all_at_once() -> list[str]:
        channel = build(settings).channel
        return await asyncio.gather(*(channel.send(replace(MESSAGE, text=f"{n}")) for n in range(12)))

    ids = asyncio.run(all_at_once())
    assert {taken.sid: taken.form["Body"] for taken in emulator.messages} == {sid: f"{n}" for n, sid in enumerate(ids)}


def test_waiting_for_twilio_holds_up_no_other_work(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    """Sending takes no thread of the loop's common pool, here of one thread, which turns and the database need."""
    emulator.faults.extend([Fault(code=20500, delay=0.5)] * 4)

    async def work_beside() -> list[bool]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        channel = build(settings).channel
        sends = [asyncio.create_task(channel.send(MESSAGE)) for _ in range(4)]
        await asyncio.sleep(0)
        await asyncio.to_thread(str)
        done = [send.done() for send in sends]
        await asyncio.gather(*sends, return_exceptions=True)
        return done

    assert asyncio.run(work_beside()) == [False] * 4


def test_rate_is_the_configured_one(settings: TwilioSettings) -> None:
    assert [build(s).rate.per_second for s in (settings, replace(settings, per_second=10.0))] == [1.0, 10.0]


REFUSALS: dict[str, tuple[Fault, tuple[str, bool, float | None, bool]]] = {
    "too many requests, with a time": (Fault(20429, headers={"Retry-After": "7"}), ("20429", True, 7.0, False)),
    "too many requests, without a time": (Fault(20429), ("20429", True, None, False)),
    "too many requests, with a date": (
        Fault(20429, headers={"Retry-After": "Mon, 02 Nov 2026 09:00:00 GMT"}),
        ("20429", True, None, False),
    ),
    "too many requests, with a day": (Fault(20429, headers={"Retry-After": "86400"}), ("20429", True, 300.0, False)),
    "too many requests, by a proxy": (Fault(status=429, body="slow down"), ("http-429", True, None, False)),
    "Twilio's own fault": (Fault(20500), ("20500", True, None, False)),
    "a gateway's HTML": (Fault(status=502, body="<html>Bad Gateway</html>"), ("http-502", True, None, False)),
    "unavailable, with a time": (
        Fault(status=503, headers={"Retry-After": "12"}),
        ("http-503", True, 12.0, False),
    ),
    "a proxy's refusal": (Fault(status=403, body="<html>blocked</html>"), ("http-403", True, None, False)),
    "a redirect": (Fault(status=302, headers={"Location": "https://evil.example/"}), ("http-302", True, None, False)),
    "a portal's page with 200": (Fault(status=200, body="<html>Please pay</html>"), ("malformed", True, None, False)),
    "an answer without id": (Fault(status=201, body='{"status": "queued"}'), ("malformed", True, None, False)),
    "an answer that is a list": (Fault(status=201, body="[]"), ("malformed", True, None, False)),
    "an empty answer": (Fault(status=201), ("malformed", True, None, False)),
    "wrong credentials": (Fault(20003), ("auth", True, None, False)),
    "no such account": (Fault(20404), ("20404", True, None, False)),
    "a number of another account": (Fault(21660), ("21660", True, None, False)),
    "a messaging service that is gone": (Fault(21701), ("21701", True, None, False)),
    "a person who opted out": (Fault(21610), ("21610", False, None, True)),
    "an address that is no number": (Fault(21211), ("21211", False, None, False)),
    "an address that takes no SMS": (Fault(21614), ("21614", False, None, False)),
    "a country that is switched off": (Fault(21408), ("21408", False, None, False)),
    "a text too long for Twilio": (Fault(21617), ("21617", False, None, False)),
    "an answer that breaks off": (Fault(cut=True), ("network", True, None, False)),
}


@pytest.mark.parametrize(("fault", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_failure_is_told_apart(
    emulator: TwilioEmulator,
    settings: TwilioSettings,
    fault: Fault,
    expected: tuple[str, bool, float | None, bool],
) -> None:
    emulator.faults.append(fault)
    assert failure(settings) == expected
    assert emulator.requests == 1  # the outbox repeats, not the library


def test_message_goes_after_a_failure_has_passed(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    emulator.faults.append(Fault(20500))
    assert failure(settings)[0] == "20500"
    assert send(settings) == emulator.messages[0].sid


def test_silence_longer_than_the_time_limit_is_retryable(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    emulator.faults.append(Fault(delay=2.0))
    assert failure(replace(settings, timeout=0.2)) == ("network", True, None, False)


def test_nobody_listening_is_retryable(settings: TwilioSettings) -> None:
    with closed_port() as origin:
        assert failure(replace(settings, api_base=origin)) == ("network", True, None, False)


def test_certificate_that_cannot_be_had_is_retryable(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    plain = emulator.origin.replace("http://", "https://")
    assert failure(replace(settings, api_base=plain)) == ("network", True, None, False)


WRONG = {
    "token": ({"auth_token": "f" * 32}, "auth"),
    "account": ({"account_sid": "AC" + "9" * 32}, "auth"),
    "number": ({"from_number": "+994500000008"}, "21660"),
    "messaging service": ({"from_number": "MG" + "9" * 32}, "21701"),
}


@pytest.mark.parametrize(("changes", "code"), WRONG.values(), ids=WRONG)
def test_misconfigured_installation_loses_no_message(
    emulator: TwilioEmulator, settings: TwilioSettings, changes: dict[str, Any], code: str
) -> None:
    assert failure(replace(settings, **changes)) == (code, True, None, False)


BAD_MESSAGES = {
    "an address that is no number": (replace(MESSAGE, address="Azercell"), "21211"),
    "an empty text": (replace(MESSAGE, text=""), "21602"),
    "a text of 1,601 characters": (replace(MESSAGE, text="a" * 1601), "21617"),
}


@pytest.mark.parametrize(("message", "code"), BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_message_that_twilio_cannot_send_is_given_up(
    settings: TwilioSettings, message: OutgoingMessage, code: str
) -> None:
    assert failure(settings, message) == (code, False, None, False)


CODES = {
    "a code in words is no code of Twilio's": (400, "21211", ("http-400", True, None, False)),
    "a truth value is no code": (400, True, ("http-400", True, None, False)),
    "no code is no verdict": (404, None, ("http-404", True, None, False)),
    "a suspended account is a matter of credentials": (403, 20005, ("auth", True, None, False)),
    "an unknown code is a verdict": (400, 29999, ("29999", False, None, False)),
    "an unknown code with 429 is a matter of time": (429, 63038, ("63038", True, None, False)),
    "401 is a matter of credentials whatever its code": (401, None, ("auth", True, None, False)),
}


@pytest.mark.parametrize(("status", "code", "expected"), CODES.values(), ids=CODES)
def test_refusal_goes_by_twilios_code(
    status: int, code: object, expected: tuple[str, bool, float | None, bool]
) -> None:
    assert _facts(refusal(status, code, {})) == expected


def test_failure_and_logs_tell_nothing_of_the_message(
    emulator: TwilioEmulator, settings: TwilioSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    emulator.faults.extend([Fault(21610), Fault(status=500, body=TEXT), Fault(cut=True)])
    told = [_told(settings) for _ in range(3)]
    send(settings)
    everything = "".join(told) + "".join(record.getMessage() for record in caplog.records)
    assert [secret for secret in ("marked-7391", TO, AUTH_TOKEN, "requests.") if secret in everything] == []


def _told(settings: TwilioSettings) -> str:
    with pytest.raises(SendFailed) as failed:
        send(settings)
    return repr(failed.value) + "".join(traceback.format_exception(failed.value, limit=0))


# --- the emulator itself, and the whole way there and back


def test_emulator_answers_with_the_documented_properties(emulator: TwilioEmulator, settings: TwilioSettings) -> None:
    send(settings)
    resource = emulator.messages[0].resource()
    assert set(resource) == MESSAGE_FIELDS
    parsed = MessageInstance(None, resource, ACCOUNT_SID)
    known = {name.rstrip("_") for name in vars(parsed) if not name.startswith("_")}
    assert known == MESSAGE_FIELDS
    assert (parsed.sid, parsed.body, parsed.to) == (emulator.messages[0].sid, TEXT, TO)


@dataclass
class Receiver:
    """A web server that keeps what it is posted, as the gateway would hand it on."""

    posted: list[Posted] = field(default_factory=list)

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posted.append(Posted(receiver.origin + self.path, headers, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as serving:
        yield serving


def _decode(vendor: Vendor, posted: Posted) -> list[object]:
    path = posted.url.removeprefix(posted.url[: posted.url.index("/", 8)])
    return list(next(route for route in vendor.routes if route.path == path).decode(posted))


def test_posted_message_is_decoded(emulator: TwilioEmulator, settings: TwilioSettings, receiver: Receiver) -> None:
    emulator.post_inbound(f"{receiver.origin}/sms/twilio", "qorxuram 😢 + & =")
    (decoded,) = _decode(build(settings), receiver.posted[0])
    assert isinstance(decoded, InboundMessage)
    assert (decoded.address, decoded.text) == (TO, "qorxuram 😢 + & =")


def test_report_names_the_message_that_was_sent(
    emulator: TwilioEmulator, settings: TwilioSettings, receiver: Receiver
) -> None:
    ours = replace(settings, public_url=receiver.origin)
    sid = send(ours)
    emulator.post_status(sid, "undelivered", 30003)
    decoded = _decode(build(ours), receiver.posted[0])
    assert decoded == [DeliveryReport("sms_twilio", sid, DeliveryState.UNDELIVERED, "30003")]


def test_person_who_stopped_at_twilio_is_reached_again_after_start(
    emulator: TwilioEmulator, settings: TwilioSettings, receiver: Receiver
) -> None:
    url = f"{receiver.origin}/sms/twilio"
    emulator.post_inbound(url, "STOP", OptOutType="STOP")
    assert failure(settings) == ("21610", False, None, True)
    emulator.post_inbound(url, "START", OptOutType="START")
    assert send(settings) == emulator.messages[0].sid
