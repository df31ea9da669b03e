"""Rows of parts that wait for the others, and of what a network brought already."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from helpline.joining_ports import Earlier, Kept, PartSet
from helpline.messages import Alphabet, InboundPart
from helpline.routes import network
from store.intake_statements import DELIVERY, OPEN_SETS
from store.rows import Rows
from store.sms_tables import sms_deliveries, sms_parts, sms_sets


class JoiningRows(Rows):
    def earlier_delivery(self, part: InboundPart) -> Earlier | None:
        """The newest delivery that looks the same."""
        row = self._db.execute(DELIVERY, {"fingerprint": self._fingerprint(part)}).first()
        return None if row is None else Earlier(row.id, row.at, row.confirmed)

    def add_delivery(self, part: InboundPart, at: datetime) -> int:
        return self._insert(sms_deliveries, {"fingerprint": self._fingerprint(part), "at": at})

    def confirm_deliveries(self, deliveries: Sequence[int]) -> None:
        here = sms_deliveries.c.id.in_(list(deliveries))
        self._db.execute(update(sms_deliveries).where(here).values(confirmed=True))

    def forget_deliveries(self, before: datetime) -> int:
        """Remove what nobody will bring again, and the sets that were joined long ago."""
        old = select(sms_sets.c.id).where(~sms_sets.c.open, sms_sets.c.last_at < before)
        self._db.execute(delete(sms_parts).where(sms_parts.c.set_id.in_(old)))
        self._db.execute(delete(sms_sets).where(~sms_sets.c.open, sms_sets.c.last_at < before))
        return self._db.execute(delete(sms_deliveries).where(sms_deliveries.c.at < before)).rowcount

    def keep_part(self, conversation: int, part: InboundPart, at: datetime, *, late_since: datetime) -> None:
        """Put a part to the oldest message of its mark that lacks it; else a message begins with it."""
        found = self._set_lacking(conversation, part, late_since)
        if found is None:
            found = self._new_set(conversation, part, at)
        body = self._vault.texts.seal(base64.b64encode(part.body).decode())
        values = {"set_id": found, "number": part.number, "alphabet": part.alphabet.value, "body": body}
        self._insert(sms_parts, values)
        grown = {"held": sms_sets.c.held + 1, "last_at": at, "open": True}
        self._db.execute(update(sms_sets).where(sms_sets.c.id == found).values(**grown))

    def _set_lacking(self, conversation: int, part: InboundPart, late_since: datetime) -> int | None:
        if part.reference is None:
            return None
        has_it = select(sms_parts.c.id).where(sms_parts.c.set_id == sms_sets.c.id, sms_parts.c.number == part.number)
        query = (
            select(sms_sets.c.id)
            .where(
                sms_sets.c.conversation_id == conversation,
                sms_sets.c.key == self._key(part),
                sms_sets.c.held < sms_sets.c.total,
                sms_sets.c.last_at >= late_since,
                ~has_it.exists(),
            )
            .order_by(sms_sets.c.id)
            .limit(1)
        )
        return self._db.execute(query).scalar()

    def _new_set(self, conversation: int, part: InboundPart, at: datetime) -> int:
        values = {
            "conversation_id": conversation,
            "key": self._key(part),
            "channel": part.channel,
            "route": part.route,
            "total": part.total,
            "open": True,
            "last_at": at,
        }
        return self._insert(sms_sets, values)

    def open_sets(self, conversation: int) -> list[PartSet]:
        """In the order in which they began."""
        rows = self._db.execute(OPEN_SETS, {"talk": conversation}).all()
        return [
            PartSet(row.id, row.channel, row.route, row.total, row.held, row.last_at, row.message_id is not None)
            for row in rows
        ]

    def kept_parts(self, part_set: int) -> list[Kept]:
        query = select(sms_parts).where(sms_parts.c.set_id == part_set).order_by(sms_parts.c.number)
        opened = self._vault.texts.open
        return [
            Kept(row.number, Alphabet(row.alphabet), base64.b64decode(opened(row.body)))
            for row in self._db.execute(query)
            if row.body is not None
        ]

    def close_set(self, part_set: PartSet, message: int) -> None:
        """It is stored. Parts of a whole one are emptied; those of another wait for what may still come."""
        here = sms_sets.c.id == part_set.id
        self._db.execute(update(sms_sets).where(here).values(open=False, message_id=message))
        if part_set.whole:
            self._db.execute(update(sms_parts).where(sms_parts.c.set_id == part_set.id).values(body=None))

    def waiting_sets(self, before: datetime, most: int) -> list[int]:
        """Conversations in which something waits since then."""
        query = select(sms_sets.c.conversation_id).where(sms_sets.c.open, sms_sets.c.last_at <= before).distinct()
        return list(self._db.scalars(query.limit(most)))

    def _key(self, part: InboundPart) -> bytes:
        return self._vault.lookup("sms-set", f"{part.to}\0{part.reference}\0{part.total}")

    def _fingerprint(self, part: InboundPart) -> bytes:
        """Of the network's own id where it gives one, which is its alone; else of all that was brought."""
        who = f"{network(part.channel)}\0{part.address}\0{part.to}\0{part.number}"
        if part.smsc_id is not None:
            return self._vault.lookup("sms-id", f"{who}\0{part.route}\0{part.smsc_id}")
        words = f"{part.reference}\0{part.total}\0{part.alphabet.value}\0{part.body.hex()}"
        return self._vault.lookup("sms-words", f"{who}\0{words}")


def erase_parts(rows: Rows, conversation: int) -> None:
    """Remove every part of a conversation, joined or not."""
    own = select(sms_sets.c.id).where(sms_sets.c.conversation_id == conversation)
    rows._db.execute(delete(sms_parts).where(sms_parts.c.set_id.in_(own)))
    rows._db.execute(delete(sms_sets).where(sms_sets.c.conversation_id == conversation))
