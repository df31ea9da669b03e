"""The action server: rasa-sdk's executor behind our own two routes, which neither log nor return a conversation."""

from __future__ import annotations

import json
import logging
import zlib

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger("actions.server")


def build(package: str = "actions") -> Sanic:
    """Return the application with every action of the package registered."""
    app = Sanic("actions", configure_logging=False)
    executor = ActionExecutor()
    executor.register_package(package)

    async def webhook(request: Request) -> HTTPResponse:
        try:
            return response.json(await executor.run(_call(request)))
        except ActionExecutionRejection as rejected:
            return response.json({"error": "rejected", "action_name": rejected.action_name}, status=400)
        except ActionNotFoundException as unknown:
            return response.json({"error": "unknown action", "action_name": unknown.action_name}, status=404)

    async def health(request: Request) -> HTTPResponse:
        return response.json({"status": "ok", "actions": len(executor.actions)})

    async def crashed(request: Request, exception: Exception) -> HTTPResponse:
        status = getattr(exception, "status_code", 500)
        logger.error("action_crashed error=%s", type(exception).__name__)
        return response.json({"error": type(exception).__name__}, status=status)

    app.add_route(webhook, "/webhook", methods=["POST"])
    app.add_route(health, "/health", methods=["GET"])
    app.error_handler.add(Exception, crashed)
    return app


def _call(request: Request) -> dict[str, object]:
    packed = request.headers.get("Content-Encoding") == "deflate"
    called: dict[str, object] = json.loads(zlib.decompress(request.body) if packed else request.body)
    return called
