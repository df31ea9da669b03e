"""Starting where something is in the way, and leaving nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.journeys.deployment import HELPLINE, Deployment, deployed, until
from tests.services import free_port


def _children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def one(tmp_path: Path):  # type: ignore[no-untyped-def]  # a generator of a deployment
    with deployed(tmp_path, ("run",), HELPLINE_DATABASE_URL=f"sqlite:///{tmp_path}/helpline.db") as deployment:
        yield deployment


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["Ctrl-C", "terminated", "killed"])
def test_ended_service_leaves_no_child_behind(one: Deployment, how: signal.Signals) -> None:
    process = one.processes.pop("run")
    children = _children(process.pid)
    assert len(children) == 2
    process.send_signal(how)
    code = process.wait(15)
    assert code == (-signal.SIGKILL if how is signal.SIGKILL else 0)
    until(lambda: not any(_alive(child) for child in children), 15, "Rasa and the actions have ended")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("run", "HELPLINE_GATEWAY_PORT"),
        ("run", "HELPLINE_CONSOLE_PORT"),
        ("run", "HELPLINE_RASA_PORT"),
        ("run", "HELPLINE_ACTIONS_PORT"),
        ("gateway", "HELPLINE_GATEWAY_PORT"),
        ("console", "HELPLINE_CONSOLE_PORT"),
    ],
)
def test_taken_port_is_one_line_that_says_what_to_do(tmp_path: Path, command: str, name: str) -> None:
    names = ("HELPLINE_GATEWAY_PORT", "HELPLINE_CONSOLE_PORT", "HELPLINE_RASA_PORT", "HELPLINE_ACTIONS_PORT")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {one: str(free_port()) for one in names} | {name: str(taken.getsockname()[1])}
        ended = _run(command, **ports, HELPLINE_DATABASE_URL=f"sqlite:///{tmp_path}/helpline.db")
    assert ended.returncode == 2
    assert ended.stderr.strip().count("\n") == 0
    assert f"port {ports[name]} is taken" in ended.stderr
    assert name in ended.stderr


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"HELPLINE_DATABASE_URL": "sqlite:////dev/null/helpline.db"}, "/dev/null"),
        ({"HELPLINE_DATABASE_URL": "postgresql://tester@127.0.0.1:9/x"}, "HELPLINE_DATABASE_URL"),
        ({"HELPLINE_DATABASE_URL": "mysql://x"}, "HELPLINE_DATABASE_URL"),
        ({"HELPLINE_ENV": "production"}, "HELPLINE_"),
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_"),
    ],
    ids=["no such folder", "no database", "another database", "production on development keys", "half a vendor"],
)
def test_unfit_setting_is_one_line_that_says_what_to_do(tmp_path: Path, settings: dict[str, str], says: str) -> None:
    fallback = {"HELPLINE_DATABASE_URL": f"sqlite:///{tmp_path}/helpline.db"}
    ended = _run("gateway", **{**fallback, **settings}, HELPLINE_GATEWAY_PORT=str(free_port()))
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.strip().count("\n") == 0, ended.stderr
    assert says in ended.stderr
    assert "://" not in ended.stderr


def _run(command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith(("HELPLINE_", "TELEGRAM_"))}
    return subprocess.run(
        [HELPLINE, command],
        cwd=ROOT,
        env={**known, **settings, "COLUMNS": "400"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
