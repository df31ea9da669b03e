"""Reading figures: the only way to the tallies, and each number comes through the gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from helpline.figures.periods import Period
from helpline.figures.suppression import COUNTRY, FEWEST, Shown, shown
from store.figure_rows import CURSOR
from store.figure_tables import tallies
from store.sealing import Vault
from store.state_tables import cursors

Numbers = Mapping[str, Mapping[str, Shown]]
_DAY, _FIGURE, _VALUE, _DISTRICT = tallies.c.day, tallies.c.figure, tallies.c.value, tallies.c.district


def closed_until(db: Connection) -> date | None:
    """The last day that is counted."""
    value = db.execute(select(cursors.c.value).where(cursors.c.name == CURSOR)).scalar()
    return None if value is None else date.fromordinal(value)


def numbers(db: Connection, vault: Vault, period: Period, district: str = COUNTRY) -> Numbers:
    """What may be shown of every figure, by value; a value that is not there never happened, or too rarely to tell."""
    here = _within(period) & (district == _DISTRICT)
    found: dict[str, dict[str, Shown]] = defaultdict(dict)
    for (figure, value), number in _read(db, vault, (_FIGURE, _VALUE), here, period).items():
        found[figure][value] = number
    return dict(found)


def by_day(
    db: Connection, vault: Vault, figure: str, period: Period, district: str = COUNTRY
) -> dict[date, Mapping[str, Shown]]:
    """What may be shown of one figure, by day and value."""
    here = _within(period) & (district == _DISTRICT) & (figure == _FIGURE)
    found: dict[date, dict[str, Shown]] = defaultdict(dict)
    for (day, value), number in _read(db, vault, (_DAY, _VALUE), here, period, of_day=True).items():
        found[date.fromisoformat(day)][value] = number
    return dict(found)


def by_district(db: Connection, vault: Vault, figure: str, value: str, period: Period) -> dict[str, Shown]:
    """What may be shown of one value in each district."""
    here = _within(period) & (figure == _FIGURE) & (value == _VALUE) & (_DISTRICT != COUNTRY)
    return {district: number for (district,), number in _read(db, vault, (_DISTRICT,), here, period).items()}


def _within(period: Period) -> ColumnElement[bool]:
    return _DAY.between(period.first.isoformat(), period.last.isoformat())


def _read(
    db: Connection,
    vault: Vault,
    keys: tuple[ColumnElement[str], ...],
    here: ColumnElement[bool],
    period: Period,
    *,
    of_day: bool = False,
) -> dict[tuple[str, ...], Shown]:
    """The sums of what left, by these columns. `of_day`: each row is a period of its own."""
    sums = (
        func.sum(tallies.c.released).label("released"),
        func.count().label("batches"),
        func.max(tallies.c.id).label("newest"),
    )
    grouped = select(*keys, *sums).where(here).group_by(*keys)
    only = grouped.having(func.count() == 1).subquery()
    spread = select(tallies.c.id, tallies.c.day, tallies.c.spread).join(only, only.c.newest == tallies.c.id)
    known = {row["id"]: _happened(row, vault, period, of_day) for row in db.execute(spread).mappings()}
    return {
        # After the first batch of a period, the others are of the period alone.
        tuple(row[: len(keys)]): shown(int(row.released), known.get(row.newest, FEWEST))
        for row in db.execute(grouped)
    }


def _happened(row: RowMapping, vault: Vault, period: Period, of_day: bool) -> int:
    """How much of a batch is of the period itself."""
    days = vault.open_json(row["spread"])
    first, last = (row["day"], row["day"]) if of_day else (period.first.isoformat(), period.last.isoformat())
    return sum(int(count) for day, count in days.items() if first <= day <= last) if isinstance(days, dict) else 0
