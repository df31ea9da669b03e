"""The indicators of data/indicators.yml: what each is the sum of, its target, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from helpline.figures.counting import Reach
from helpline.figures.suppression import HIDDEN, Shown
from triage.taxonomy import Risk

FILE = Path(__file__).resolve().parents[2] / "data" / "indicators.yml"
_FIELDS = {"code", "figure", "values", "of", "target", "by"}


class BadIndicators(ValueError):
    """The file says something that cannot be counted; the message says what and where."""


@dataclass(frozen=True)
class Indicator:
    """`of`: further values that it is a share of; empty: a number. `target` of a year, or in percent."""

    code: str
    figure: str
    values: tuple[str, ...]
    of: tuple[str, ...]
    target: int | None
    by: str | None

    @property
    def is_share(self) -> bool:
        return bool(self.of)


@dataclass(frozen=True)
class Share:
    """A share in percent; `rough`: a part of it is fewer than five and counts as none."""

    percent: int | None
    rough: bool = False


@dataclass(frozen=True)
class Framework:
    reaches: Mapping[str, Reach]
    indicators: tuple[Indicator, ...]

    @classmethod
    def read(cls, text: str) -> Framework:
        """Raise BadIndicators."""
        loaded = yaml.safe_load(text)
        if not isinstance(loaded, dict) or set(loaded) != {"reaches", "indicators"}:
            raise BadIndicators("the file has reaches and indicators")
        reaches = {str(code): _reach(str(code), raw) for code, raw in loaded["reaches"].items()}
        return cls(reaches, tuple(_indicator(raw, reaches) for raw in loaded["indicators"]))


def _reach(code: str, raw: Mapping[str, object]) -> Reach:
    risks = _words(raw.get("risks"))
    if set(raw) - {"topics", "risks", "audience"} or risks - {risk.value for risk in Risk}:
        raise BadIndicators(f"{code}: topics, risks of the taxonomy, audience")
    audience = raw.get("audience")
    return Reach(_words(raw.get("topics")), risks, None if audience is None else str(audience))


def _indicator(raw: Mapping[str, object], reaches: Mapping[str, Reach]) -> Indicator:
    code, target, by = str(raw.get("code")), raw.get("target"), raw.get("by")
    if set(raw) - _FIELDS or not isinstance(target, int | None) or by not in (None, "district"):
        raise BadIndicators(f"{code}: {', '.join(sorted(_FIELDS))}")
    values = tuple(_listed(raw.get("values")))
    if not values or (raw.get("figure") == "reach" and set(values) - set(reaches)):
        raise BadIndicators(f"{code}: its values are none of the figure's")
    named = None if by is None else str(by)
    return Indicator(code, str(raw.get("figure")), values, tuple(_listed(raw.get("of"))), target, named)


def _listed(raw: object) -> list[str]:
    return [str(word) for word in raw] if isinstance(raw, list) else []


def _words(raw: object) -> frozenset[str]:
    return frozenset(_listed(raw))


def together(found: Mapping[str, Shown], values: tuple[str, ...]) -> Shown:
    """The sum of what is shown; where nothing is, that is not shown either."""
    numbers = [found.get(value, HIDDEN).number for value in values]
    known = [number for number in numbers if number is not None]
    return Shown(sum(known)) if known else HIDDEN


def share(found: Mapping[str, Shown], values: tuple[str, ...], of: tuple[str, ...]) -> Share:
    """How many of all in percent: of numbers that are shown."""
    part, rest = together(found, values), together(found, of)
    whole = part.least + rest.least
    return Share(round(100 * part.least / whole), HIDDEN in (part, rest)) if whole else Share(None)


@cache
def framework() -> Framework:
    """Read once: a change of what is counted needs a restart, and counts from the next day on."""
    return Framework.read(FILE.read_text(encoding="utf-8"))
