"""Kannel as it is, where it is installed: the example of docs/aggregators against it, and it against our SMSC.

It is the second client that the simulated SMSC is tried with, written by others.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from channels.sms_http import Secrets, build, read_spec
from channels.vendor import Posted, Vendor
from helpline.messages import DeliveryReport, DeliveryState, InboundMessage, OutgoingMessage, Update
from tests.conftest import ROOT
from tests.emulators.smsc import PASSWORD, USER, Smsc, sms
from tests.services import free_port

FILES = ROOT / "docs" / "aggregators"
PERSON = "+994500000001"
TEXT = "Atam hər gün məni döyür, qorxuram, ə ı ş ğ. " * 4
BOXES = tuple(shutil.which(name) or shutil.which(name, path="/usr/sbin") for name in ("bearerbox", "smsbox"))


@dataclass
class Between:
    """Our end of Kannel's HTTP: the vendor of the example file, and what it decoded."""

    vendor: Vendor
    taken: list[Update] = field(default_factory=list)

    async def bring(self, request: Request) -> Response:
        route = next(route for route in self.vendor.routes if route.path == request.url.path)
        query = f"?{request.url.query}" if request.url.query else ""
        posted = Posted(f"http://x{route.path}{query}", dict(request.headers), await request.body(), "127.0.0.1")
        self.taken += route.decode(posted)
        return Response(route.acknowledgement.body)


@pytest.fixture(scope="module")
def smsc() -> Iterator[Smsc]:
    if None in BOXES:
        pytest.skip("Kannel is not installed (Debian: apt install kannel)")
    with Smsc() as made:
        yield made


@contextlib.contextmanager
def served(between: Between, port: int) -> Iterator[None]:
    app = Starlette(routes=[Route("/{path:path}", between.bring, methods=["GET", "POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield
    server.should_exit = True
    thread.join(10)


def _configuration(folder: Path, smsc: Smsc, ports: dict[str, int]) -> Path:
    """The example, on ports of its own."""
    text = (FILES / "kannel.conf").read_text(encoding="utf-8")
    changes = {
        "port = 2775": f"port = {smsc.port}",
        "13000": str(ports["admin"]),
        "13001": str(ports["box"]),
        "13013": str(ports["sendsms"]),
        "8080": str(ports["ours"]),
        "smsc.operator.example": "127.0.0.1",
        "smsc-username = user": f"smsc-username = {USER}",
        "smsc-password = password": f"smsc-password = {PASSWORD}",
        "the-value-of-SMS_HTTP_KEY": "a-key",
        "the-value-of-SMS_HTTP_SECRET": "a-secret",
    }
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    path = folder / "kannel.conf"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def between(smsc: Smsc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Between]:
    folder = tmp_path_factory.mktemp("kannel")
    ports = {name: free_port() for name in ("admin", "box", "sendsms", "ours")}
    path = _configuration(folder, smsc, ports)
    spec = (FILES / "kannel.yml").read_text(encoding="utf-8").replace("13013", str(ports["sendsms"]))
    (folder / "kannel.yml").write_text(spec, encoding="utf-8")
    made = Between(
        build(read_spec(folder / "kannel.yml"), Secrets("a-secret", "a-key"), f"http://127.0.0.1:{ports['ours']}")
    )
    boxes: list[subprocess.Popen[bytes]] = []
    with served(made, ports["ours"]):
        try:
            for box, port in zip(BOXES, (ports["box"], ports["sendsms"]), strict=True):
                quiet = subprocess.DEVNULL
                boxes.append(subprocess.Popen([str(box), str(path)], cwd=folder, stdout=quiet, stderr=quiet))
                _listens(port)
            smsc.until(lambda: smsc.bound == 1, what="Kannel is bound")
            yield made
        finally:
            for one in reversed(boxes):
                one.terminate()
                one.wait(15)


def _listens(port: int) -> None:
    over = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            assert time.monotonic() < over, "Kannel does not listen"
            time.sleep(0.1)


def until(between: Between, number: int) -> None:
    over = time.monotonic() + 20
    while len(between.taken) < number and time.monotonic() < over:
        time.sleep(0.05)
    assert len(between.taken) >= number


def test_message_in_parts_comes_through_kannel_as_one(smsc: Smsc, between: Between) -> None:
    before = len(between.taken)
    parts = sms(TEXT, 3)
    assert len(parts) == 3
    smsc.brings(PERSON, [parts[2], parts[0], parts[1]])
    until(between, before + 1)
    found = between.taken[before]
    assert isinstance(found, InboundMessage)
    assert (found.address, found.text) == (PERSON, TEXT)


def test_message_of_ours_goes_out_in_parts_and_its_receipt_comes_back(smsc: Smsc, between: Between) -> None:
    before = len(between.taken)

    async def send() -> object:
        sent = await between.vendor.channel.send(OutgoingMessage("sms_http", PERSON, TEXT, key="41"))
        assert between.vendor.stop is not None
        await between.vendor.stop()
        return sent

    assert asyncio.run(send()) == "41"
    smsc.until(lambda: smsc.texts(PERSON) == [TEXT], what="the text is at the phone")
    until(between, before + 1)
    assert between.taken[before] == DeliveryReport("sms_http", "41", DeliveryState.DELIVERED)


def test_example_names_the_ports_that_the_other_half_names() -> None:
    sending = re.search(r"127\.0\.0\.1:(\d+)/cgi-bin", (FILES / "kannel.yml").read_text(encoding="utf-8"))
    assert sending is not None
    assert f"sendsms-port = {sending.group(1)}" in (FILES / "kannel.conf").read_text(encoding="utf-8")
