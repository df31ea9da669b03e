"""Who holds which conversation and which message of the outbox now."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, union, update

from helpline.conversations import OutState
from store.rows import Rows
from store.tables import conversations, outbox

_OVER = timedelta(seconds=1)


class LeaseRows(Rows):
    def leases(self, now: datetime) -> tuple[str, ...]:
        """Every lease that is not over."""
        turns = select(conversations.c.lease).where(conversations.c.leased_until >= now)
        outs = select(outbox.c.lease).where(outbox.c.state == OutState.SENDING.value, outbox.c.leased_until >= now)
        return tuple(lease for lease in self._db.scalars(union(turns, outs)) if lease is not None)

    def end_leases(self, leases: tuple[str, ...], now: datetime) -> int:
        """Make these leases end now, whoever held them; return how many there were. Who held one cannot write by it any more."""
        values = {"lease": None, "leased_until": now - _OVER}
        return sum(
            self._db.execute(update(table).where(table.c.lease.in_(leases)).values(**values)).rowcount
            for table in (conversations, outbox)
        )
