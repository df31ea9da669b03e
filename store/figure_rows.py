"""Rows of figures: counting finished days, and reading what may be shown of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import delete, func, select, update

from helpline.figures.closing import Closed, close, next_days
from helpline.figures.counting import Reach, counted
from helpline.figures.periods import baku_day, days
from helpline.figures.suppression import Cell, Event, Release, Waiting, cell_key, cells_of
from store.columns import Moment
from store.figure_facts import facts_of
from store.figure_tables import held_back, tallies
from store.rows import Rows, insert_into
from store.state_tables import cursors
from store.tables import conversations

CURSOR = "figures"
# Values that one statement names; SQLite takes 32,766.
_MOST = 5_000
Row = TypeVar("Row")


class FigureRows(Rows):
    def close_figure_days(self, now: datetime, reaches: Mapping[str, Reach]) -> int:
        """Count the next few finished days; return how many. Who comes second finds nothing to do."""
        began = self._db.execute(select(func.min(conversations.c.created_at, type_=Moment()))).scalar()
        closed = self._closed()
        due = None if began is None else next_days(closed, baku_day(began), now)
        if due is None or not self._claim(closed, due[1]):
            return 0
        events = counted(facts_of(self._db, self._vault, *due), days(*due), reaches)
        self._keep(close(events, self._held_back(events), self._vault.lookup_key))
        return (due[1] - due[0]).days + 1

    def _closed(self) -> date | None:
        value = self._db.execute(select(cursors.c.value).where(cursors.c.name == CURSOR)).scalar()
        return None if value is None else date.fromordinal(value)

    def _claim(self, before: date | None, after: date) -> bool:
        """Whoever moves the cursor counts: in the same commit, so that a day is counted once or not at all."""
        if before is None:
            row = insert_into(self._db, cursors).values(name=CURSOR, value=after.toordinal())
            first = row.on_conflict_do_nothing().returning(cursors.c.name)  # type: ignore[attr-defined]  # both dialects
            return self._db.execute(first).scalar() is not None
        here = (cursors.c.name == CURSOR) & (cursors.c.value == before.toordinal())
        return self._db.execute(update(cursors).where(here).values(value=after.toordinal())).rowcount == 1

    def _held_back(self, events: list[Event]) -> dict[Cell, Waiting]:
        touched = {cell for event in events for cell in cells_of(event)}
        keys = {cell_key(cell, self._vault.lookup_key): cell for cell in touched}
        rows = self._db.execute(select(held_back.c.cell, held_back.c.waiting)).all()
        return {keys[row.cell]: self._opened(row.waiting) for row in rows if row.cell in keys}

    def _opened(self, sealed: bytes) -> Waiting:
        found = self._vault.open_json(sealed)
        told = found if isinstance(found, dict) else {}
        days = {date.fromisoformat(day): int(count) for day, count in told.get("days", {}).items()}
        return Waiting(days, frozenset(told.get("people", ())))

    def _keep(self, closed: Closed) -> None:
        rows = [self._tally(release) for release in closed.releases]
        keys = {cell: cell_key(cell, self._vault.lookup_key) for cell in closed.held}
        for named in _some(list(keys.values())):
            self._db.execute(delete(held_back).where(held_back.c.cell.in_(named)))
        waiting = [
            {"cell": keys[cell], "waiting": self._sealed(held)} for cell, held in closed.held.items() if held.days
        ]
        for some in _some(rows):
            self._db.execute(tallies.insert(), some)
        for others in _some(waiting):
            self._db.execute(held_back.insert(), others)

    def _tally(self, release: Release) -> dict[str, object]:
        spread = self._vault.seal_json(_named(release.days))
        return {"day": release.day.isoformat(), **vars(release.cell), "released": release.count, "spread": spread}

    def _sealed(self, held: Waiting) -> bytes:
        return self._vault.seal_json({"days": _named(held.days), "people": sorted(held.people)})


def _named(days: Mapping[date, int]) -> dict[str, int]:
    return {day.isoformat(): count for day, count in days.items()}


def _some(rows: list[Row]) -> Iterator[list[Row]]:
    """As many at once as one statement takes."""
    for first in range(0, len(rows), _MOST):
        yield rows[first : first + _MOST]
