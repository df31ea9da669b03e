"""Any aggregator by its file: what is posted, what is sent, what the file may say, and Kannel as it is."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml

from channels.sms_http import BadSpec, Secrets, Spec, build, read_spec
from channels.sms_http.updates import HttpUpdates
from channels.vendor import Posted
from helpline.messages import (
    DeliveryReport,
    DeliveryState,
    ForgedUpdate,
    InboundMessage,
    InboundPart,
    MalformedUpdate,
    OutgoingMessage,
    SendFailed,
    UnsupportedUpdate,
)
from tests.conftest import ROOT
from tests.emulators.aggregator import Aggregator, aggregator

FILES = ROOT / "docs" / "aggregators"
SECRETS = Secrets("a-secret", "a-key")
PUBLIC = "https://helpline.example"
PERSON = "+994500000001"


@pytest.fixture(scope="module")
def by_json() -> HttpUpdates:
    return HttpUpdates(read_spec(FILES / "json.yml"), SECRETS)


@pytest.fixture(scope="module")
def by_kannel() -> HttpUpdates:
    return HttpUpdates(read_spec(FILES / "kannel.yml"), SECRETS)


def signed(value: object, key: str = SECRETS.key, at: float | None = None, body: bytes | None = None) -> Posted:
    raw = json.dumps(value).encode() if body is None else body
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(key.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    return Posted(f"{PUBLIC}/sms/http", {"x-signature": digest, "x-timestamp": stamp}, raw, "203.0.113.9")


def one(**fields: object) -> dict[str, object]:
    return {"messages": [{"from": "994500000001", "to": "9010", "text": "Salam ə", "id": "m-1", **fields}]}


# --- what is posted


def test_message_is_read(by_json: HttpUpdates) -> None:
    assert by_json.inbound(signed(one())) == (
        InboundMessage("sms_http", PERSON, "m-1", text="Salam ə", route="sms_http"),
    )


def test_several_messages_come_at_once(by_json: HttpUpdates) -> None:
    value = {"messages": [*one()["messages"], {"from": "0500000002", "text": "Привет", "id": 2}]}  # type: ignore[misc]
    found = by_json.inbound(signed(value))
    assert [(one.address, one.text) for one in found if isinstance(one, InboundMessage)] == [  # type: ignore[union-attr]
        (PERSON, "Salam ə"),
        ("+994500000002", "Привет"),
    ]


def test_part_waits_for_the_others(by_json: HttpUpdates) -> None:
    [found] = by_json.inbound(signed(one(concat={"part": 2, "total": 3, "reference": "77"})))
    assert isinstance(found, InboundPart)
    assert (found.number, found.total, found.reference, found.body.decode("utf-16-be")) == (2, 3, 77, "Salam ə")


def test_part_that_is_the_whole_is_a_message(by_json: HttpUpdates) -> None:
    [found] = by_json.inbound(signed(one(concat={"part": 1, "total": 1, "reference": "77"})))
    assert isinstance(found, InboundMessage)


def test_who_cannot_be_answered_does_not_hold_up_the_others(by_json: HttpUpdates) -> None:
    value = {"messages": [{"from": "BANK", "text": "x", "id": "1"}, *one()["messages"]]}  # type: ignore[misc]
    assert len(by_json.inbound(signed(value))) == 1


@pytest.mark.parametrize("sender", ["BANK", "9020", ""])
def test_name_and_short_code_are_unsupported(by_json: HttpUpdates, sender: str) -> None:
    with pytest.raises(UnsupportedUpdate):
        by_json.inbound(signed(one(**{"from": sender})))


FORGED: dict[str, tuple[Callable[[], Posted], str]] = {
    "unsigned": (lambda: Posted(f"{PUBLIC}/sms/http", {}, b"{}"), "timestamp"),
    "by another key": (lambda: signed(one(), key="another"), "signature"),
    "by no key": (lambda: signed(one(), key=""), "signature"),
    "replayed": (lambda: signed(one(), at=time.time() - 3600), "timestamp"),
    "ahead": (lambda: signed(one(), at=time.time() + 3600), "timestamp"),
    "changed": (lambda: replace(signed(one()), body=json.dumps(one(text="other")).encode()), "signature"),
    "no time": (lambda: _with("x-timestamp", "now"), "timestamp"),
    "no hexadecimal": (lambda: _with("x-signature", "ə"), "signature"),
}


def _with(header: str, value: str) -> Posted:
    posted = signed(one())
    return replace(posted, headers={**posted.headers, header: value})


@pytest.mark.parametrize(("posted", "reason"), FORGED.values(), ids=FORGED)
def test_is_forged(by_json: HttpUpdates, posted: Callable[[], Posted], reason: str) -> None:
    with pytest.raises(ForgedUpdate, match=reason):
        by_json.inbound(posted())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"messages": 1}',
        b'{"messages": [{"text": "x", "id": "1"}]}',
        b'{"messages": [{"from": "994500000001", "text": ["x"], "id": "1"}]}',
        b'{"messages": [{"from": "994500000001", "text": "x"}]}',
        b'{"messages": [{"from": "994500000001", "text": "x", "id": "a b"}]}',
        b'{"messages": [{"from": "994500000001", "text": "x", "id": true}]}',
        b'{"messages": [{"from": "994500000001", "text": "x", "id": "1", "concat": {"part": 4, "total": 3}}]}',
        b'{"messages": [{"from": "994500000001", "text": "x", "id": "1", "concat": {"part": -1, "total": 3}}]}',
        b"[" * 5000 + b"]" * 5000,
        b'{"messages": ' + b"[" * 300 + b"]" * 300 + b"}",
    ],
    ids=lambda body: body[:40].decode("utf-8", "replace"),
)
def test_is_malformed(by_json: HttpUpdates, body: bytes) -> None:
    with pytest.raises(MalformedUpdate):
        by_json.inbound(signed(None, body=body))


@pytest.mark.parametrize(
    ("status", "state"),
    [("DELIVERED", "delivered"), ("delivered", "delivered"), ("FAILED", "undelivered"), ("EXPIRED", "undelivered")],
)
def test_receipt_is_read(by_json: HttpUpdates, status: str, state: str) -> None:
    [found] = by_json.receipt(signed({"id": "a-17", "status": status, "error": "21"}))
    assert (found.vendor_id, found.state) == ("a-17", DeliveryState(state))
    assert found.code == ("21" if state == "undelivered" else None)


def test_step_on_the_way_is_no_report(by_json: HttpUpdates) -> None:
    assert by_json.receipt(signed({"id": "a-17", "status": "SENT"})) == ()


def test_state_that_the_file_does_not_name_is_unsupported(by_json: HttpUpdates) -> None:
    with pytest.raises(UnsupportedUpdate):
        by_json.receipt(signed({"id": "a-17", "status": "TELEPORTED"}))


def test_opt_out_stops_and_prose_is_no_code(by_json: HttpUpdates) -> None:
    [stopped] = by_json.receipt(signed({"id": "a-17", "status": "FAILED", "error": "88"}))
    [told] = by_json.receipt(signed({"id": "a-17", "status": "FAILED", "error": "the number 994500000001 is off"}))
    assert (stopped.stops_sender, told.code) == (True, "unknown")


# --- Kannel's way


def kannel(text: str = "Salam ə", client: str = "127.0.0.1", query: str = "proof=a-secret", **headers: str) -> Posted:
    usual = {"x-kannel-from": PERSON, "x-kannel-to": "9010", "x-kannel-time": "2026-11-26 12:43:01"}
    usual |= {"content-type": 'text/plain; charset="UTF-16BE"', **headers}
    return Posted(f"{PUBLIC}/sms/http?{query}", usual, text.encode("utf-16-be"), client)


def test_text_of_a_body_is_read_in_its_alphabet(by_kannel: HttpUpdates) -> None:
    [found] = by_kannel.inbound(kannel())
    [latin] = by_kannel.inbound(replace(kannel(**{"content-type": "text/plain; charset=ISO-8859-1"}), body=b"caf\xe9"))
    assert isinstance(found, InboundMessage)
    assert isinstance(latin, InboundMessage)
    assert (found.text, latin.text) == ("Salam ə", "café")


def test_without_an_id_the_same_words_at_another_time_are_another_message(by_kannel: HttpUpdates) -> None:
    ids = [
        found.external_id
        for posted in (kannel(), kannel(), kannel(**{"x-kannel-time": "2026-11-26 12:43:02"}), kannel("Salam"))
        for found in by_kannel.inbound(posted)
        if isinstance(found, InboundMessage)
    ]
    assert (ids[0] == ids[1], len(set(ids))) == (True, 3)
    assert "Salam" not in "".join(ids)


@pytest.mark.parametrize(
    "posted",
    [kannel(client="203.0.113.9"), kannel(client=""), kannel(query="proof=wrong"), kannel(query="")],
    ids=["from elsewhere", "from nowhere", "with another secret", "without one"],
)
def test_is_not_kannel(by_kannel: HttpUpdates, posted: Posted) -> None:
    with pytest.raises(ForgedUpdate):
        by_kannel.inbound(posted)


def test_parameter_that_comes_twice_is_refused(by_kannel: HttpUpdates) -> None:
    with pytest.raises(MalformedUpdate, match="duplicate"):
        by_kannel.inbound(kannel(query="proof=wrong&proof=a-secret"))


# --- what is sent


@pytest.fixture(scope="module")
def theirs() -> Iterator[Aggregator]:
    with aggregator() as made:
        yield made


def at(name: str, origin: str, tmp_path: Path, **changes: Any) -> Spec:
    """An example file, pointed at an emulator."""
    raw = yaml.safe_load((FILES / name).read_text(encoding="utf-8"))
    raw["send"] = {**raw["send"], "url": f"{origin}/v1", **changes}
    path = tmp_path / name
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return read_spec(path)


def send(spec: Spec, text: str = "Salam ə") -> str:
    async def work() -> str:
        vendor = build(spec, SECRETS, PUBLIC)
        try:
            sent = await vendor.channel.send(OutgoingMessage("sms_http", PERSON, text, key="7"))
        finally:
            assert vendor.stop is not None
            await vendor.stop()
        assert isinstance(sent, str)
        return sent

    return asyncio.run(work())


def test_json_is_sent_as_the_file_says(theirs: Aggregator, tmp_path: Path) -> None:
    assert send(at("json.yml", theirs.origin, tmp_path), 'Salam "{to}" ə') == "a-17"
    headers, body = theirs.requests[-1]
    assert headers["authorization"] == "Bearer a-secret"
    assert json.loads(body) == {
        "from": "9010",
        "to": "994500000001",
        "text": 'Salam "{to}" ə',
        "reference": "7",
        "callback": f"{PUBLIC}/sms/http/receipt",
    }


def test_text_is_sent_as_kannel_wants_it(theirs: Aggregator, tmp_path: Path) -> None:
    theirs.answers.append((202, "0: Accepted for delivery", {}))
    assert send(at("kannel.yml", theirs.origin, tmp_path)) == "7"
    headers, body = theirs.requests[-1]
    assert (headers["x-kannel-to"], headers["x-kannel-coding"], body.decode()) == (PERSON, "2", "Salam ə")


def test_form_is_sent(theirs: Aggregator, tmp_path: Path) -> None:
    send(at("json.yml", theirs.origin, tmp_path, body="form", fields={"n": "{to}", "m": "{text}", "p": "{parts}"}))
    assert dict(parse_qsl(theirs.requests[-1][1].decode())) == {"n": PERSON, "m": "Salam ə", "p": "1"}


@pytest.mark.parametrize(
    ("answer", "code", "retryable", "stops"),
    [
        ((429, "", {"Retry-After": "7"}), "throttled", True, False),
        ((400, '{"code": "OPTED_OUT"}', {}), "http-400", False, True),
        ((400, '{"code": "INVALID_NUMBER"}', {}), "http-400", False, False),
        ((400, '{"code": "NEW_CODE"}', {}), "http-400", True, False),
        ((401, "", {}), "auth", True, False),
        ((500, "<html>", {}), "http-500", True, False),
        ((200, "<html>portal</html>", {}), "http-200", True, False),
        ((302, "", {"Location": "/v1"}), "http-302", True, False),
    ],
)
def test_answer_means(
    theirs: Aggregator,
    tmp_path: Path,
    answer: tuple[int, str, dict[str, str]],
    code: str,
    retryable: bool,
    stops: bool,
) -> None:
    theirs.answers.append(answer)
    with pytest.raises(SendFailed) as failed:
        send(at("json.yml", theirs.origin, tmp_path))
    assert (failed.value.code, failed.value.retryable, failed.value.stops_sender) == (code, retryable, stops)
    assert failed.value.retry_after == (7.0 if answer[0] == 429 else None)


def test_aggregator_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    with pytest.raises(SendFailed, match="network"):
        send(at("json.yml", "http://127.0.0.1:9", tmp_path))


# --- the file


@pytest.mark.parametrize("name", ["json.yml", "kannel.yml"])
def test_examples_can_be_followed(name: str) -> None:
    spec = read_spec(FILES / name)
    assert spec.receipts is not None
    assert spec.sending.sender == "9010"


@pytest.mark.parametrize(
    ("where", "value", "says"),
    [
        ("send.url", "ftp://x", "send.url"),
        ("send.url", "https://x/?to={to}", "{to}"),
        ("send.method", "GET", "method"),
        ("send.body", "xml", "body"),
        ("send.fields", {"a": "{phone}"}, "{phone}"),
        ("send.id", "(", "send.id"),
        ("send.accepted", {"status": "ok"}, "status"),
        ("receive.format", "xml", "format"),
        ("receive.format", "query", "text_in_url"),
        ("receive.from", None, "from"),
        ("receive.text", "[", "text"),
        ("receive.id", None, "id"),
        ("receive.total", None, "part"),
        ("receipts.states", {"delivered": ["X"]}, "undelivered"),
        ("proof", {}, "proof"),
        ("proof", {"addresses": ["nowhere"]}, "addresses"),
        ("proof", {"hmac": {"header": "x", "algorithm": "md5", "encoding": "hex"}}, "algorithm"),
    ],
)
def test_file_that_cannot_be_followed_says_where(tmp_path: Path, where: str, value: object, says: str) -> None:
    raw = yaml.safe_load((FILES / "json.yml").read_text(encoding="utf-8"))
    *above, key = where.split(".")
    place = raw[above[0]] if above else raw
    if value is None:
        del place[key]
    else:
        place[key] = value
    path = tmp_path / "spoiled.yml"
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(BadSpec) as bad:
        read_spec(path)
    assert says in str(bad.value)
    assert "\n" not in str(bad.value)


def test_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadSpec, match="SMS_HTTP_FILE"):
        read_spec(tmp_path / "none.yml")


def test_report_is_a_report(by_json: HttpUpdates) -> None:
    assert all(
        isinstance(found, DeliveryReport) for found in by_json.receipt(signed({"id": "1", "status": "DELIVERED"}))
    )
