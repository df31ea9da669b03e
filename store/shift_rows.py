"""Rows of watches: who is on now, and since when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, Select, delete, func, select, update

from helpline.watches import FADES_AFTER, PRESENT_FOR, TAKES_CASES, Watch
from store.rows import Rows
from store.shift_tables import shifts, watches
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

    def shift_planned(self, now: datetime) -> bool:
        """Whether somebody is meant to be there now."""
        now_on = (shifts.c.starts_at <= now) & (shifts.c.ends_at > now)
        return self._db.execute(_planned().where(now_on).limit(1)).first() is not None

    def next_shift(self, now: datetime) -> datetime | None:
        """When the next planned shift begins."""
        query = _planned().where(shifts.c.starts_at > now).order_by(shifts.c.starts_at).limit(1)
        row = self._db.execute(query).first()
        return None if row is None else row.starts_at

    def takes_cases(self, counsellor: int) -> bool:
        role = counsellors.c.role.in_([role.value for role in TAKES_CASES])
        here = (counsellors.c.id == counsellor) & counsellors.c.active.is_(True) & role
        return self._db.execute(select(counsellors.c.id).where(here)).first() is not None

    def overlaps(self, counsellor: int, starts_at: datetime, ends_at: datetime) -> bool:
        both = (shifts.c.starts_at < ends_at) & (shifts.c.ends_at > starts_at)
        query = select(shifts.c.id).where(shifts.c.counsellor_id == counsellor, both).limit(1)
        return self._db.execute(query).first() is not None

    def add_shift(self, counsellor: int, starts_at: datetime, ends_at: datetime, at: datetime) -> None:
        values = {"counsellor_id": counsellor, "starts_at": starts_at, "ends_at": ends_at, "created_at": at}
        self._insert(shifts, values)

    def remove_shift(self, shift: int) -> None:
        self._db.execute(delete(shifts).where(shifts.c.id == shift))


def _planned() -> Select[tuple[object, ...]]:
    """Shifts of those who may still take cases."""
    role = counsellors.c.role.in_([role.value for role in TAKES_CASES])
    return (
        select(shifts.c.starts_at, shifts.c.ends_at)
        .join(counsellors, counsellors.c.id == shifts.c.counsellor_id)
        .where(counsellors.c.active.is_(True), role)
    )


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
