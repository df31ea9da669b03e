"""All figures of a period and district, read at once: what the page, the files and the report are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from helpline.figures.closing import FigureStore, close_all
from helpline.figures.days import COLUMNS, day_table
from helpline.figures.indicators import Framework, framework
from helpline.figures.periods import Period
from helpline.figures.suppression import COUNTRY
from helpline.figures.tables import FigureTable, district_table, figure_tables, indicator_table
from helpline.ports import Clock
from store.database import Database
from store.figure_numbers import by_day, by_district, closed_until, numbers


@dataclass(frozen=True)
class FigureBook:
    """`until`: the last day that is counted; None: none is."""

    period: Period
    district: str
    until: date | None
    tables: tuple[FigureTable, ...]

    def table(self, code: str) -> FigureTable | None:
        return next((table for table in self.tables if table.code == code), None)


def read_book(database: Database, clock: Clock, period: Period, district: str = COUNTRY) -> FigureBook:
    """Count what is finished and not counted yet, and read everything of the period."""
    store: FigureStore = database
    close_all(store, clock.now(), framework().reaches)
    with database.reading() as db:
        until = closed_until(db)
        found = tuple(_tables(db, period, district, until)) if until is not None else ()
    return FigureBook(period, district, until, found)


def _tables(db: Connection, period: Period, district: str, until: date) -> list[FigureTable]:
    found = numbers(db, period, district)
    daily = {figure: by_day(db, figure, period, district) for figure, _ in COLUMNS}
    known = framework()
    tables = [*figure_tables(found, district), day_table(daily, period, until), indicator_table(known, found)]
    return tables if district else [*tables, *_by_district(db, known, period)]


def _by_district(db: Connection, known: Framework, period: Period) -> list[FigureTable]:
    disaggregated = [one for one in known.indicators if one.by == "district" and len(one.values) == 1]
    found = [district_table(one, by_district(db, one.figure, one.values[0], period)) for one in disaggregated]
    return [table for table in found if table.lines]
