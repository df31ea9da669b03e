"""Serves turns on the loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.core.run import serve_application
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig

from bot.schemas import check_schemas_once

# Rasa would wait five minutes for an action; the service waits five seconds for the whole turn.
_ACTION_SECONDS = 3.0


class LocalActions(EndpointConfig):
    """The action server beside us: what does not answer soon has failed."""

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        return await super().request(*args, **{**kwargs, "timeout": _ACTION_SECONDS})


def serve(port: int, actions_url: str, model: Path, credentials: Path, endpoints_file: Path) -> int:
    """Serve until told to stop; return 0."""
    check_schemas_once()
    endpoints = AvailableEndpoints.read_endpoints(str(endpoints_file))
    endpoints.action = LocalActions(actions_url, enable_selective_domain=True)
    serve_application(
        model_path=str(model),
        interface="127.0.0.1",
        port=port,
        credentials=str(credentials),
        endpoints=endpoints,
        enable_api=False,
    )
    return 0
