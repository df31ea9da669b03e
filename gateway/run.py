"""Running the processes: all in one for a single machine, or one kind each at scale."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Coroutine, Iterator, Sequence

import structlog
import uvicorn
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette

from console.app import routes
from gateway.bell import RedisBell
from gateway.children import keep_running, newest_log, rasa_children
from gateway.logs import fault
from gateway.private import private_app
from gateway.public import public_app
from gateway.service import Service
from gateway.settings import Misconfigured
from gateway.workers import Workers
from helpline.phrasebook import Phrasebook

READY_WITHIN = 120.0
LOOK_EVERY = 5.0
_PUBLIC_HOST = "0.0.0.0"  # noqa: S104  # the vendors' webhooks come from outside
log = structlog.get_logger()
screen = Console(stderr=True, highlight=False, soft_wrap=True)


class _Server(uvicorn.Server):
    """Leaves the signals to us: two servers and the workers end together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def claim_port(host: str, port: int, setting: str) -> None:
    """Raise Misconfigured, with what to do, when a port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Misconfigured(f"port {port} is taken: stop what uses it, or set {setting} to another") from None


def _server(app: Starlette, host: str, port: int) -> _Server:
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=3
    )
    return _Server(config)


async def _until_stopped(jobs: Sequence[asyncio.Task[object]], servers: Sequence[_Server]) -> None:
    """Wait for Ctrl-C, SIGTERM or the end of any job; then end all of them. A job's failure is raised."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([stopping, *jobs], return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.should_exit = True
    stopping.cancel()
    for job in jobs:
        job.cancel()
    await asyncio.gather(stopping, *jobs, return_exceptions=True)
    for task in done:
        if task is not stopping and not task.cancelled() and task.exception() is not None:
            raise task.exception()  # type: ignore[misc]  # checked not to be None


async def keep_fresh(book: Phrasebook, every: float = LOOK_EVERY) -> None:
    """The console shows texts and numbers as they are told: also where no worker of this process reads them again."""
    while True:
        await asyncio.sleep(every)
        try:
            await asyncio.to_thread(book.reload)
        except SQLAlchemyError:  # a dead database is told by /health; the last texts stay
            continue
        except Exception as error:  # the edge: a text that cannot be read ends no process; the last ones stay
            log.error("texts_unreadable", **fault(error))


class Process:
    """What one process runs: listeners, workers and, on one machine, Rasa and the action server."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._jobs: list[asyncio.Task[object]] = []
        self._servers: list[_Server] = []

    def public(self) -> None:
        service, settings = self._service, self._service.settings
        claim_port(_PUBLIC_HOST, settings.gateway_port, "HELPLINE_GATEWAY_PORT")
        app = public_app(service.vendors, service.parts, service.health, settings.public_url)
        self._serve(app, _PUBLIC_HOST, settings.gateway_port)

    def private(self) -> None:
        service, settings = self._service, self._service.settings
        claim_port(settings.console_host, settings.console_port, "HELPLINE_CONSOLE_PORT")
        app = private_app(routes(service.console_parts), service.health)
        self._serve(app, settings.console_host, settings.console_port)
        self._start(keep_fresh(service.parts.book))

    def _serve(self, app: Starlette, host: str, port: int) -> None:
        server = _server(app, host, port)
        self._servers.append(server)
        self._start(server.serve())

    def workers(self) -> None:
        service = self._service
        self._start(Workers(service.parts, service.vendors, service.bell, service.rates).run())

    def children(self) -> None:
        settings = self._service.settings
        claim_port("127.0.0.1", settings.rasa_port, "HELPLINE_RASA_PORT")
        claim_port("127.0.0.1", settings.actions_port, "HELPLINE_ACTIONS_PORT")
        for child in rasa_children(settings.rasa_port, settings.actions_port, production=settings.production):
            self._start(keep_running(child))

    def _start(self, job: Coroutine[object, object, object]) -> None:
        self._jobs.append(asyncio.create_task(job))

    async def run(self) -> None:
        service = self._service
        service.bell.bind(asyncio.get_running_loop())
        if isinstance(service.bell, RedisBell):
            self._start(service.bell.listen())
        await _until_stopped(self._jobs, self._servers)


async def wait_for_rasa(service: Service) -> None:
    """Wait until Rasa has its model. Raise Misconfigured with where to look when it does not come up."""
    over = asyncio.get_running_loop().time() + READY_WITHIN
    while not await asyncio.to_thread(service.rasa.ready):
        if asyncio.get_running_loop().time() > over:
            raise Misconfigured(f"Rasa did not start within {READY_WITHIN:.0f} s: see {newest_log('rasa')}")
        await asyncio.sleep(0.3)
