"""The action server alone: what it answers to Rasa, and what it never answers or writes."""

from __future__ import annotations

import httpx
import pytest

CANARY = "qoqkanarya2048"


def tracker(**known: object) -> dict[str, object]:
    empty = {"sender_id": "t", "slots": {}, "latest_message": {"intent": {}, "entities": []}, "events": []}
    return {**empty, "paused": False, "followup_action": None, "active_loop": {}, "latest_action_name": None, **known}


def test_health_counts_the_actions_of_the_domain(bot):
    answered = httpx.get(f"{bot.actions_url}/health")
    assert answered.json() == {"status": "ok", "actions": 14}


@pytest.mark.parametrize(
    ("call", "status"),
    [
        pytest.param({"next_action": CANARY, "tracker": tracker()}, 404, id="an unknown action"),
        pytest.param(
            {"next_action": "action_menu", "tracker": {"slots": CANARY}}, 500, id="a tracker of another shape"
        ),
        pytest.param(
            {"next_action": "action_tell_topic", "tracker": tracker(latest_message={"text": CANARY})}, 500, id="a crash"
        ),
    ],
)
def test_failure_carries_no_conversation(bot, call, status):
    answered = httpx.post(f"{bot.actions_url}/webhook", json=call)
    assert answered.status_code == status
    assert CANARY not in answered.text.replace(str(call["next_action"]), "")
    assert CANARY not in bot.logged()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", CANARY.encode()], ids=repr)
def test_body_that_is_no_call_is_a_failure_without_its_text(bot, body):
    answered = httpx.post(f"{bot.actions_url}/webhook", content=body)
    assert answered.status_code == 500
    assert CANARY not in answered.text + bot.logged()


def test_unknown_path_is_not_found(bot):
    assert httpx.get(f"{bot.actions_url}/actions").status_code == 404
