"""What work on a case needs of a transaction: drafts, typing, the rescue sheet, numbers shown."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class CaseWorkUnit(Protocol):
    def was_put(self, origin: str) -> bool:
        """Whether something with this origin was put into the outbox."""

    def taken_at(self, case: int) -> datetime | None: ...

    def first_word(self, case: int, at: datetime) -> None:
        """The holder said a first word; the person's wait for an answer begins anew, and goes on being measured."""

    def save_draft(self, case: int, counsellor: int, field: str, text: str, at: datetime) -> None: ...
    def forget_draft(self, case: int, counsellor: int, field: str) -> None: ...
    def has_draft(self, case: int, counsellor: int) -> bool: ...
    def forget_drafts_before(self, before: datetime) -> int: ...

    def set_typing(self, conversation: int, at: datetime) -> None: ...
    def lease_typing(self, channel: str, now: datetime) -> str | None:
        """The address of somebody whom it is time to show that a counsellor types; marked as shown."""

    def save_place(self, case: int, counsellor: int, place: str, at: datetime) -> None: ...
    def add_reveal(
        self, case: int, counsellor: int, reason: str, why: str, at: datetime, *, until: datetime
    ) -> None: ...
