"""Rows of work on a case: drafts, typing, the rescue sheet, numbers shown."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from store.case_work_tables import case_drafts, case_looks, rescues, reveals, typing
from store.rows import Rows
from store.tables import cases, conversations, outbox, senders

# A messenger shows it for five seconds; what is older than this was typed too long ago to be true.
TYPED_LATELY = timedelta(seconds=6)
SHOW_AGAIN_AFTER = timedelta(seconds=4)


class CaseWorkRows(Rows):
    def was_put(self, origin: str) -> bool:
        return self._db.scalar(select(outbox.c.id).where(outbox.c.origin == f"{origin}:0")) is not None

    def taken_at(self, case: int) -> datetime | None:
        return self._db.scalar(select(cases.c.taken_at).where(cases.c.id == case))

    def first_word(self, case: int, at: datetime) -> None:
        first = func.coalesce(cases.c.first_reply_at, at, type_=cases.c.first_reply_at.type)
        values = {"unanswered_since": at, "first_reply_at": first}
        self._db.execute(update(cases).where(cases.c.id == case).values(**values))

    def save_draft(self, case: int, counsellor: int, field: str, text: str, at: datetime) -> None:
        """Keep what is typed; an empty text forgets it."""
        if not text.strip():
            self.forget_draft(case, counsellor, field)
            return
        values = {"body": self._vault.texts.seal(text), "at": at}
        here = _draft(case, counsellor) & (case_drafts.c.field == field)
        if self._db.execute(update(case_drafts).where(here).values(**values)).rowcount == 0:
            new = {"case_id": case, "counsellor_id": counsellor, "field": field, **values}
            self._insert_once(case_drafts, new)

    def forget_draft(self, case: int, counsellor: int, field: str) -> None:
        self._db.execute(delete(case_drafts).where(_draft(case, counsellor), case_drafts.c.field == field))

    def has_draft(self, case: int, counsellor: int) -> bool:
        return self._db.scalar(select(case_drafts.c.id).where(_draft(case, counsellor)).limit(1)) is not None

    def forget_drafts_before(self, before: datetime) -> int:
        return self._db.execute(delete(case_drafts).where(case_drafts.c.at < before)).rowcount

    def opened_page(self, case: int, counsellor: int, newest: int | None, at: datetime) -> None:
        """Somebody opens a case's page, whose newest message is `newest`."""
        mine = (case_looks.c.case_id == case) & (case_looks.c.counsellor_id == counsellor)
        values = {"at": at, "read_to": newest}
        again = update(case_looks).where(mine).values(read_before=case_looks.c.read_to, **values)
        if self._db.execute(again).rowcount == 0:
            self._insert_once(case_looks, {"case_id": case, "counsellor_id": counsellor, **values})

    def set_typing(self, conversation: int, at: datetime) -> None:
        here = typing.c.conversation_id == conversation
        if self._db.execute(update(typing).where(here).values(at=at)).rowcount == 0:
            self._insert_once(typing, {"conversation_id": conversation, "at": at})

    def lease_typing(self, channel: str, now: datetime) -> str | None:
        """Marked before it is shown: shown twice by two workers would be no harm, a lock would."""
        due = and_(
            typing.c.at > now - TYPED_LATELY,
            or_(typing.c.shown_at.is_(None), typing.c.shown_at <= now - SHOW_AGAIN_AFTER),
        )
        query = (
            select(typing.c.id, senders.c.address)
            .join(conversations, conversations.c.id == typing.c.conversation_id)
            .join(senders, senders.c.id == conversations.c.sender_id)
            .where(due, senders.c.channel == channel, senders.c.reachable)
            .order_by(typing.c.at)
            .limit(1)
        )
        row = self._db.execute(query).first()
        if row is None:
            return None
        self._db.execute(update(typing).where(typing.c.id == row.id).values(shown_at=now))
        return self._vault.addresses.open(row.address)

    def save_place(self, case: int, counsellor: int, place: str, at: datetime) -> None:
        values = {"counsellor_id": counsellor, "place": self._vault.texts.seal(place), "at": at}
        if self._db.execute(update(rescues).where(rescues.c.case_id == case).values(**values)).rowcount == 0:
            self._insert(rescues, {"case_id": case, **values})

    def add_reveal(self, case: int, counsellor: int, reason: str, why: str, at: datetime, *, until: datetime) -> None:
        values = {"case_id": case, "counsellor_id": counsellor, "reason": reason, "at": at, "until": until}
        self._insert(reveals, {**values, "why": self._vault.texts.seal(why)})


def erase_case_work(db: Connection, conversation: int) -> None:
    """What was typed about a person, and where they were, goes with their words; that a number was shown stays."""
    mine = select(cases.c.id).where(cases.c.conversation_id == conversation)
    db.execute(delete(case_drafts).where(case_drafts.c.case_id.in_(mine)))
    db.execute(update(rescues).where(rescues.c.case_id.in_(mine)).values(place=None))
    db.execute(update(reveals).where(reveals.c.case_id.in_(mine)).values(why=None))
    db.execute(delete(typing).where(typing.c.conversation_id == conversation))


def _draft(case: int, counsellor: int) -> ColumnElement[bool]:
    return (case_drafts.c.case_id == case) & (case_drafts.c.counsellor_id == counsellor)
