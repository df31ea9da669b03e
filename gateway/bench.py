"""`helpline bench rasa`: what a turn costs early and late in one conversation, through our door and through Rasa's own.

Our door gets the dialogue state with each turn and keeps nothing. Rasa's REST channel keeps the conversation in its tracker
store and replays it. Both are asked the same messages, by the same server with the same model, in one run.
"""

from __future__ import annotations

import itertools
import json
import statistics
import time
from collections.abc import Callable

import httpx
from rich.console import Console
from rich.progress import track

from gateway.own_rasa import free_port, served
from gateway.rasa import RasaClient
from wire import TurnRequest

TURNS = 2000
EARLY, LATE = (2, 20), (1981, 2000)
# Rasa's own tracker grows too slow to be walked to the end: past this many seconds its arm stops and says where.
PATIENCE = 240.0
SAID = (
    "salam",
    "menyu",
    "uşaq yatmaq istəmir hər axşam qışqırır",
    "təşəkkür",
    "экзамены скоро боюсь",
    "ana dili nədir",
)
screen = Console(stderr=True)


def bench_rasa(json_out: bool) -> None:
    """Measure and print both arms and their ratios."""
    with served("setup/bench/credentials.yml", "setup/bench/endpoints.yml") as url:
        ours = _walk("ours", _our_door(url))
    with served("setup/bench/credentials.yml", "setup/bench/endpoints.yml") as url:
        own = _walk("Rasa's own", _own_tracker(url))
    report = {"ours": ours, "rasa_tracker": own}
    if json_out:
        print(json.dumps(report))
        return
    for name, arm in report.items():
        print(
            f"{name}: turns 2-20 {arm['early_ms']} ms, turns {arm['late_turns']} {arm['late_ms']} ms, ratio {arm['ratio']}"
        )


def _walk(name: str, turn: Callable[[str], None]) -> dict[str, object]:
    times: list[float] = []
    began = time.monotonic()
    said = itertools.cycle(SAID)
    for _ in track(range(TURNS), f"{name} …", console=screen, transient=True):
        started = time.perf_counter()
        turn(next(said))
        times.append((time.perf_counter() - started) * 1000)
        if time.monotonic() - began > PATIENCE:
            break
    early = statistics.median(times[EARLY[0] - 1 : EARLY[1]])
    late = statistics.median(times[-20:])
    return {
        "early_ms": round(early, 2),
        "late_ms": round(late, 2),
        "late_turns": f"{len(times) - 19}-{len(times)}",
        "reached_the_end": len(times) == TURNS,
        "ratio": round(late / early, 2),
    }


def _our_door(url: str) -> Callable[[str], None]:
    client = RasaClient((url,), limit=30.0)
    state: list[dict[str, object] | None] = [None]

    def turn(text: str) -> None:
        result = client.turn(TurnRequest("bench", text, "telegram", "az", text, state=state[0]))
        state[0] = dict(result.state)

    return turn


def _own_tracker(url: str) -> Callable[[str], None]:
    client = httpx.Client(timeout=60.0, trust_env=False)
    sender = f"bench-{free_port()}"

    def turn(text: str) -> None:
        answered = client.post(f"{url}/webhooks/rest/webhook", json={"sender": sender, "message": text})
        answered.raise_for_status()

    return turn
