"""A really trained and started Rasa with its action server, on free ports, for the tests of this folder."""

from __future__ import annotations

import base64
import functools
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from language import Reader
from tests.services import alone
from wire import Profile, TurnRequest, TurnResult

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
STARTS_WITHIN = 90.0


def run_bot(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m bot` in Rasa's environment."""
    return subprocess.run([PYTHON, "-m", "bot", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ActionGate(ThreadingHTTPServer):
    """Stands between Rasa and its actions: keeps what Rasa sends, and breaks when it is told to."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _GateHandler)
        self.target = target
        self.broken: tuple[int, bytes] | None = None
        self.seen: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/webhook"


class _GateHandler(BaseHTTPRequestHandler):
    server: ActionGate

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(body)
        status, answer = self.server.broken or self._pass(body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _pass(self, body: bytes) -> tuple[int, bytes]:
        passed = urllib.request.Request(self.server.target, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(passed) as answered:
                return answered.status, answered.read()
        except urllib.error.HTTPError as failed:
            return failed.code, failed.read()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass
class Bot:
    """A running Rasa: its address, its process, its actions and what both have logged."""

    url: str
    actions_url: str
    pid: int
    model: str
    gate: ActionGate
    logs: tuple[Path, ...]
    http: httpx.Client

    def post(self, request: TurnRequest) -> httpx.Response:
        return self.http.post("/turns", json=request.to_json())

    def turn(self, request: TurnRequest) -> TurnResult:
        answered = self.post(request)
        assert answered.status_code == 200, answered.text
        return TurnResult.from_json(answered.json())

    def logged(self) -> str:
        return "".join(log.read_text(encoding="utf-8") for log in self.logs)

    def resident_kib(self) -> int:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())
        assert found is not None
        return int(found.group(1))


@dataclass
class Talk:
    """One person's conversation, kept as the service keeps it."""

    bot: Bot
    language: str = "ru"
    channel: str = "telegram"
    quiet: bool = False
    profile: Profile = field(default_factory=Profile)
    state: dict[str, object] | None = None
    last: TurnResult | None = None

    def request(self, text: str = "", choice: str | None = None, **known: object) -> TurnRequest:
        canonical, vector = read(text) if text else ("", None)
        asked = TurnRequest(
            conversation="person-1",
            text=text,
            channel=self.channel,
            language=self.language,
            canonical=canonical,
            vector=vector,
            choice=choice,
            quiet=self.quiet,
            profile=self.profile,
            state=self.state,
        )
        return replace(asked, **known)  # type: ignore[arg-type]  # names are checked by replace

    def say(self, text: str, **known: object) -> tuple[str, ...]:
        return self.take(self.request(text, **known))

    def press(self, choice: str, **known: object) -> tuple[str, ...]:
        return self.take(self.request(choice=choice, **known))

    def take(self, request: TurnRequest) -> tuple[str, ...]:
        """Run the turn, keep what came back, return the keys that are said."""
        self.last = self.bot.turn(request)
        self.state = self.last.state
        for ask in self.last.asks:
            if ask.kind == "remember":
                self.profile = replace(self.profile, **ask.values)
        return tuple(reply.say for reply in self.last.replies)


@functools.cache
def _reader() -> Reader:
    return Reader.open(ROOT)


@functools.cache
def read(text: str) -> tuple[str, str | None]:
    """Return canonical form and vector, as the service sends them."""
    views = _reader().read(text)
    vector = None if views.vector is None else base64.b64encode(views.vector.astype("<f4").tobytes()).decode()
    return views.canonical, vector


def _started(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    with log.open("wb") as out:
        return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=environment)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path, parsed: bool = True) -> dict[str, object]:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answered:
                ready: dict[str, object] = json.loads(answered.read()) if parsed else {}
                return ready
        except (urllib.error.URLError, OSError):
            threading.Event().wait(0.1)
    raise AssertionError(f"did not start: {log.read_text(encoding='utf-8')[-2000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()


@pytest.fixture(scope="session")
def model() -> Path:
    """Return the model of the present inputs, trained unless it is there."""
    with alone(ROOT / "var" / "train.lock"):
        trained = run_bot("train")
    assert trained.returncode == 0, trained.stdout[-2000:] + trained.stderr[-2000:]
    return Path(trained.stdout.strip().splitlines()[-1].rpartition(" ")[2])


@pytest.fixture(scope="session")
def bot(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """Start actions, a gate before them, and Rasa."""
    folder = tmp_path_factory.mktemp("rasa")
    logs = (folder / "actions.log", folder / "rasa.log")
    actions_port, port = free_port(), free_port()
    actions = _started([str(PYTHON), "-m", "actions", "--port", str(actions_port)], logs[0])
    gate = ActionGate(f"http://127.0.0.1:{actions_port}/webhook")
    threading.Thread(target=gate.serve_forever, daemon=True).start()
    serve = [str(PYTHON), "-m", "bot", "serve", "--port", str(port), "--actions-url", gate.url, "--model", str(model)]
    rasa = _started(serve, logs[1])
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(actions, f"http://127.0.0.1:{actions_port}/health", logs[0])
        ready = _wait_until_ready(rasa, f"{url}/ready", logs[1])
        with httpx.Client(base_url=url, timeout=60) as http:
            yield Bot(url, f"http://127.0.0.1:{actions_port}", rasa.pid, str(ready["model"]), gate, logs, http)
    finally:
        _end(rasa)
        _end(actions)
        gate.shutdown()
        gate.server_close()


@pytest.fixture
def broken_rasa(tmp_path: Path) -> Iterator[str]:
    """Start a Rasa whose model is no model; return its address once it answers at all."""
    model, port = tmp_path / "rasa-broken.tar.gz", free_port()
    model.write_bytes(b"no archive")
    rasa = _started([str(PYTHON), "-m", "bot", "serve", "--port", str(port), "--model", str(model)], tmp_path / "log")
    try:
        _wait_until_ready(rasa, f"http://127.0.0.1:{port}/", tmp_path / "log", parsed=False)
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(rasa)


@pytest.fixture
def talk(bot: Bot) -> Callable[..., Talk]:
    """Return what begins a conversation."""

    def begin(**known: object) -> Talk:
        return Talk(bot, **known)  # type: ignore[arg-type]  # names are checked by the dataclass

    return begin


@pytest.fixture
def broken_actions(bot: Bot) -> Iterator[Callable[[int, str], None]]:
    """Return what breaks the actions for the rest of the test."""

    def breaks(status: int, body: str) -> None:
        bot.gate.broken = (status, body.encode())

    yield breaks
    bot.gate.broken = None
