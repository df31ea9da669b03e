"""Logging: an event name and ids, as JSON lines on standard error. Never text, address, name, token."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict

from gateway.metrics import EVENTS

# Libraries that write URLs with tokens, texts or SQL parameters into their logs.
QUIET = (
    "httpx",
    "httpcore",
    "telegram",
    "telegram.ext",
    "twilio",
    "twilio.http_client",
    "urllib3",
    "asyncio",
    "alembic",
    "sqlalchemy",
    "uvicorn.access",
    "uvicorn.error",
    "multipart",
)


def configure(*, verbose: bool = False) -> None:
    """Set up structlog and silence what others would write."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format='{"event": "library", "logger": "%(name)s"}')
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
        logging.getLogger(name).propagate = False
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            counted,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def counted(_logger: object, level: str, event: EventDict) -> EventDict:
    """Count what a monitor should see; names of events are ours, and few."""
    if level in ("warning", "error", "critical"):
        EVENTS.labels(str(event["event"]), level).inc()
    return event


def fault(error: BaseException) -> dict[str, str]:
    """What may be logged of an exception: its class and where it was raised, not what it says."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = "" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
    return {"error": type(error).__name__, "at": place}
