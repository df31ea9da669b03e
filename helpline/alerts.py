"""Where alerts go: the chat of those on duty, and the phone that rings at night. Never a word of the person's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from helpline.phrasebook import Phrasebook, Reader, Say
from helpline.ports import Unit


@dataclass(frozen=True)
class Duty:
    """A channel and an address of the counsellors, and the language they read."""

    channel: str
    address: str = field(repr=False)
    language: str = "az"


@dataclass(frozen=True)
class Alerts:
    """`chat` and `phone` are what the settings name; with neither the console alone rings."""

    book: Phrasebook
    chat: Duty | None = None
    phone: Duty | None = None

    def tell(self, unit: Unit, key: str, case: int, now: datetime, origin: str) -> None:
        """A row for the chat, once for an `origin`."""
        if self.chat is not None:
            self._put(unit, self.chat, key, case, now, origin)

    def ring(self, unit: Unit, key: str, case: int, now: datetime, origin: str) -> None:
        """A row for the phone, and one for the chat."""
        self.tell(unit, key, case, now, origin)
        if self.phone is not None:
            self._put(unit, self.phone, key, case, now, f"{origin}:phone")

    def _put(self, unit: Unit, duty: Duty, key: str, case: int, now: datetime, origin: str) -> None:
        reader = Reader(duty.language, "adult", duty.channel)
        text = "\n".join(out.text for out in self.book.render(Say(key, values={"case": str(case)}), reader))
        unit.put_alert(duty.channel, duty.address, text, now, origin)
