"""`helpline bench console`: how soon a disclosure is on every open console, and how long the server needs for long pages.

Live: consoles keep their streams open as browsers do; a message comes in by the simulator's phone, is stored, understood and
answered, and each console fetches the queue when its stream says so. The time counts from posting the message until the case
stands in the page that this console got. The alternative, in the same run on the same server: consoles that load the queue
again every two seconds, which is what remains when nothing rings.

Pages: the queue with 500 waiting cases and a transcript of 2,000 messages, as asked for by a browser. The alternative for the
queue: the same rows read one by one.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime

import httpx
from rich.console import Console
from rich.progress import track

from gateway.bench_room import BenchRoom, bench_room, fill_queue, fill_transcript, signed_in
from store import pages

RELOAD_EVERY = 2.0
PATIENCE = 20.0
DISCLOSED = "atam meni her gun kemerle doyur qorxuram"
PAGE_TRIES = 15
_SEEN = re.compile(r"/cases/(\d+)")
screen = Console(stderr=True)
Watch = Callable[[httpx.AsyncClient, "Seen"], Coroutine[object, object, None]]


class Seen:
    """When each case was first on this console, by the case's number."""

    def __init__(self) -> None:
        self.at: dict[int, float] = {}

    def look(self, page: str) -> None:
        now = time.perf_counter()
        for number in _SEEN.findall(page):
            self.at.setdefault(int(number), now)


def bench_console(consoles: int, messages: int, cases: int, lines: int, json_out: bool) -> None:
    """Measure and print all of it; with `json_out` as one object."""
    report: dict[str, object] = {"consoles": consoles, "messages": messages}
    with bench_room() as room:
        report["live"] = asyncio.run(_live(room, consoles, messages, _streaming))
        report["reloading"] = asyncio.run(_live(room, consoles, max(5, messages // 4), _reloading))
    with bench_room() as room:
        report["pages"] = _pages(room, cases, lines)
    report["ratio_of_p95"] = _ratio(report["reloading"], report["live"])
    if json_out:
        print(json.dumps(report))
    else:
        _print(report)


async def _live(room: BenchRoom, consoles: int, messages: int, watch: Watch) -> dict[str, float]:
    kind = watch.__name__.strip("_")
    browsers = [signed_in(room, f"{kind}-{number}") for number in range(consoles)]
    seen = [Seen() for _ in browsers]
    watching: list[asyncio.Task[None]] = [
        asyncio.create_task(watch(browser, one)) for browser, one in zip(browsers, seen, strict=True)
    ]
    await asyncio.sleep(1.0)
    waits: list[float] = []
    for number in track(range(messages), f"{kind} …", console=screen, transient=True):
        waits += await _one(room, f"{kind}-{number}", seen)
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    for browser in browsers:
        await browser.aclose()
    return _figures(waits)


async def _one(room: BenchRoom, person: str, seen: list[Seen]) -> list[float]:
    """Say something as a new person; return the seconds until each console showed the case."""
    phone = httpx.AsyncClient(base_url=room.url, trust_env=False, cookies={"helpline_phone_telegram": person})
    known = {number for one in seen for number in one.at}
    began = time.perf_counter()
    async with phone:
        await phone.post("/simulator/telegram/say", data={"text": DISCLOSED})
    while time.perf_counter() - began < PATIENCE:
        fresh = [[at for number, at in one.at.items() if number not in known] for one in seen]
        if all(fresh):
            return [min(times) - began for times in fresh]
        await asyncio.sleep(0.005)
    raise SystemExit(f"after {PATIENCE:.0f} s not every console showed the case: nothing to measure")


async def _streaming(browser: httpx.AsyncClient, seen: Seen) -> None:
    """As console.js does: the stream tells that the lists changed, and the page is fetched again."""
    seen.look((await browser.get("/")).text)
    told = ""
    async with browser.stream("GET", "/events", timeout=None) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data: {"):
                continue
            lists = str(json.loads(line.removeprefix("data: ")).get("lists"))
            if lists != told:
                told = lists
                seen.look((await browser.get("/", headers={"X-Fragment": "live"})).text)


async def _reloading(browser: httpx.AsyncClient, seen: Seen) -> None:
    while True:
        seen.look((await browser.get("/", headers={"X-Fragment": "live"})).text)
        await asyncio.sleep(RELOAD_EVERY)


def _pages(room: BenchRoom, cases: int, lines: int) -> dict[str, dict[str, float]]:
    now = datetime.now(UTC)
    fill_queue(room, cases, now)
    case = fill_transcript(room, lines, now)
    return {
        f"queue of {cases}": asyncio.run(_page(room, "queue", "/")),
        f"queue of {cases}, a query a row": _row_by_row(room, cases),
        f"transcript of {lines}": asyncio.run(_page(room, "transcript", f"/cases/{case}?all=1")),
    }


async def _page(room: BenchRoom, name: str, path: str) -> dict[str, float]:
    times: list[float] = []
    async with signed_in(room, name) as browser:
        for _ in range(PAGE_TRIES):
            began = time.perf_counter()
            answer = await browser.get(path)
            times.append(time.perf_counter() - began)
            answer.raise_for_status()
    return _figures(times)


def _row_by_row(room: BenchRoom, cases: int) -> dict[str, float]:
    times: list[float] = []
    for _ in range(3):
        began = time.perf_counter()
        with room.database.reading() as db:
            for case in range(1, cases + 1):
                pages.case_row(db, case)
        times.append(time.perf_counter() - began)
    return _figures(times)


def _figures(seconds: list[float]) -> dict[str, float]:
    """Median, p95 and the worst, in milliseconds."""
    ordered = sorted(second * 1000 for second in seconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return {
        "n": len(ordered),
        "median_ms": round(statistics.median(ordered)),
        "p95_ms": round(p95),
        "max_ms": round(ordered[-1]),
    }


def _ratio(alternative: object, ours: object) -> float:
    assert isinstance(alternative, dict) and isinstance(ours, dict)  # noqa: S101, PT018  # made above
    return round(float(alternative["p95_ms"]) / max(float(ours["p95_ms"]), 1.0), 1)


def _print(report: dict[str, object]) -> None:
    print(f"{report['consoles']} consoles open, milliseconds from the message to the case on the screen:")
    for name in ("live", "reloading"):
        print(f"  {name:<34}{_line(report[name])}")
    print(f"  reloading every {RELOAD_EVERY:.0f} s takes {report['ratio_of_p95']} times as long (p95)")
    print("Pages, milliseconds as the browser waits for them:")
    pages_of = report["pages"]
    assert isinstance(pages_of, dict)  # noqa: S101  # made above
    for name, figures in pages_of.items():
        print(f"  {name:<34}{_line(figures)}")


def _line(figures: object) -> str:
    assert isinstance(figures, dict)  # noqa: S101  # made above
    return (
        f"median {figures['median_ms']:>6}  p95 {figures['p95_ms']:>6}  max {figures['max_ms']:>6}  (n={figures['n']})"
    )
