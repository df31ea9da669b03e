"""Every way in which Rasa can fail, from a server that really fails so."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from gateway.rasa import RasaClient
from helpline.ports import DialogueFailed
from tests.fakes import says
from wire import TurnRequest

REQUEST = TurnRequest("c1", "salam", "telegram", "az", "salam")
Answer = Callable[[BaseHTTPRequestHandler], None]


class _Server(BaseHTTPRequestHandler):
    answer: ClassVar[Answer]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        type(self).answer(self)

    def log_message(self, *_: object) -> None:
        pass


def _body(status: int, body: bytes) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return send


def _trickle(handler: BaseHTTPRequestHandler) -> None:
    """A byte now and then: each read succeeds, the whole never ends."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    stop = threading.Event()
    try:
        for _ in range(40):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            stop.wait(0.05)
    except OSError:
        pass


def _hang(handler: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(1.5)


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        kind = type("Server", (_Server,), {"answer": staticmethod(answer)})
        server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


GOOD = json.dumps(says("menu").to_json()).encode()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (_body(500, b'{"error": "KeyError"}'), "crashed"),
        (_body(503, b"{}"), "down"),
        (_body(200, b"not json"), "malformed"),
        (_body(200, b"[]"), "malformed"),
        (_body(200, b'{"replies": []}'), "malformed"),
        (_hang, "slow"),
        (_trickle, "slow"),
        (_cut, "down"),
    ],
    ids=["crash", "no model", "no JSON", "a list", "fields missing", "hangs", "trickles", "cuts the line"],
)
def test_failure_is_named(serve: Callable[[Answer], str], answer: Answer, reason: str) -> None:
    client = RasaClient((serve(answer),), limit=0.4)
    with pytest.raises(DialogueFailed) as failed:
        client.turn(REQUEST)
    client.close()
    assert failed.value.reason == reason


def test_answer_is_read(serve: Callable[[Answer], str]) -> None:
    client = RasaClient((serve(_body(200, GOOD)),))
    assert client.turn(REQUEST) == says("menu")
    client.close()


def test_absent_server_is_down() -> None:
    client = RasaClient(("http://127.0.0.1:9",))
    with pytest.raises(DialogueFailed) as failed:
        client.turn(REQUEST)
    client.close()
    assert failed.value.reason == "down"


def test_second_server_answers_for_an_absent_first(serve: Callable[[Answer], str]) -> None:
    client = RasaClient(("http://127.0.0.1:9", serve(_body(200, GOOD))))
    assert [client.turn(REQUEST) for _ in range(3)] == [says("menu")] * 3
    client.close()
