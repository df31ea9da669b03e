"""Rasa down, slow, crashing, silent or talking nonsense: a safe reply, one hand-off, an alarm, and no turn is lost."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.own_rasa import served
from tests.emulators.rasa_between import Mood, RasaBetween, rasa_between
from tests.journeys.conftest import CANARY, RasaLogs, Running, _no_word_in_logs
from tests.journeys.deployment import deployed, until


@pytest.fixture(scope="module")
def between(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, RasaBetween]]:
    folder, rasa_logs = tmp_path_factory.mktemp("rasa-out"), RasaLogs.now()
    database = f"sqlite:///{folder}/helpline.db"
    with served() as rasa_url, rasa_between(rasa_url) as between:
        commands = ("gateway", "worker", "console")
        settings = {"HELPLINE_DATABASE_URL": database, "HELPLINE_RASA_URLS": between.url}
        with deployed(folder, commands, **settings) as deployment:
            running = Running(deployment, between)
            yield running, between
            _no_word_in_logs(running, rasa_logs)


@pytest.mark.parametrize("mood", ["slow", "crashing", "silent", "malformed", "cut"])
@pytest.mark.parametrize(
    ("said", "sorry"), [("necə deyim bilmirəm bunu", "nömrə"), ("как же это объяснить", "ном")], ids=["az", "ru"]
)
def test_failing_rasa_leads_to_a_safe_reply_and_a_case(
    between: tuple[Running, RasaBetween], mood: Mood, said: str, sorry: str
) -> None:
    running, rasa = between
    person, deployment = running.sms(), running.deployment
    cases = deployment.figure("cases_waiting")
    rasa.mood = mood
    person.says(f"{said} {CANARY}", "102")
    until(lambda: deployment.figure("cases_waiting") == cases + 1, what="a technical hand-off")
    until(lambda: deployment.part("rasa") == "degraded", what="an alarm in the health page")
    assert deployment.health()["status"] == "degraded"
    # The second failure answers again and hands off no second time.
    since = len(person.heard())
    person.says(f"{said} yenə {CANARY}")
    until(lambda: len(person.heard()) > since)
    assert deployment.figure("cases_waiting") == cases + 1
    # What needs no Rasa goes on.
    person.says("9", "102")
    rasa.mood = "well"
    rasa.wake.set()
    rasa.wake.clear()
    running.telegram().says("salam", "bot")
    until(lambda: deployment.part("rasa") == "ok", what="well again")
    assert deployment.figure("pending_turns") == 0


def test_disclosure_needs_no_rasa(between: tuple[Running, RasaBetween]) -> None:
    running, rasa = between
    rasa.mood = "crashing"
    asked = rasa.turns
    running.telegram().says(f"atam meni her gun kemerle doyur qorxuram {CANARY}", "inanırıq")
    assert rasa.turns == asked
    rasa.mood = "well"


def test_killed_rasa_is_started_again_by_the_one_process(tmp_path: Path) -> None:
    with deployed(tmp_path, ("run",), HELPLINE_DATABASE_URL=f"sqlite:///{tmp_path}/helpline.db") as deployment:
        running = Running(deployment, None)
        port = deployment.env["HELPLINE_RASA_PORT"]
        found = subprocess.run(
            ["pgrep", "-P", str(deployment.processes["run"].pid), "-f", f"bot serve --port {port}"],
            capture_output=True,
            text=True,
            check=True,
        )
        os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
        running.telegram().says(f"necə deyim bilmirəm bunu {CANARY}", "102")
        until(lambda: deployment.part("rasa") == "degraded")
        until(lambda: _answers_again(running), 60, "started again")
        assert deployment.health()["status"] == "ok"
        assert CANARY not in deployment.written()


def _answers_again(running: Running) -> bool:
    """Whether a turn that needs Rasa, of somebody new, got its answer."""
    person = running.telegram()
    person.says("salam")
    until(person.heard)
    return running.deployment.part("rasa") == "ok"
