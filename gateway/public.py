"""The public listener: the vendors' webhooks and a bare health line, nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route as HttpRoute

from channels.vendor import Posted, Route, Vendor
from gateway.edge import unforeseen
from gateway.health import HealthCheck
from gateway.logs import fault
from gateway.metrics import RECEIVED
from gateway.receiving import receive_update
from helpline.messages import ForgedUpdate, MalformedUpdate, UnsupportedUpdate, UpdateRefused
from helpline.turns import Parts

LARGEST_BODY = 256 * 1024
_REFUSALS: dict[type[UpdateRefused], int] = {ForgedUpdate: 403, MalformedUpdate: 400, UnsupportedUpdate: 200}
log = structlog.get_logger()


class TooLarge(Exception):
    """A body over the limit; reading stopped there."""


def public_app(vendors: tuple[Vendor, ...], parts: Parts, health: HealthCheck, public_url: str | None) -> Starlette:
    """Build the app of the configured vendors' routes and /health."""
    routes = [
        HttpRoute(route.path, _webhook(vendor, route, parts, public_url or ""), methods=list(route.methods))
        for vendor in vendors
        for route in vendor.routes
    ]
    health_route = HttpRoute("/health", _health(health), methods=["GET"])
    return Starlette(routes=[*routes, health_route], exception_handlers={Exception: unforeseen})


def _webhook(vendor: Vendor, route: Route, parts: Parts, public_url: str) -> Callable[[Request], Awaitable[Response]]:
    async def receive(request: Request) -> Response:
        try:
            body = await _body(request)
        except TooLarge:
            return _refused(vendor.name, "oversized", 413)
        query = f"?{request.url.query}" if request.url.query else ""
        client = request.client.host if request.client else ""
        posted = Posted(f"{public_url.rstrip('/')}{route.path}{query}", dict(request.headers), body, client)
        return await _bring_in(vendor, route, posted, parts)

    return receive


async def _body(request: Request) -> bytes:
    """Read the body, never more of it than is allowed."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise TooLarge
        chunks.append(chunk)
    return b"".join(chunks)


async def _bring_in(vendor: Vendor, route: Route, posted: Posted, parts: Parts) -> Response:
    """Acknowledge after the commit. A dead database is 503, so that the vendor tries again."""
    try:
        for update in route.decode(posted):
            await to_thread.run_sync(receive_update, update, parts)
    except UpdateRefused as refused:
        return _refused(vendor.name, refused.reason, _REFUSALS[type(refused)], type(refused).__name__)
    except SQLAlchemyError as error:
        log.error("intake_failed", channel=vendor.name, **fault(error))
        return PlainTextResponse("try again", 503, {"Retry-After": "5"})
    RECEIVED.labels(vendor.name, "taken").inc()
    acknowledgement = route.acknowledgement if route.answer is None else route.answer(posted)
    return Response(acknowledgement.body, media_type=acknowledgement.content_type)


def _refused(channel: str, reason: str, status: int, kind: str = "oversized") -> Response:
    RECEIVED.labels(channel, kind).inc()
    log.info("update_refused", channel=channel, kind=kind, reason=reason)
    return PlainTextResponse("", status)


def _health(health: HealthCheck) -> Callable[[Request], Awaitable[Response]]:
    async def show(_request: Request) -> Response:
        looked = await to_thread.run_sync(health.look)
        return JSONResponse({"status": looked.status, "parts": dict(looked.parts)}, looked.http_status)

    return show
