"""Rows of complaints."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, or_, update

from store.account_tables import complaints
from store.rows import Rows

OPEN, ANSWERED = "open", "answered"


class ComplaintRows(Rows):
    def add_complaint(
        self,
        text: str,
        at: datetime,
        *,
        counsellor: int | None = None,
        about: int | None = None,
        conversation: int | None = None,
    ) -> int:
        values = {
            "counsellor_id": counsellor,
            "about_id": about,
            "conversation_id": conversation,
            "state": OPEN,
            "body": self._vault.texts.seal(text),
            "at": at,
        }
        return self._insert(complaints, values)

    def answer_complaint(self, complaint: int, by: int, text: str, at: datetime) -> bool:
        here = (complaints.c.id == complaint) & (complaints.c.state == OPEN) & may_see(by)
        sealed = self._vault.texts.seal(text)
        values = {"state": ANSWERED, "answer": sealed, "answered_by_id": by, "answered_at": at}
        return bool(self._db.execute(update(complaints).where(here).values(**values)).rowcount)

    def erase_complaints(self, conversation: int) -> None:
        mine = update(complaints).where(complaints.c.conversation_id == conversation)
        self._db.execute(mine.values(body=None, answer=None))


def may_see(reader: int) -> ColumnElement[bool]:
    """Neither one's own, which one reads elsewhere, nor one about oneself."""
    others = or_(complaints.c.counsellor_id.is_(None), complaints.c.counsellor_id != reader)
    return others & or_(complaints.c.about_id.is_(None), complaints.c.about_id != reader)
