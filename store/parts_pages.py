"""What SMS cost: parts by channel, as an operator counts them. Counts only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from helpline.conversations import OutState
from store.sms_tables import sms_deliveries
from store.state_tables import beats
from store.tables import outbox


@dataclass(frozen=True)
class Parts:
    messages: int
    parts: int


def parts_sent(db: Connection, since: datetime) -> Mapping[str, Parts]:
    """Messages and their parts that vendors accepted since then, by channel."""
    here = (outbox.c.state == OutState.SENT.value) & (outbox.c.finished_at >= since) & outbox.c.parts.is_not(None)
    query = select(outbox.c.channel, func.count(), func.sum(outbox.c.parts)).where(here).group_by(outbox.c.channel)
    return {row[0]: Parts(row[1], row[2]) for row in db.execute(query.order_by(outbox.c.channel))}


def parts_brought(db: Connection, since: datetime) -> int:
    """Parts that operators brought since then, at most two days ago."""
    return int(db.scalar(select(func.count()).where(sms_deliveries.c.at >= since)) or 0)


def links_seen(db: Connection) -> Mapping[str, datetime]:
    """When a worker last had each link bound, by route."""
    rows = db.execute(select(beats).where(beats.c.part.startswith("link:")))
    return {row.part.removeprefix("link:"): row.at for row in rows}
