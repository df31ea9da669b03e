"""What the console is given by the gateway."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from helpline.accounts import Passwords
from helpline.cases import Desk
from helpline.messages import InboundMessage
from helpline.phrasebook import Phrasebook
from helpline.ports import Bell, Clock
from helpline.turns import Duty
from store.database import Database


class Changes(Protocol):
    async def wait(self, name: str, timeout: float) -> bool:
        """Return whether something rang within `timeout` seconds."""


@dataclass(frozen=True)
class ConsoleParts:
    """`receive` brings a simulated message in by the same door as a vendor's; `simulator` is false in production.

    `duty`: where alerts go, None where nobody set one.
    """

    database: Database
    desk: Desk
    clock: Clock
    bell: Bell
    changes: Changes
    production: bool
    book: Phrasebook
    receive: Callable[[InboundMessage], bool]
    simulator: bool
    root: Path
    complaints_to: str | None = None  # somebody outside, told to those who complain
    passwords: Passwords = field(default_factory=Passwords)
    duty: Duty | None = None
