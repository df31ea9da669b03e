"""The private listener: the console, the simulator in development, /health with details, /metrics."""

from __future__ import annotations

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.edge import unforeseen
from gateway.health import LINK, OK, HealthCheck
from gateway.metrics import FIGURE, LINK_UP


def private_app(console: list[BaseRoute], health: HealthCheck) -> Starlette:
    """Build the app; `console` are the counsellors' pages and the simulator."""

    async def show_health(_request: Request) -> Response:
        looked = await to_thread.run_sync(health.look)
        shown = {"status": looked.status, "parts": dict(looked.parts), "figures": dict(looked.figures)}
        return JSONResponse(shown, looked.http_status)

    async def metrics(_request: Request) -> Response:
        looked = await to_thread.run_sync(health.look)
        for name, value in looked.figures.items():
            FIGURE.labels(name).set(value)
        for part, state in looked.parts.items():
            if part.startswith(LINK):
                LINK_UP.labels(part.removeprefix(LINK)).set(state == OK)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    routes = [Route("/health", show_health), Route("/metrics", metrics), *console]
    return Starlette(routes=routes, exception_handlers={Exception: unforeseen})
