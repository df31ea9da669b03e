"""Rows of figures: counting finished days, and reading what may be shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, func, select, tuple_, update

from helpline.figures.closing import Closed, close, next_days
from helpline.figures.counting import Reach, counted
from helpline.figures.facts import Facts
from helpline.figures.periods import baku_day, begins_at, containing, days
from helpline.figures.suppression import Cell, Event, Waiting, cells_of
from store.columns import Moment
from store.figure_more_queries import answers_of, sent_of, steps_of
from store.figure_queries import Span, cases_of, messages_of, verdicts_of
from store.figure_referrals import referrals_of
from store.figure_tables import held_back, tallies
from store.rows import Rows, insert_into
from store.state_tables import cursors
from store.tables import conversations

CURSOR = "figures"
# Values that one statement names; SQLite takes 32,766.
_MOST = 5_000


class FigureRows(Rows):
    def close_figure_days(self, now: datetime, reaches: Mapping[str, Reach]) -> int:
        """Count the next few finished days; return how many. Who comes second finds nothing to do."""
        began = self._db.execute(select(func.min(conversations.c.created_at, type_=Moment()))).scalar()
        closed = self._closed()
        due = None if began is None else next_days(closed, baku_day(began), now)
        if due is None or not self._claim(closed, due[1]):
            return 0
        events = counted(self._facts(*due), days(*due), reaches)
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

    def _facts(self, first: date, last: date) -> Facts:
        span = Span(begins_at(first), begins_at(last.fromordinal(last.toordinal() + 1)))
        since = begins_at(containing("month", first).first)
        each = [Span(begins_at(day), begins_at(day.fromordinal(day.toordinal() + 1))) for day in days(first, last)]
        return Facts(
            messages=tuple(messages_of(self._db, self._vault, since, span)),
            cases=tuple(cases_of(self._db, span)),
            verdicts=tuple(verdicts_of(self._db, span)),
            steps=tuple(steps_of(self._db, span)),
            sent=tuple(sent for day in each for sent in sent_of(self._db, day)),
            answers=tuple(answers_of(self._db, span)),
            referrals=tuple(referrals_of(self._db, span)),
        )

    def _held_back(self, events: list[Event]) -> dict[Cell, Waiting]:
        touched = {cell for event in events for cell in cells_of(event)}
        found: dict[Cell, Waiting] = {}
        for row in self._db.execute(select(held_back)).mappings():
            cell = Cell(row["figure"], row["value"], row["district"])
            if cell in touched:
                people = self._vault.open_json(row["people"])
                found[cell] = Waiting(row["count"], frozenset(people if isinstance(people, list) else ()))
        return found

    def _keep(self, closed: Closed) -> None:
        rows = [
            {"day": tally.day.isoformat(), **vars(tally.cell), "count": tally.count, "released": tally.released}
            for tally in closed.tallies
        ]
        for first in range(0, len(rows), _MOST):
            self._db.execute(tallies.insert(), rows[first : first + _MOST])
        cells = list(closed.held)
        for first in range(0, len(cells), _MOST):
            named = [(cell.figure, cell.value, cell.district) for cell in cells[first : first + _MOST]]
            mine = tuple_(held_back.c.figure, held_back.c.value, held_back.c.district).in_(named)
            self._db.execute(delete(held_back).where(mine))
        waiting = [self._held_row(cell, held) for cell, held in closed.held.items() if held.people]
        for first in range(0, len(waiting), _MOST):
            self._db.execute(held_back.insert(), waiting[first : first + _MOST])

    def _held_row(self, cell: Cell, held: Waiting) -> dict[str, object]:
        return {**vars(cell), "count": held.count, "people": self._vault.seal_json(sorted(held.people))}
