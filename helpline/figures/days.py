"""Messages and SMS parts day by day: a table of what is shown of each day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from helpline.figures.indicators import together
from helpline.figures.periods import Period, days
from helpline.figures.suppression import HIDDEN, Shown
from helpline.figures.tables import FigureTable, Label, Line

# Longer periods are told by month.
_DAYS = 62
COLUMNS = (
    ("received", "telegram"),
    ("received", "sms"),
    ("sent", "telegram"),
    ("sent", "sms"),
    ("parts", "sms"),
)
ByDay = Mapping[str, Mapping[date, Mapping[str, Shown]]]


def day_table(found: ByDay, period: Period, until: date) -> FigureTable:
    """`found`: by figure, day and value; `until`: the last day that is counted."""
    each = [day for day in days(period.first, min(period.last, until))]
    by_month = (period.last - period.first).days + 1 > _DAYS
    names = list(dict.fromkeys(f"{day:%Y-%m}" if by_month else day.isoformat() for day in each))
    lines = tuple(
        Line(Label("day", name), tuple(_sum(found, figure, value, name, each) for figure, value in COLUMNS))
        for name in names
    )
    columns = tuple(f"{figure}_{value}" for figure, value in COLUMNS)
    return FigureTable("days", "when", "messages", "day", columns, lines, "messages, outbox", None, "columns")


def _sum(found: ByDay, figure: str, value: str, name: str, each: list[date]) -> Shown:
    mine = {day.isoformat(): found.get(figure, {}).get(day, {}).get(value, HIDDEN) for day in each}
    return together(mine, tuple(day for day in mine if day.startswith(name)))
