"""The monthly report on paper: key sentences, charts, tables, and how it was counted."""

from __future__ import annotations

import io
import struct
from datetime import date

from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from console.figure_book import FigureBook
from console.figure_charts import as_png, has_chart
from console.figure_files import place_of
from console.figure_tiles import tiles
from console.figure_words import FigureWords
from console.paper import ACCENT, FONT, INK, SOFT, Paper
from console.words import Words
from helpline.figures.catalogue import SECTIONS
from helpline.figures.tables import FigureTable

_MARGIN, _WIDTH = 18, 174
_RULE = (205, 213, 221)
# Where a heading with a line under it still fits, in mm from the top.
_ROOM = 240
# Sentences of these open the report.
_KEY = ("people", "topic", "risk", "waiting", "verdict", "course")
# A table longer than this goes on in the files.
_MOST = 31


class _Report(Paper):
    """A4 with page numbers."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, 20)
        self.set_lang(words.language)

    def footer(self) -> None:
        if self.page_no() > 1:
            self.set_y(-14)
            self._say(self._words("report.page", n=self.page_no()), 8, SOFT)

    def _say(self, text: str, size: float, colour: tuple[int, int, int] = INK, *, bold: bool = False) -> None:
        self.pen(size, colour, bold=bold)
        self.multi_cell(0, size * 0.52, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def title_page(self, book: FigureBook, named: FigureWords, today: date) -> None:
        words, place = self._words, place_of(book, named)
        self.add_page()
        self.set_y(70)
        self._say(words("app.title"), 14, ACCENT, bold=True)
        self.ln(3)
        self._say(f"{words('report.title')}: {named.period(book.period)}", 24, bold=True)
        self.ln(3)
        self._say(words("report.subtitle"), 12, SOFT)
        self._say(words("report.district", name=place) if place else words("figures.country"), 12, SOFT)
        self._say(words("report.made", day=f"{today:%d.%m.%Y}"), 12, SOFT)
        if book.until is not None and book.until < book.period.last:
            self.ln(6)
            self._say(words("report.unfinished", day=f"{book.until:%d.%m.%Y}"), 12, bold=True)

    def in_short(self, book: FigureBook, named: FigureWords) -> None:
        self.add_page()
        self.heading(self._words("report.key"), 1)
        for key, number in tiles(book, named):
            self._say(f"{self._words(key)}: {number}", 12, bold=True)
            self.ln(1.5)
        self.ln(4)
        for table in (book.table(code) for code in _KEY):
            if table is not None:
                self._say(f"{named.name(table)}. {named.reading(table, book.period)}", 11)
                self.ln(2)

    def heading(self, text: str, level: int) -> None:
        self._say(text, 17 if level == 1 else 12.5, ACCENT if level == 1 else INK, bold=True)
        self.ln(2)

    def section(self) -> None:
        """On a new page where little of this one is left."""
        if self.get_y() > _ROOM / 2:
            self.add_page()
        self.ln(4)

    def part(self, table: FigureTable, book: FigureBook, named: FigureWords) -> None:
        """Name, sentence and chart stay together; the table follows."""
        picture = as_png(table, named, self._words) if has_chart(table) else None
        if self.get_y() + (_height(picture) if picture else 0) > _ROOM:
            self.add_page()
        self.heading(named.name(table), 2)
        reading = "" if table.section == "framework" else named.reading(table, book.period)
        if reading:
            self._say(reading, 10)
            self.ln(1)
        if picture is not None:
            self.image(io.BytesIO(picture), w=_WIDTH, alt_text=reading or named.name(table))
        if not table.empty and table.code != "hour":
            self.rows(table, named)
        self._say(named.what(table), 8, SOFT)
        self.ln(5)

    def rows(self, table: FigureTable, named: FigureWords) -> None:
        self.ln(1)
        self.set_font(FONT, "", 9)
        self.set_text_color(*INK)
        columns = named.columns(table)
        widths = (5 if len(columns) < 5 else 3, *(2 for _ in columns[1:]))
        self.set_draw_color(*_RULE)
        aligned = ("LEFT", *("RIGHT" for _ in columns[1:]))
        head = FontFace(emphasis="BOLD", color=INK, fill_color=(235, 240, 240))
        with self.table(
            col_widths=widths, text_align=aligned, headings_style=head, line_height=5, borders_layout="HORIZONTAL_LINES"
        ) as drawn:
            drawn.row(columns)
            for line in table.lines[:_MOST]:
                drawn.row([named.label(line.label), *(named.value(value) for value in line.values)])
        self.ln(1)

    def notes(self) -> None:
        self.add_page()
        self.heading(self._words("report.notes"), 1)
        for key in ("figures.small", "figures.once", "figure.verdict.what", "figures.proposals"):
            self._say(self._words(key), 11)
            self.ln(3)


def _height(picture: bytes) -> float:
    """Of a picture on the page: a PNG says its size at its beginning."""
    width, height = struct.unpack(">II", picture[16:24])
    return float(_WIDTH * height / width)


def as_pdf(book: FigureBook, named: FigureWords, words: Words, today: date) -> bytes:
    """The report of a month; `today`: the day that stands on it."""
    report = _Report(words)
    report.set_title(f"{words('report.title')}: {named.period(book.period)}")
    report.title_page(book, named, today)
    report.in_short(book, named)
    for code in SECTIONS:
        tables = [table for table in book.tables if table.section == code and not table.code.startswith("by_district.")]
        if tables:
            report.section()
            report.heading(words(f"section.{code}"), 1)
        for table in tables:
            report.part(table, book, named)
    report.notes()
    return bytes(report.output())
