"""Real services for the tests: a PostgreSQL cluster and a Redis of their own, on free loopback ports, ended with the run."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import redis

START_WITHIN = 30.0
# Far more than a cluster, its log and the databases of two or three tests.
MEMORY_NEEDED = 2**30


class ServiceMissing(Exception):
    """The programs of a service are not on this machine; the message says what to install."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One process at a time, of all that run tests here."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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


def quick_folder() -> str | None:
    """Memory, where a database is made ten times as fast as on a disk; None (a temporary folder) where there is little."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_NEEDED else None


class Cluster:
    """A PostgreSQL of one's own that can be stopped and started. `url` names its maintenance database."""

    def __init__(self, folder: Path) -> None:
        self._programs, self._port, self._who = _postgres_programs(), free_port(), _as_postgres()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if self._who:
            os.chown(folder, self._who["user"], self._who["group"])  # type: ignore[arg-type]
        self._place = str(folder / "cluster")
        self.url = f"postgresql://tester@127.0.0.1:{self._port}/postgres"
        who = ["-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"]
        make = [str(self._programs / "initdb"), "-D", self._place, *who]
        subprocess.run(make, check=True, capture_output=True, cwd="/", **self._who)  # type: ignore[call-overload]

    def start(self) -> None:
        options = (
            "listen_addresses=127.0.0.1",
            "fsync=off",
            "full_page_writes=off",
            "autovacuum=off",
            "max_wal_size=96MB",
        )
        where = ["-D", self._place, "-p", str(self._port), "-k", str(self._folder)]
        command = [str(self._programs / "postgres"), *where, *(part for option in options for part in ("-c", option))]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, cwd="/", **quiet, **self._who)  # type: ignore[call-overload]
        _until(lambda: psycopg.connect(self.url).close(), psycopg.OperationalError)

    def stop(self) -> None:
        """At once, whoever is connected."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Yield the URL of a fresh cluster's maintenance database."""
    cluster = Cluster(folder)
    cluster.start()
    try:
        yield cluster.url
    finally:
        cluster.stop()


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
