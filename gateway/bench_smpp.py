"""`helpline bench smpp`: messages each way on one bind, what durability costs, and whether memory stays.

A worker in a process of its own takes and sends as always; only turns are left out, since how fast the bot thinks is another
question (`bench rasa`, `bench understanding`). An SMSC in this process (smpp34's server) brings messages of one to three parts
at a rate, and as many are put into the outbox. Nothing may be lost or come twice. The alternative, in the same run against the
same SMSC: smpp34's own client, which answers before anything is stored, and sends what it never wrote down.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import smpp34
from rich.console import Console
from sqlalchemy import func, select

from channels.sms_smpp import CHANNEL
from gateway.bench_smsc import PEOPLE, SHORT_CODE, Smsc, at_rate, number_of, text_of
from gateway.clock import SystemClock
from gateway.keys import open_vault, settings_with_keys
from helpline.conversations import Author, NewOut
from store.database import Database, migrate, open_engine
from store.tables import messages

USER, PASSWORD = "bench", "benchpas"  # of a server on loopback that lives as long as the command
_ALONE = 15.0
screen = Console(stderr=True, highlight=False)


def bench_smpp(seconds: float, rate: float, database: str | None, json_out: bool) -> None:
    """Measure and print; with `json_out` as one object."""
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(_measured(seconds, rate, database or f"sqlite:///{folder}/bench.db"))
    if json_out:
        print(json.dumps(report))
        return
    for name, value in report.items():
        print(f"{name:>28}  {value}")


async def _measured(seconds: float, rate: float, url: str) -> dict[str, object]:
    port = _free_port()
    smsc = Smsc(smpp34.Server("127.0.0.1", port))
    serving = asyncio.create_task(smsc.serve())
    settings = settings_with_keys(HELPLINE_DATABASE_URL=url)
    engine = open_engine(url)
    migrate(engine)
    ground = Database(engine, open_vault(settings))
    ours = await _ours(smsc, ground, _started(port, url), seconds, rate)
    engine.dispose()
    smsc.bound.clear()
    theirs = await _alternative(smsc, port, min(seconds, _ALONE), rate)
    serving.cancel()
    ratio = round(float(str(ours["answered_ms_p95"])) / max(0.01, float(str(theirs["answered_ms_p95"]))), 1)
    return {
        "database": url.partition(":")[0],
        "asked_per_second_each_way": rate,
        **ours,
        **{f"unstored_{name}": value for name, value in theirs.items()},
        "p95_ratio_stored_to_unstored": ratio,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _started(port: int, url: str) -> subprocess.Popen[bytes]:
    link = f"smpp://{USER}@127.0.0.1:{port}?name=bench&sender={SHORT_CODE}&per_second=1000&window=50"
    env = {**os.environ, "HELPLINE_DATABASE_URL": url, "SMPP_URL": link, "SMPP_PASSWORD": PASSWORD}
    return subprocess.Popen(
        [sys.executable, "-m", "gateway.bench_smpp_worker"],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _ours(
    smsc: Smsc, ground: Database, worker: subprocess.Popen[bytes], seconds: float, rate: float
) -> dict[str, object]:
    try:
        async with asyncio.timeout(60):
            await smsc.bound.wait()
        put: dict[int, float] = {}
        feeding = threading.Thread(target=_feed, args=(ground, rate, seconds, put), daemon=True)
        watching = asyncio.create_task(_watch(worker.pid, smsc, seconds))
        began = time.perf_counter()
        feeding.start()
        brought = await at_rate(smsc, rate, seconds)
        took_in = time.perf_counter() - began
        await _until_sent(smsc, int(rate * seconds))
        took_out = time.perf_counter() - began
        memory = await watching
    finally:
        worker.terminate()
        await asyncio.to_thread(worker.wait, 20)
    stored = await asyncio.to_thread(_stored, ground)
    out = [smsc.at[number] - put[number] for number in put if number in smsc.at]
    return {
        "in_per_second": round(brought / took_in, 1),
        "out_per_second": round(len(out) / took_out, 1),
        "answered_ms_p50": _ms(smsc.brought, 50),
        "answered_ms_p95": _ms(smsc.brought, 95),
        "answered_ms_p99": _ms(smsc.brought, 99),
        "parts_brought": len(smsc.brought),
        "parts_refused_for_now": smsc.refused,
        "put_to_sent_ms_p50": _ms(out, 50),
        "put_to_sent_ms_p95": _ms(out, 95),
        "in_lost_or_doubled": stored - brought,
        "out_unsent_at_the_end": len(put) - len(out),
        "out_doubled": sum(times - 1 for times in smsc.got.values()),
        **memory,
    }


def _feed(ground: Database, rate: float, seconds: float, put: dict[int, float]) -> None:
    """Put messages into the outbox as counsellors and the bot would, at a rate."""
    clock, began = SystemClock(), time.perf_counter()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        with ground.unit() as unit:
            talk = unit.open_conversation(CHANNEL, f"+{number_of(number % PEOPLE)}", clock.now(), f"{CHANNEL}/bench")
            unit.put_out(talk.id, (NewOut(text_of(number)),), clock.now(), f"bench:{number}")
        put[number] = time.time()


async def _watch(pid: int, smsc: Smsc, seconds: float) -> dict[str, object]:
    """The worker's memory, ten times at least, at most once a minute; told on the screen as it goes."""
    every = min(60.0, max(1.0, seconds / 10))
    began, seen = time.perf_counter(), [(0.0, _resident(pid))]
    while time.perf_counter() - began < seconds:
        await asyncio.sleep(every)
        at = time.perf_counter() - began
        seen.append((at / 60, _resident(pid)))
        screen.print(
            f"{at:6.0f} s: {len(smsc.brought)} parts brought, {len(smsc.got)} messages sent, worker {seen[-1][1]:.1f} MiB"
        )
    settled = seen[len(seen) // 3 :]
    slope = statistics.linear_regression([at for at, _ in settled], [size for _, size in settled]).slope
    return {
        "worker_mib_first": seen[0][1],
        "worker_mib_last": seen[-1][1],
        "worker_mib_most": max(size for _, size in seen),
        "worker_kib_per_minute_settled": round(slope * 1024, 1),
    }


def _resident(pid: int) -> float:
    """MiB of a process that lie in memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


async def _until_sent(smsc: Smsc, number: int) -> None:
    over = time.perf_counter() + 60
    while len(smsc.got) < number and time.perf_counter() < over:
        await asyncio.sleep(0.05)


def _stored(ground: Database) -> int:
    with ground.reading() as db:
        return int(db.scalar(select(func.count()).where(messages.c.author == Author.PERSON.value)) or 0)


async def _alternative(smsc: Smsc, port: int, seconds: float, rate: float) -> dict[str, object]:
    """smpp34's client: nothing is stored on either side."""
    smsc.brought.clear()
    client = smpp34.Client("127.0.0.1", port, USER, PASSWORD)
    line = await client.connect()
    await asyncio.wait_for(smsc.bound.wait(), 20)
    hearing = asyncio.create_task(_hear(line))
    began = time.perf_counter()
    brought = await at_rate(smsc, rate, seconds)
    took = time.perf_counter() - began
    hearing.cancel()
    await line.unbind()
    return {
        "in_per_second": round(brought / took, 1),
        "answered_ms_p50": _ms(smsc.brought, 50),
        "answered_ms_p95": _ms(smsc.brought, 95),
    }


async def _hear(line: smpp34.Smsc) -> None:
    while not isinstance(await line.next(), smpp34.Disconnected):
        pass


def _ms(times: list[float], percent: int) -> float:
    return round(1000 * statistics.quantiles(times, n=100)[percent - 1], 1) if len(times) > 1 else 0.0
