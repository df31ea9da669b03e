"""Telegram without a public address: fetched updates, each on its own, none lost."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.conftest import CANARY, RasaLogs, Running, _no_word_in_logs
from tests.journeys.deployment import deployed, until


def test_polled_messages_are_answered_and_a_strange_update_blocks_none(tmp_path: Path) -> None:
    rasa_logs = RasaLogs.now()
    settings = {"HELPLINE_DATABASE_URL": f"sqlite:///{tmp_path}/helpline.db"}
    with deployed(tmp_path, ("run",), polling=True, **settings) as deployment:
        running = Running(deployment, None)
        child = running.telegram()
        child.says("salam", "bot")
        deployment.telegram.update(message={"text": CANARY, "from": {"id": 1}})
        deployment.telegram.update(strange={"x": CANARY})
        child.says(f"atam meni her gun kemerle doyur qorxuram {CANARY}", "inanırıq", "102")
        until(lambda: deployment.telegram.updates == [], what="every update confirmed")
        deployment.kill("run")
        waiting = running.telegram()
        deployment.telegram.says(waiting.chat, "salam")
        deployment.start("run")
        waiting.hears("bot")
        until(lambda: deployment.telegram.updates == [])
        assert len(waiting.heard()) == 1
        _no_word_in_logs(running, rasa_logs)
