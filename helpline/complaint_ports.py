"""What complaints need of the store."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class ComplaintUnit(Protocol):
    def add_complaint(
        self,
        text: str,
        at: datetime,
        *,
        counsellor: int | None = None,
        about: int | None = None,
        conversation: int | None = None,
    ) -> int: ...

    def answer_complaint(self, complaint: int, by: int, text: str, at: datetime) -> bool:
        """Return whether there was an open one that is neither theirs nor about them."""
