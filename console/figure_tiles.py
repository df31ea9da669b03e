"""The four numbers at the top of the page and of the report."""

from __future__ import annotations

from console.figure_book import FigureBook
from console.figure_words import FigureWords
from helpline.figures.indicators import together
from helpline.figures.suppression import HIDDEN, Shown
from helpline.figures.tables import FigureTable, Value

_PRESSING = ("emergency", "urgent")


def tiles(book: FigureBook, named: FigureWords) -> list[tuple[str, str]]:
    """Key of the words and the number as it is read."""
    found: dict[str, Value | None] = {
        "tile.people": _total(book, "people"),
        "tile.cases": _pressing(book.table("opened")),
        "tile.in_time": _in_time(book.table("indicators")),
        "tile.finished": _line(book.table("course"), "finished"),
    }
    return [(key, named.value(value)) for key, value in found.items() if value is not None]


def _total(book: FigureBook, code: str) -> Shown | None:
    table = book.table(code)
    return None if table is None else table.total


def _line(table: FigureTable | None, code: str) -> Value | None:
    return None if table is None else next((line.values[0] for line in table.lines if line.label.code == code), None)


def _pressing(table: FigureTable | None) -> Shown | None:
    if table is None:
        return None
    numbers = {line.label.code: line.values[0] for line in table.lines}
    return together({code: value for code, value in numbers.items() if isinstance(value, Shown)}, _PRESSING)


def _in_time(table: FigureTable | None) -> Value | None:
    return _line(table, "disclosures_in_time") or HIDDEN
