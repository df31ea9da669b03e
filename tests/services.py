"""Real services for the tests: a PostgreSQL cluster and a Redis of their own, on free loopback ports, ended with the run."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import redis

START_WITHIN = 30.0


class ServiceMissing(Exception):
    """The programs of a service are not on this machine; the message says what to install."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).parent
    raise ServiceMissing("PostgreSQL (Debian: postgresql)")


def _as_postgres() -> dict[str, object]:
    """The server refuses root: it runs as the user that the package made."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Yield the URL of a fresh cluster's maintenance database."""
    programs, port, who = _postgres_programs(), free_port(), _as_postgres()
    folder.mkdir(parents=True, exist_ok=True)
    if who:
        os.chown(folder, who["user"], who["group"])  # type: ignore[arg-type]
    place = folder / "cluster"
    make = [str(programs / "initdb"), "-D", str(place), "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(make, check=True, capture_output=True, cwd="/", **who)  # type: ignore[call-overload]
    options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    command = [str(programs / "postgres"), "-D", str(place), *options]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd="/", **quiet, **who)  # type: ignore[call-overload]
    url = f"postgresql://tester@127.0.0.1:{port}/postgres"
    try:
        _until(lambda: psycopg.connect(url).close(), psycopg.OperationalError)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Yield the URL of a Redis that keeps nothing."""
    program = shutil.which("redis-server")
    if program is None:
        raise ServiceMissing("Redis (Debian: redis-server)")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"
    try:
        _until(lambda: redis.Redis.from_url(url).ping(), redis.RedisError)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _until(attempt: object, error: type[Exception]) -> None:
    over = time.monotonic() + START_WITHIN
    while True:
        try:
            attempt()  # type: ignore[operator]
        except error:
            if time.monotonic() > over:
                raise
            time.sleep(0.05)
        else:
            return
