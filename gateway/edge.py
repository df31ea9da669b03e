"""The edge of both listeners: what nobody foresaw is logged by its class and place, and answered without a word of it."""

from __future__ import annotations

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gateway.logs import fault

log = structlog.get_logger()


async def unforeseen(request: Request, error: Exception) -> Response:
    """Answer 500; the path is that of the route, which holds no address."""
    route = request.scope.get("route")
    log.error("request_failed", route=getattr(route, "path", "?"), **fault(error))
    return PlainTextResponse("Internal error. Try again.", 500)
