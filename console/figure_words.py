"""Figures in words: names of lines and periods, numbers as they are read, and the sentence above a chart."""

from __future__ import annotations

from datetime import date

from console.referral_showing import directory_language
from console.words import Words
from helpline.figures.indicators import Share
from helpline.figures.periods import Period, quarter_of
from helpline.figures.suppression import Shown
from helpline.figures.tables import FigureTable, Label, Target, Value, Within, top
from helpline.phrasebook import Phrasebook
from helpline.referral_services import Services
from helpline.referral_table import table as agencies

_ROMAN = ("I", "II", "III", "IV")


class FigureWords:
    """In one language. What has no word yet is told by its code."""

    def __init__(self, words: Words, book: Phrasebook) -> None:
        self._words = words
        self._book = book

    def label(self, label: Label) -> str:
        if label.names == "day":
            return self.day(label.code)
        if label.names == "hour":
            return f"{label.code}:00"
        if label.names in ("agency", "agency_kind"):
            return self._agency(label)
        if label.names == "lesson":
            course, _, lesson = label.code.partition(".")
            return f"{self._words.maybe(f'course_name.{course}')}: {lesson}"
        if label.names == "district" and label.code != "unknown":
            return self.district(label.code)
        return self._words.maybe(f"{label.names}.{label.code}")

    def _agency(self, label: Label) -> str:
        language = directory_language(self._words)
        if label.names == "agency":
            return Services(self._book.directory, agencies()).name(label.code, language)
        kind = agencies().kinds.get(label.code)
        return label.code if kind is None else kind.names[language]

    def district(self, code: str) -> str:
        """By its name in Azerbaijani or Russian: what a district is called in English is not in the directory."""
        return self._book.label(f"district:{code}", directory_language(self._words))

    def day(self, code: str) -> str:
        """2026-11-30 or 2026-11."""
        if len(code) == len("2026-11"):
            return self._words("period_named.month", month=self._words(f"month.{int(code[5:])}"), year=code[:4])
        return date.fromisoformat(code).strftime("%d.%m.%Y")

    def period(self, period: Period) -> str:
        first, words = period.first, self._words
        if period.kind == "month":
            return words("period_named.month", month=words(f"month.{first.month}"), year=first.year)
        if period.kind == "quarter":
            return words("period_named.quarter", quarter=_ROMAN[quarter_of(first) - 1], year=first.year)
        if period.kind == "year":
            return words("period_named.year", year=first.year)
        return words("period_named.days", first=f"{first:%d.%m.%Y}", last=f"{period.last:%d.%m.%Y}")

    def value(self, value: Value) -> str:
        words = self._words
        if isinstance(value, Shown):
            return words("figures.few") if value.number is None else str(value.number)
        if isinstance(value, Share):
            key = "figures.rough" if value.rough else "figures.percent"
            return words("figures.none") if value.percent is None else words(key, n=value.percent)
        if isinstance(value, Within):
            return words("figures.none") if value.span is None else words(f"span.{value.span}")
        return self._target(value)

    def _target(self, target: Target) -> str:
        if target.number is None:
            return self._words("figures.none")
        return self._words("figures.percent", n=target.number) if target.percent else str(target.number)

    def name(self, table: FigureTable) -> str:
        code, _, indicator = table.code.partition(".")
        if code == "by_district":
            return self._words("figures.by_district", name=self._words(f"indicator.{indicator}"))
        return self._words(f"figure.{table.code}")

    def what(self, table: FigureTable) -> str:
        code = "indicators" if table.code.startswith("by_district.") else table.code
        return self._words(f"figure.{code}.what")

    def columns(self, table: FigureTable) -> list[str]:
        return [self._words(f"column.{code}") for code in (table.first, *table.columns)]

    def reading(self, table: FigureTable, period: Period) -> str:
        """What the table says, in a sentence."""
        told = self._reading(table, self.period(period))
        return told[:1].upper() + told[1:]

    def _reading(self, table: FigureTable, named: str) -> str:
        if table.empty:
            return self._words("reading.none", period=named)
        if table.code in ("waiting", "first_reply", "handling", "referral_acceptance"):
            return self._reading_of_time(table, named)
        if table.code == "verdict":
            return self._reading_of_share(table, named)
        if table.code == "people" and table.total is not None:
            new = next(line.values[0] for line in table.lines if line.label.code == "new")
            return self._words("reading.people", period=named, all=self.value(table.total), new=self.value(new))
        return self._reading_of_most(table, named)

    def _reading_of_most(self, table: FigureTable, named: str) -> str:
        known = list(top(table))
        if not known or table.code == "days":
            return self._words("reading.none", period=named) if not known and table.code != "days" else ""
        (first, n), unit = known[0], self._words(f"unit.{table.unit}")
        key = f"reading.{table.code}" if self._words.has(f"reading.{table.code}") else "reading.most"
        told = self._words(key, period=named, first=self.label(first), n=n, unit=unit)
        if len(known) < 2 or table.code in ("hour", "weekday"):
            return told
        second, m = known[1]
        return f"{told} {self._words('reading.then', second=self.label(second), m=m)}"

    def _reading_of_time(self, table: FigureTable, named: str) -> str:
        known = [line for line in table.lines if line.values[-1] != Within(None)]
        if not known:
            return self._words("reading.none", period=named)
        median, p90 = (self.value(value) for value in known[0].values[-2:])
        level = self.label(known[0].label)
        return self._words("reading.time", period=named, level=level, median=median, p90=p90)

    def _reading_of_share(self, table: FigureTable, named: str) -> str:
        found, judged = table.lines[0].values
        if found == Share(None):
            return self._words("reading.none", period=named)
        return self._words("reading.share", period=named, share=self.value(found), n=self.value(judged))
