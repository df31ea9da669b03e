"""Reading figures: the only way to the tallies, and each number comes through the gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, select

from helpline.figures.periods import Period
from helpline.figures.suppression import COUNTRY, Shown, shown
from store.figure_rows import CURSOR
from store.figure_tables import tallies
from store.state_tables import cursors

Numbers = Mapping[str, Mapping[str, Shown]]
_SUMS = (func.sum(tallies.c.count).label("happened"), func.sum(tallies.c.released).label("left"))


def closed_until(db: Connection) -> date | None:
    """The last day that is counted."""
    value = db.execute(select(cursors.c.value).where(cursors.c.name == CURSOR)).scalar()
    return None if value is None else date.fromordinal(value)


def numbers(db: Connection, period: Period, district: str = COUNTRY) -> Numbers:
    """What may be shown of every figure, by value; a value that is not there never happened, or too rarely to tell."""
    query = select(tallies.c.figure, tallies.c.value, *_SUMS).where(*_where(period, district))
    found: dict[str, dict[str, Shown]] = defaultdict(dict)
    for row in db.execute(query.group_by(tallies.c.figure, tallies.c.value)):
        found[row.figure][row.value] = shown(int(row.happened), int(row.left))
    return dict(found)


def by_day(db: Connection, figure: str, period: Period, district: str = COUNTRY) -> dict[date, Mapping[str, Shown]]:
    """What may be shown of one figure, by day and value."""
    query = select(tallies.c.day, tallies.c.value, *_SUMS).where(*_where(period, district))
    found: dict[date, dict[str, Shown]] = defaultdict(dict)
    for row in db.execute(query.where(tallies.c.figure == figure).group_by(tallies.c.day, tallies.c.value)):
        found[date.fromisoformat(row.day)][row.value] = shown(int(row.happened), int(row.left))
    return dict(found)


def by_district(db: Connection, figure: str, value: str, period: Period) -> dict[str, Shown]:
    """What may be shown of one value in each district."""
    days = tallies.c.day.between(period.first.isoformat(), period.last.isoformat())
    here = (tallies.c.figure == figure) & (tallies.c.value == value) & (tallies.c.district != COUNTRY)
    query = select(tallies.c.district, *_SUMS).where(days, here).group_by(tallies.c.district)
    return {row.district: shown(int(row.happened), int(row.left)) for row in db.execute(query)}


def _where(period: Period, district: str) -> tuple[ColumnElement[bool], ...]:
    days = tallies.c.day.between(period.first.isoformat(), period.last.isoformat())
    return days, tallies.c.district == district
