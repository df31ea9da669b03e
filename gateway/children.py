"""Rasa and its action server as child processes: started, restarted when they fall, ended with us."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from gateway.settings import ROOT, Misconfigured

RASA_PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
LOGS = ROOT / "var" / "log"
_PR_SET_PDEATHSIG = 1
_GRACE = 5.0
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Child:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


def rasa_children(rasa_port: int, actions_port: int, *, production: bool = False) -> tuple[Child, Child]:
    """Return the two children of a start on one machine. Raise Misconfigured when their environment is missing.

    The actions know whether it is production: there they tell verified amounts only.
    """
    if not RASA_PYTHON.exists():
        raise Misconfigured("the Rasa environment is missing: run `make train`")
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "SANIC_HOST": "127.0.0.1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    python = str(RASA_PYTHON)
    told = {**quiet, "HELPLINE_ENV": "production" if production else "development"}
    actions = Child("actions", (python, "-m", "actions", "--port", str(actions_port)), told)
    address = f"http://127.0.0.1:{actions_port}/webhook"
    serve = ("-m", "bot", "serve", "--port", str(rasa_port), "--actions-url", address)
    return Child("rasa", (python, *serve), quiet), actions


def die_with_parent() -> None:
    """Linux: the child gets SIGTERM when we are killed, so that no orphan keeps the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


async def keep_running(child: Child) -> None:
    """Run a child until cancelled, starting it again with growing pauses when it ends by itself."""
    wait = _FIRST_WAIT
    while True:
        started = asyncio.get_running_loop().time()
        code = await _run_once(child)
        lived = asyncio.get_running_loop().time() - started
        wait = _FIRST_WAIT if lived > _LONGEST_WAIT else min(wait * 2, _LONGEST_WAIT)
        log.error("child_ended", child=child.name, code=code, again_in=wait)
        await asyncio.sleep(wait)


async def _run_once(child: Child) -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{child.name}.log").open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *child.command,
            cwd=ROOT,
            env={**os.environ, **child.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        return await process.wait()
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the child's whole group: first kindly, then for good."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        async with asyncio.timeout(_GRACE):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def newest_log(name: str) -> Path:
    """Where a child's output is kept, for the line that says where to look."""
    return LOGS / f"{name}.log"
