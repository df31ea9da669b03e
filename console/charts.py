"""Charts of figures as pictures: bars with their numbers beside them, in one colour, readable in light and dark.

matplotlib's own objects are used, never pyplot, which keeps pictures in the process; it is loaded with the first chart.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches: on a page narrow enough that the words can be read on a phone.
_ON_SCREEN, _ON_PAPER, _ROW, _TALL = 4.9, 7.2, 0.36, 2.7
_INK, _SOFT, _BAR, _RAIL = "#1b2430", "#5a6675", "#0b6e6e", "#d5dbe1"
# Where the screen is dark, the same picture in these: what matplotlib wrote into it is overruled.
_DARK = {_INK: "#e7ebef", _SOFT: "#a6b1bd", _BAR: "#4fbdb0", _RAIL: "#35404b"}
_LINE, _LONGEST = 24, 40
_DPI = 140
# matplotlib's caches of fonts are shared by all threads.
_ALONE = Lock()


@dataclass(frozen=True)
class Bar:
    """`size`: how long; 0 for what cannot be shown. `said`: the number as it is read."""

    label: str
    size: float
    said: str


def svg(bars: Sequence[Bar], *, upright: bool = False) -> bytes:
    """A picture for a page: on no background, for both of the console's; the same bars give the same bytes."""
    from matplotlib import rc_context

    # Names of its parts are counted from this word, not drawn by lot.
    with _ALONE, rc_context({"svg.hashsalt": "bars"}):
        figure = _drawn(bars, upright, _ON_SCREEN)
        out = io.BytesIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return _for_both(out.getvalue().decode()).encode()


def png(bars: Sequence[Bar], *, upright: bool = False) -> bytes:
    """A picture for paper."""
    with _ALONE:
        figure = _drawn(bars, upright, _ON_PAPER)
        out = io.BytesIO()
        figure.savefig(out, format="png", dpi=_DPI, facecolor="white")
    return out.getvalue()


def _for_both(picture: str) -> str:
    rules = "".join(
        f'[style*="fill: {light}"]{{fill:{dark}!important}}[style*="stroke: {light}"]{{stroke:{dark}!important}}'
        for light, dark in _DARK.items()
    )
    style = f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"
    return re.sub(r"(<svg[^>]*>)", rf"\1{style}", picture, count=1)


def _drawn(bars: Sequence[Bar], upright: bool, wide: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = sum(1 + 0.5 * _folded(bar.label).count("\n") for bar in bars) or 1
    tall = _TALL if upright else rows * _ROW + 0.25
    figure = Figure(figsize=(wide, tall), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _columns(axes, bars) if upright else _rows(axes, bars)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, colors=_INK)
    return figure


def _rows(axes: Axes, bars: Sequence[Bar]) -> None:
    """The first on top; the number stands at the end of its bar."""
    places = [-number for number in range(len(bars))]
    longest = max((bar.size for bar in bars), default=0) or 1
    axes.barh(places, [longest] * len(bars), height=0.62, color=_RAIL, alpha=0.35)
    axes.barh(places, [bar.size for bar in bars], height=0.62, color=_BAR)
    for place, bar in zip(places, bars, strict=True):
        axes.text(bar.size + longest * 0.012, place, bar.said, va="center", color=_INK, fontsize=11)
    axes.set_yticks(places, [_folded(bar.label) for bar in bars], fontsize=11)
    axes.set_xticks([])
    axes.set_xlim(0, longest * 1.13)
    axes.margins(y=0.01)


def _columns(axes: Axes, bars: Sequence[Bar]) -> None:
    """Many small values in their order; a number stands over every column that has one, if there is room."""
    tallest = max((bar.size for bar in bars), default=0) or 1
    axes.bar(range(len(bars)), [bar.size for bar in bars], width=0.72, color=_BAR)
    axes.axhline(0, color=_SOFT, linewidth=0.8)
    for place, bar in enumerate(bars):
        if bar.size and len(bars) <= _LONGEST:
            axes.text(place, bar.size + tallest * 0.02, bar.said, ha="center", color=_INK, fontsize=_fits(bars))
    step = 1 if len(bars) <= 12 else 2 if len(bars) <= 24 else 5
    shown = range(0, len(bars), step)
    axes.set_xticks(list(shown), [bars[place].label for place in shown], fontsize=9.5)
    axes.set_yticks([])
    axes.set_ylim(0, tallest * 1.12)
    axes.margins(x=0.01)


def _fits(bars: Sequence[Bar]) -> float:
    return 10.5 if len(bars) <= 12 else 8 if len(bars) <= 24 else 7


def _folded(label: str) -> str:
    """On two lines at most: what is longer can be read in the table."""
    lines = wrap(label, _LINE)
    return "\n".join(lines[:2]) + ("…" if len(lines) > 2 else "")
