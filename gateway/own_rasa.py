"""A Rasa of one's own for a short while: on free ports, ended with the block."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gateway.children import LOGS, Child, die_with_parent, newest_log, rasa_children
from gateway.rasa import RasaClient
from gateway.settings import ROOT, Misconfigured, Settings

READY_WITHIN = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def own_rasa(settings: Settings) -> Iterator[Settings]:
    """Start Rasa and its action server; yield the settings that name them."""
    with served() as url:
        yield settings.model_copy(update={"rasa_urls": url})


@contextlib.contextmanager
def served(credentials: str | None = None, endpoints: str | None = None) -> Iterator[str]:
    """Start Rasa and its action server on free ports, with other files of Rasa's when named; yield Rasa's URL."""
    rasa, actions = rasa_children(rasa_port := free_port(), free_port())
    named = {"--credentials": credentials, "--endpoints": endpoints}
    extra = [part for option, path in named.items() if path for part in (option, path)]
    started = [_start(child) for child in (replace(rasa, command=(*rasa.command, *extra)), actions)]
    url = f"http://127.0.0.1:{rasa_port}"
    try:
        _wait(url, started)
        yield url
    finally:
        for process in started:
            _end(process)


def _start(child: Child) -> subprocess.Popen[bytes]:
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{child.name}.log").open("ab") as output:
        return subprocess.Popen(  # noqa: S603  # our own command
            child.command,
            cwd=ROOT,
            env={**os.environ, **child.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )


def _wait(url: str, started: Sequence[subprocess.Popen[bytes]]) -> None:
    client = RasaClient((url,))
    over = time.monotonic() + READY_WITHIN
    try:
        while not client.ready():
            if any(process.poll() is not None for process in started):
                raise Misconfigured(f"Rasa ended at once: run `make train`, or see {newest_log('rasa')}")
            if time.monotonic() > over:
                raise Misconfigured(f"Rasa did not start within {READY_WITHIN:.0f} s: see {newest_log('rasa')}")
            time.sleep(0.2)
    finally:
        client.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
