"""Stands between the service and the real Rasa and does what a failing Rasa does: nothing, late, half or wrong."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import httpx

Mood = Literal["well", "slow", "crashing", "silent", "malformed", "cut"]


class RasaBetween(ThreadingHTTPServer):
    """`mood` decides what becomes of the next turns. `turns` counts those that were asked for."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.mood: Mood = "well"
        self.turns = 0
        self.wake = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: RasaBetween

    def do_GET(self) -> None:
        passed = httpx.get(self.server.target + self.path, trust_env=False)
        self._answer(passed.status_code, passed.content)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.turns += 1
        mood = self.server.mood
        if mood == "slow":
            self.server.wake.wait(8)
        if mood == "cut":
            self.connection.close()
            return
        if mood in ("crashing", "silent", "malformed"):
            said = {"crashing": (500, b'{"error": "crash"}'), "silent": (200, SILENT), "malformed": (200, b"[]")}
            self._answer(*said[mood])
            return
        headers = {"Content-Type": "application/json"}
        passed = httpx.post(self.server.target + self.path, content=body, headers=headers, timeout=30, trust_env=False)
        self._answer(passed.status_code, passed.content)

    def _answer(self, status: int, body: bytes) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


SILENT = b'{"replies": [], "asks": [], "topics": [], "state": {}, "model": "m"}'


@contextlib.contextmanager
def rasa_between(target: str) -> Iterator[RasaBetween]:
    between = RasaBetween(target)
    thread = threading.Thread(target=between.serve_forever, daemon=True)
    thread.start()
    try:
        yield between
    finally:
        between.wake.set()
        between.shutdown()
        between.server_close()
        thread.join(10)
