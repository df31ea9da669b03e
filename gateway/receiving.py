"""Committing what a webhook or a poll brought."""

from __future__ import annotations

import time

from helpline import intake, joining
from helpline.messages import DeliveryReport, InboundMessage, InboundPart, Update
from helpline.turns import Parts

# Seconds after which an unknown report is looked at again.
REPORT_AHEAD = (0.5, 1.5)


def receive_update(update: Update, parts: Parts) -> bool:
    """Bring one update into the database; return whether it was new."""
    if isinstance(update, InboundMessage):
        return intake.receive(update, parts.store, parts.clock, parts.bell, parts.book.directory.nearest)
    if isinstance(update, InboundPart):
        joining.receive_part(update, parts.store, parts.clock, parts.bell)
        return True
    _record(update, parts)
    return True


def _record(report: DeliveryReport, parts: Parts) -> None:
    """A vendor may report before the commit that keeps its id: look again a moment later."""
    for wait in (0.0, *REPORT_AHEAD):
        time.sleep(wait)
        with parts.store.unit() as unit:
            if unit.record_delivery(report, parts.clock.now()):
                parts.bell.ring("cases")
                return
