"""Logs that say where something happened and never what was said.

Rasa writes texts, slots and whole conversations into its logs and warnings. Of every record that is not ours only
level, logger, line and exception class are written.
"""

from __future__ import annotations

import logging
import sys
import warnings
from contextvars import ContextVar
from typing import NoReturn, TextIO

import structlog

_OURS = ("bot", "actions")
_crashes: ContextVar[list[str] | None] = ContextVar("crashes_of_this_turn", default=None)


class NamesOnly(logging.Formatter):
    """Writes the message of our own records and the place of all others."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.partition(".")[0] in _OURS:
            return f"{record.levelname} {record.getMessage()}"
        return f"{record.levelname} {record.name}:{record.lineno} {_class_of(record)}".rstrip()


class CrashWatch(logging.Handler):
    """Rasa goes on after a crashed action and tells of it only in its log; so its log is where we learn of it."""

    def emit(self, record: logging.LogRecord) -> None:
        crashes = _crashes.get()
        if crashes is not None and record.levelno >= logging.WARNING:
            crashes.append(_class_of(record) or "DialogueStopped")


def watch_turn() -> list[str]:
    """Return a list that will hold the exception class of every crash of this turn."""
    crashes: list[str] = []
    _crashes.set(crashes)
    return crashes


def write_names_only() -> None:
    """Set up logging for a process that meets what people write. To be called before the server starts."""
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(NamesOnly())
    logging.basicConfig(level=logging.WARNING, handlers=[stream], force=True)
    logging.getLogger("bot").setLevel(logging.INFO)
    logging.getLogger("actions").setLevel(logging.INFO)
    logging.getLogger("rasa.core.processor").addHandler(CrashWatch())
    structlog.configure(processors=[_drop])
    warnings.showwarning = _show_place


def _class_of(record: logging.LogRecord) -> str:
    return record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""


def _drop(logger: object, name: str, event: object) -> NoReturn:
    raise structlog.DropEvent


def _show_place(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    logging.getLogger("warnings").info("%s %s:%s", category.__name__, filename, lineno)
