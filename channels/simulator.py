"""The simulator's phones: two channels without a vendor, so that the whole path can be tried on one machine.

What is sent is not kept here: the simulator's page reads it where every sent message lies, in the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from channels.vendor import Rate, Vendor
from helpline.messages import OutgoingMessage

TELEGRAM: Final = "telegram_simulator"
SMS: Final = "sms_simulator"
_RATE: Final = Rate(per_second=1000)


@dataclass  # not frozen: the Channel port has a settable name
class SimulatorChannel:
    """Accepts every message at once."""

    name: str

    async def send(self, message: OutgoingMessage) -> str:
        """Return an id made of the message's key: another attempt at the same row gives the same id."""
        return f"sim-{message.key}"

    async def wipe(self, address: str, ids: tuple[str, ...]) -> None:
        """The phone's page leaves out what the outbox says was deleted."""


def build_simulator() -> tuple[Vendor, Vendor]:
    """Return the Telegram-like and the SMS-like phone, in this order. Nothing is posted to them: no routes."""
    return Vendor(SimulatorChannel(TELEGRAM), _RATE), Vendor(SimulatorChannel(SMS), _RATE)
