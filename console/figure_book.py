"""All figures of a period and district, read at once: what the page, the files and the report are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock

from sqlalchemy import Connection

from helpline.figures.closing import FigureStore, close_all
from helpline.figures.days import COLUMNS, day_table
from helpline.figures.indicators import Framework, framework
from helpline.figures.periods import Period, baku_day
from helpline.figures.suppression import COUNTRY
from helpline.figures.tables import FigureTable, district_table, figure_tables, indicator_table
from helpline.ports import Clock
from store.database import Database
from store.figure_numbers import by_day, by_district, closed_until, numbers
from store.sealing import Vault

_KEPT = 16


@dataclass(frozen=True)
class FigureBook:
    """`until`: the last day that is counted; None: none is."""

    period: Period
    district: str
    until: date | None
    tables: tuple[FigureTable, ...]

    def table(self, code: str) -> FigureTable | None:
        return next((table for table in self.tables if table.code == code), None)


class FigureLibrary:
    """Books that were read. A day once over stays as it is, so a book holds until the next day is counted."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._alone = Lock()
        self._known: dict[tuple[Period, str, date | None], FigureBook] = {}

    def book(self, period: Period, district: str = COUNTRY) -> FigureBook:
        """Count what is finished and not counted yet, and read everything of the period."""
        now = self._clock.now()
        with self._database.reading() as db:
            until = closed_until(db)
        if until is None or until < baku_day(now) - timedelta(days=1):
            store: FigureStore = self._database
            close_all(store, now, framework().reaches)
        with self._database.reading() as db:
            until = closed_until(db)
            known = self._known.get((period, district, until))
            return known or self._keep(_read(db, self._database.vault, period, district, until))

    def _keep(self, book: FigureBook) -> FigureBook:
        """The newest few: a page's charts ask for the book that the page was made from."""
        with self._alone:
            while len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[(book.period, book.district, book.until)] = book
        return book


def _read(db: Connection, vault: Vault, period: Period, district: str, until: date | None) -> FigureBook:
    return FigureBook(
        period, district, until, () if until is None else tuple(_tables(db, vault, period, district, until))
    )


def _tables(db: Connection, vault: Vault, period: Period, district: str, until: date) -> list[FigureTable]:
    found = numbers(db, vault, period, district)
    daily = {figure: by_day(db, vault, figure, period, district) for figure, _ in COLUMNS}
    known = framework()
    tables = [*figure_tables(found, district), day_table(daily, period, until), indicator_table(known, found)]
    return tables if district else [*tables, *_by_district(db, vault, known, period)]


def _by_district(db: Connection, vault: Vault, known: Framework, period: Period) -> list[FigureTable]:
    disaggregated = [one for one in known.indicators if one.by == "district" and len(one.values) == 1]
    found = [district_table(one, by_district(db, vault, one.figure, one.values[0], period)) for one in disaggregated]
    return [table for table in found if table.lines]
