"""Which chart a table has, and its bars."""

from __future__ import annotations

from console.charts import Bar, png, svg
from console.figure_words import FigureWords
from console.words import Words
from helpline.figures.catalogue import BY_CODE
from helpline.figures.indicators import Share
from helpline.figures.suppression import Shown
from helpline.figures.tables import FigureTable, Label, Line

_MOST = 12
# Of more lines, those that cannot be shown are left to the table.
_FEW = 4


def has_chart(table: FigureTable) -> bool:
    return table.chart is not None and not table.empty


def as_svg(table: FigureTable, named: FigureWords, words: Words) -> bytes:
    return svg(_bars(table, named, words), upright=table.chart == "columns")


def as_png(table: FigureTable, named: FigureWords, words: Words) -> bytes:
    return png(_bars(table, named, words), upright=table.chart == "columns")


def _bars(table: FigureTable, named: FigureWords, words: Words) -> list[Bar]:
    """The largest, or all in their order: what does not fit stands in the table."""
    most = BY_CODE[table.code].most if table.code in BY_CODE else _MOST
    lines = table.lines
    if table.chart == "bars":
        known = [line for line in lines if _size(line)]
        lines = (tuple(known) if len(lines) > _FEW else lines)[:most]
    return [Bar(_label(table, line.label, named, words), _size(line), named.value(_charted(line))) for line in lines]


def _label(table: FigureTable, label: Label, named: FigureWords, words: Words) -> str:
    if label.names == "weekday":
        return words(f"weekday_short.{label.code}")
    if label.names == "hour":
        return label.code
    if label.names == "day":
        return str(int(label.code[8:])) if len(label.code) > 7 else words(f"month.{int(label.code[5:])}")[:3]
    return named.label(label)


def _charted(line: Line) -> Shown | Share:
    """Of times by level the share in time, else the first number."""
    shares = [value for value in line.values if isinstance(value, Share)]
    numbers = [value for value in line.values if isinstance(value, Shown)]
    return shares[0] if shares else numbers[0]


def _size(line: Line) -> float:
    charted = _charted(line)
    return float((charted.percent if isinstance(charted, Share) else charted.number) or 0)
