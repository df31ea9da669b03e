"""Figures as files: CSV of a table, XLSX of all. No cell of them becomes a formula, and no name of a file tells of anybody."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from console.figure_book import FigureBook
from console.figure_words import FigureWords
from console.words import Words
from helpline.figures.suppression import Shown
from helpline.figures.tables import FigureTable, Target, Value

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# What a spreadsheet would read as the beginning of a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
# Excel opens it as UTF-8 only with this.
_MARK = "\ufeff"
_SHEET = 31


def plain(text: str) -> str:
    """A text that stays one in a spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def as_csv(table: FigureTable, book: FigureBook, named: FigureWords) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain(named.name(table)), plain(named.period(book.period)), plain(place_of(book, named))])
    writer.writerow([plain(column) for column in named.columns(table)])
    for line in table.lines:
        writer.writerow([plain(named.label(line.label)), *(plain(named.value(value)) for value in line.values)])
    return (_MARK + out.getvalue()).encode()


def place_of(book: FigureBook, named: FigureWords) -> str:
    return named.district(book.district) if book.district else ""


def as_xlsx(book: FigureBook, named: FigureWords, words: Words) -> bytes:
    """A sheet a table, after one that says how it was counted."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, options) as workbook:
        bold = workbook.add_format({"bold": True})
        notes = workbook.add_worksheet(_sheet_name(words("figures.title")))
        notes.set_column(0, 0, 110)
        for row, text in enumerate(_notes(book, named, words)):
            notes.write_string(row, 0, plain(text))
        for number, table in enumerate(book.tables, 1):
            sheet = workbook.add_worksheet(_sheet_name(f"{number}. {named.name(table)}"))
            _fill(sheet, table, named, bold)
    return out.getvalue()


def _fill(sheet: Worksheet, table: FigureTable, named: FigureWords, bold: Format) -> None:
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 8, 18)
    sheet.write_string(0, 0, plain(named.name(table)), bold)
    sheet.write_string(1, 0, plain(named.what(table)))
    for column, text in enumerate(named.columns(table)):
        sheet.write_string(3, column, plain(text), bold)
    for row, line in enumerate(table.lines, 4):
        sheet.write_string(row, 0, plain(named.label(line.label)))
        for column, value in enumerate(line.values, 1):
            _write(sheet, row, column, value, named)


def _write(sheet: Worksheet, row: int, column: int, value: Value, named: FigureWords) -> None:
    """A number that may be shown is a number, everything else a text."""
    number = value.number if isinstance(value, Shown | Target) else None
    if number is None or (isinstance(value, Target) and value.percent):
        sheet.write_string(row, column, plain(named.value(value)))
    else:
        sheet.write_number(row, column, number)


def _notes(book: FigureBook, named: FigureWords, words: Words) -> list[str]:
    until = [] if book.until is None else [words("figures.until", day=f"{book.until:%d.%m.%Y}")]
    place = place_of(book, named)
    where = [words("report.district", name=place)] if place else [words("figures.country")]
    head = [words("figures.title"), named.period(book.period), *where, *until]
    return [*head, words("figures.once"), words("figures.small"), words("figures.proposals")]


def _sheet_name(name: str) -> str:
    """What a sheet may be called: 31 letters, without those that formulas use."""
    return "".join(" " if letter in "[]:*?/\\'" else letter for letter in name)[:_SHEET].strip()
