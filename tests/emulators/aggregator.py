"""An aggregator on loopback: takes what we send as its file says, and answers as a script says."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Aggregator:
    """`answers`: status, body and headers of the next answers; 202 and an id when there are none left."""

    origin: str = ""
    answers: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.requests.append((dict(request.headers), await request.body()))
        status, body, headers = self.answers.pop(0) if self.answers else (202, '{"id": "a-17"}', {})
        return Response(body, status, headers)


@contextlib.contextmanager
def aggregator() -> Iterator[Aggregator]:
    made = Aggregator()
    app = Starlette(routes=[Route("/{path:path}", made.take, methods=["POST"])])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(16)
        made.origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        yield made
        server.should_exit = True
        thread.join(10)
