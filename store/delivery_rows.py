"""Rows of delivery: the vendor's ids of what we sent, of each part where there are several, and what became of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update

from helpline.messages import DeliveryReport, DeliveryState
from store.intake_rows import IntakeRows
from store.sms_tables import sent_parts
from store.tables import outbox


class DeliveryRows(IntakeRows):
    def note_sent(self, out: int, channel: str, vendor_ids: tuple[str, ...], at: datetime) -> None:
        """Keep the ids of an accepted message. A report may have come before: a network is quicker than our commit."""
        own = (sent_parts.c.channel == channel) & sent_parts.c.vendor_id.in_(vendor_ids)
        early = self._db.execute(select(sent_parts).where(own, sent_parts.c.out_id.is_(None))).all()
        self._db.execute(delete(sent_parts).where(own, sent_parts.c.out_id.is_(None)))
        for vendor_id in vendor_ids if len(vendor_ids) > 1 else ():
            self._insert(sent_parts, {"out_id": out, "channel": channel, "vendor_id": vendor_id, "at": at})
        for row in early:
            self.record_delivery(DeliveryReport(channel, row.vendor_id, DeliveryState(row.delivery), row.code), at)

    def keep_early(self, report: DeliveryReport, at: datetime) -> None:
        """Keep a report of what is not known here, until its message is, or for two days."""
        values = {"channel": report.channel, "vendor_id": report.vendor_id, "delivery": report.state.value, "at": at}
        self._insert(sent_parts, {**values, "code": report.code})

    def forget_early(self, before: datetime) -> None:
        self._db.execute(delete(sent_parts).where(sent_parts.c.out_id.is_(None), sent_parts.c.at < before))

    def record_delivery(self, report: DeliveryReport, at: datetime) -> bool:
        """Note what became of an accepted message, or of a part of one; return whether it is known here."""
        found = self._sent_as(report)
        if found is None:
            return False
        state = self._with_parts(found, report)
        if state is not None:
            self._delivered(found, state, report, at)
        return True

    def _sent_as(self, report: DeliveryReport) -> int | None:
        here = (outbox.c.channel == report.channel) & (outbox.c.vendor_id == report.vendor_id)
        whole: int | None = self._db.execute(select(outbox.c.id).where(here)).scalar()
        if whole is not None:
            return whole
        there = (sent_parts.c.channel == report.channel) & (sent_parts.c.vendor_id == report.vendor_id)
        return self._db.execute(select(sent_parts.c.out_id).where(there)).scalar()

    def _with_parts(self, out: int, report: DeliveryReport) -> DeliveryState | None:
        """What the report makes of the whole message: lost with one part, there with the last; None while parts are out."""
        own = sent_parts.c.out_id == out
        part = own & (sent_parts.c.vendor_id == report.vendor_id)
        self._db.execute(update(sent_parts).where(part).values(delivery=report.state.value))
        states = list(self._db.scalars(select(sent_parts.c.delivery).where(own)))
        if DeliveryState.UNDELIVERED.value in states:
            return DeliveryState.UNDELIVERED if report.state is DeliveryState.UNDELIVERED else None
        return None if None in states else report.state

    def _delivered(self, out: int, state: DeliveryState, report: DeliveryReport, at: datetime) -> None:
        values = {"delivery": state.value, "code": report.code}
        changed = update(outbox).where(outbox.c.id == out).values(**values).returning(outbox.c.conversation_id)
        conversation = self._db.execute(changed).scalar()
        if conversation is None:
            return
        if state is DeliveryState.UNDELIVERED:
            self.flag_undelivered(conversation, report.code or "undelivered", at)
        if report.stops_sender:
            self.set_reachable(conversation, False, at)
