"""Rows of watches: who is on now, and since when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, func, select, update

from helpline.watches import FADES_AFTER, PRESENT_FOR, TAKES_CASES, Watch
from store.rows import Rows
from store.shift_tables import watches
from store.tables import counsellors, sign_ins

_OPEN = watches.c.ended_at.is_(None)


class ShiftRows(Rows):
    def staffed(self, now: datetime) -> bool:
        """Tell whether somebody who takes cases has the console open and is not resting."""
        return any(not watch.rests(now) for watch in self.watches(now))

    def watches(self, now: datetime) -> tuple[Watch, ...]:
        """Everybody who is on now, those who rest among them.

        On is who has the console open, until they say that they are off; a new sign-in is a new day.
        """
        return tuple(_watch(row) for row in self._here(now) if not _off(row))

    def _here(self, now: datetime) -> list[RowMapping]:
        """Those of a role that takes cases whose console is open, with their newest watch."""
        earlier = watches.alias("earlier")
        newest = select(func.max(earlier.c.id)).where(earlier.c.counsellor_id == counsellors.c.id)
        signed_in = (
            select(func.max(sign_ins.c.created_at))
            .where(sign_ins.c.counsellor_id == counsellors.c.id)
            .scalar_subquery()
        )
        present = counsellors.c.active.is_(True) & (counsellors.c.seen_at > now - PRESENT_FOR)
        role = counsellors.c.role.in_([role.value for role in TAKES_CASES])
        query = (
            select(counsellors.c.id, counsellors.c.seen_at, signed_in.label("signed_in_at"), *_OF_WATCH)
            .select_from(counsellors)
            .outerjoin(watches, watches.c.id == newest.correlate(counsellors).scalar_subquery())
            .where(present, role)
            .order_by(counsellors.c.id)
        )
        return list(self._db.execute(query).mappings())

    def begin_watch(self, counsellor: int, at: datetime) -> None:
        """Somebody is on; who is already, stays, and a rest is over."""
        mine = (watches.c.counsellor_id == counsellor) & _OPEN
        if self._db.execute(update(watches).where(mine).values(rests_until=None)).rowcount == 0:
            self._insert_once(watches, {"counsellor_id": counsellor, "began_at": at})

    def end_watch(self, counsellor: int, at: datetime) -> None:
        """Somebody said that they are off: they are, even while their console stays open."""
        mine = (watches.c.counsellor_id == counsellor) & _OPEN
        ended = {"ended_at": at, "said_so": True}
        if self._db.execute(update(watches).where(mine).values(**ended)).rowcount == 0:
            self._insert(watches, {"counsellor_id": counsellor, "began_at": at, **ended})

    def rest(self, counsellor: int, until: datetime) -> None:
        """Off the queue until then, and still on."""
        mine = (watches.c.counsellor_id == counsellor) & _OPEN
        if self._db.execute(update(watches).where(mine).values(rests_until=until)).rowcount == 0:
            seen = select(counsellors.c.seen_at).where(counsellors.c.id == counsellor)
            began_at = self._db.execute(seen).scalar() or until
            self._insert_once(watches, {"counsellor_id": counsellor, "began_at": began_at, "rests_until": until})

    def keep_watches(self, now: datetime) -> int:
        """Write down the watches of those who are there, and end those whose console was closed; return how many."""
        unwritten = [row for row in self._here(now) if not _off(row) and (row["began_at"] is None or row["ended_at"])]
        for row in unwritten:
            self._insert_once(watches, {"counsellor_id": row["id"], "began_at": _watch(row).began_at})
        last_seen = select(counsellors.c.seen_at).where(counsellors.c.id == watches.c.counsellor_id).scalar_subquery()
        gone = _OPEN & (watches.c.began_at < now - FADES_AFTER)
        gone &= func.coalesce(last_seen, watches.c.began_at, type_=watches.c.began_at.type) < now - FADES_AFTER
        ended_at = func.coalesce(last_seen, now, type_=watches.c.ended_at.type)
        return len(unwritten) + int(self._db.execute(update(watches).where(gone).values(ended_at=ended_at)).rowcount)


_OF_WATCH = (watches.c.began_at, watches.c.ended_at, watches.c.said_so, watches.c.rests_until)


def _off(row: RowMapping) -> bool:
    """Whether they said so since they last signed in."""
    ended: datetime | None = row["ended_at"]
    if ended is None or not row["said_so"]:
        return False
    signed_in: datetime | None = row["signed_in_at"]
    return signed_in is None or signed_in <= ended


def _watch(row: RowMapping) -> Watch:
    open_one = row["began_at"] is not None and row["ended_at"] is None
    began_at = row["began_at"] if open_one else row["seen_at"]
    return Watch(row["id"], began_at, row["rests_until"] if open_one else None)
