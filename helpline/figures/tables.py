"""Tables of figures as everything shows them: the page, CSV, XLSX and PDF. Built from numbers that came through the gate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from helpline.figures.catalogue import ACCEPTANCE, BY_CODE, FIGURES, PRESSING, TIMINGS, Figure, Timing
from helpline.figures.indicators import Framework, Indicator, Share, share, together
from helpline.figures.spans import SPANS, quantile
from helpline.figures.suppression import HIDDEN, Shown

Numbers = Mapping[str, Mapping[str, Shown]]


@dataclass(frozen=True)
class Within:
    """A span that so many lie within; None: not known."""

    span: str | None


@dataclass(frozen=True)
class Target:
    """Of an indicator; None: none is set."""

    number: int | None
    percent: bool = False


Value = Shown | Share | Within | Target


@dataclass(frozen=True)
class Label:
    """A word of data/console, or of the courses and districts: `<names>.<code>`."""

    names: str
    code: str


@dataclass(frozen=True)
class Line:
    label: Label
    values: tuple[Value, ...]


@dataclass(frozen=True)
class FigureTable:
    """`columns`: codes of headings (`column.<code>`), beside the label's. `first`: the heading of the labels.

    `total`: the sum of what is shown; None where a person may stand in several lines.
    """

    code: str
    section: str
    unit: str
    first: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    source: str
    total: Shown | None = None
    chart: str | None = None

    @property
    def empty(self) -> bool:
        return all(value in _NOTHING for line in self.lines for value in line.values)


_NOTHING: tuple[Value, ...] = (HIDDEN, Share(None), Within(None))
# Nobody is twice in these.
_ADDS_UP = frozenset(
    {
        *("people", "channel", "language", "audience", "age_band", "district"),
        *("opened", "closed", "feedback", "referral_kind", "referral_service"),
    }
)


def figure_tables(numbers: Numbers, district: str = "") -> list[FigureTable]:
    """All tables of a period, in the order of the catalogue."""
    figures = [_table(figure, numbers) for figure in FIGURES if not (district and _of_country(figure))]
    lessons = _lessons(numbers)
    rest = [*(_timing(timing, numbers) for timing in TIMINGS), _acceptance(numbers), _triage(numbers)]
    return [*figures, *([lessons] if lessons.lines else []), *rest]


def _of_country(figure: Figure) -> bool:
    return figure.nobody or figure.code == "district"


def _table(figure: Figure, numbers: Numbers) -> FigureTable:
    found = numbers.get(figure.code, {})
    lines = [Line(Label(figure.names, value), (found.get(value, HIDDEN),)) for value in _values(figure, found)]
    adds = figure.code in _ADDS_UP
    total = together(found, tuple(found)) if adds else None
    return FigureTable(
        figure.code,
        figure.section,
        figure.unit,
        figure.names,
        (figure.unit,),
        tuple(lines),
        figure.source,
        total,
        figure.chart,
    )


def _values(figure: Figure, found: Mapping[str, Shown]) -> list[str]:
    """In the order that is theirs, or the most first; what is too few to show stands in no list that is open."""
    if figure.values and figure.chart != "bars":
        return list(figure.values)
    listed = figure.values or [value for value, number in found.items() if number != HIDDEN]
    return sorted(listed, key=lambda value: (-found.get(value, HIDDEN).least, value))


def _timing(timing: Timing, numbers: Numbers) -> FigureTable:
    due = () if timing.due is None else ("in_time",)
    lines = tuple(Line(Label("level", level), tuple(_timed(timing, level, numbers))) for level in PRESSING)
    columns = ("cases", *due, "median", "p90")
    return FigureTable(
        timing.code, "care", "cases", "level", columns, lines, timing.source, None, "ordered" if due else None
    )


def _acceptance(numbers: Numbers) -> FigureTable:
    """Of all referrals together."""
    line = Line(Label("station", "accepted"), tuple(_timed(ACCEPTANCE, "all", numbers)))
    columns = ("referrals", "median", "p90")
    return FigureTable(ACCEPTANCE.code, "referrals", "referrals", "station", columns, (line,), ACCEPTANCE.source)


def _timed(timing: Timing, level: str, numbers: Numbers) -> Iterator[Value]:
    found = {span: numbers.get(timing.code, {}).get(f"{level}.{span}", HIDDEN) for span in SPANS}
    yield together(found, SPANS)
    if timing.due is not None:
        yield share(numbers.get(timing.due, {}), (f"{level}.in_time",), (f"{level}.late",))
    yield Within(quantile(found, 0.5))
    yield Within(quantile(found, 0.9))


_OF_LESSON = ("announced", "opened", "finished")


def _lessons(numbers: Numbers) -> FigureTable:
    """Lesson by lesson, in the order of their names: only those of which something can be shown."""
    found = numbers.get("lesson", {})
    known = sorted({value.rpartition(".")[0] for value, number in found.items() if number != HIDDEN})
    lines = [
        Line(Label("lesson", lesson), tuple(found.get(f"{lesson}.{what}", HIDDEN) for what in _OF_LESSON))
        for lesson in known
    ]
    return FigureTable("lesson", "courses", "steps", "lesson", _OF_LESSON, tuple(lines), "lesson_events")


def _triage(numbers: Numbers) -> FigureTable:
    """Of what was judged urgent or above, how much triage had called so; and the other way round."""
    found = numbers.get("verdict", {})
    lines = (
        Line(Label("verdict", "recall"), _judged(found, "missed")),
        Line(Label("verdict", "precision"), _judged(found, "too_high")),
    )
    return FigureTable(
        "verdict", "triage", "messages", "verdict", ("share", "judged"), lines, "verdicts, messages.level"
    )


def _judged(found: Mapping[str, Shown], other: str) -> tuple[Value, Value]:
    return share(found, ("agreed",), (other,)), together(found, ("agreed", other))


def indicator_table(framework: Framework, numbers: Numbers) -> FigureTable:
    lines = tuple(
        Line(Label("indicator", one.code), (_actual(one, numbers), Target(one.target, one.is_share)))
        for one in framework.indicators
    )
    source = "data/indicators.yml"
    return FigureTable("indicators", "framework", "people", "indicator", ("actual", "target"), lines, source)


def _actual(indicator: Indicator, numbers: Numbers) -> Value:
    found = numbers.get(indicator.figure, {})
    return share(found, indicator.values, indicator.of) if indicator.is_share else together(found, indicator.values)


def district_table(indicator: Indicator, by_district: Mapping[str, Shown]) -> FigureTable:
    """An indicator by district: only districts that can be shown."""
    known = [(code, number) for code, number in by_district.items() if number != HIDDEN]
    ordered = sorted(known, key=lambda pair: (-pair[1].least, pair[0]))
    lines = tuple(Line(Label("district", code), (number,)) for code, number in ordered)
    code, unit = (
        f"by_district.{indicator.code}",
        BY_CODE[indicator.figure].unit if indicator.figure in BY_CODE else "people",
    )
    return FigureTable(code, "framework", unit, "district", (unit,), lines, "data/indicators.yml")


def top(table: FigureTable) -> Iterable[tuple[Label, int]]:
    """The lines of a table that have a number, the largest first: what its sentence tells of."""
    told = [(line.label, line.values[0].number) for line in table.lines if isinstance(line.values[0], Shown)]
    known = [(label, number) for label, number in told if number is not None]
    return sorted(known, key=lambda pair: -pair[1])
