"""A line of `helpline check`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    OK = "[green]ok   [/]"
    NOTE = "[yellow]note [/]"
    WRONG = "[red]wrong[/]"


@dataclass(frozen=True)
class Line:
    mark: Mark
    what: str
