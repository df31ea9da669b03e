"""What supervision goes by: data/supervision.yml and data/reviews.yml, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import yaml

from triage.taxonomy import Level

DATA = Path(__file__).resolve().parent.parent / "data"
LONGEST_BLOCK = timedelta(days=30)
# Nobody is asked about an emergency sooner.
EMERGENCY_RESTS = timedelta(hours=24)
LANGUAGES = ("az", "ru", "en")


class BadSupervision(ValueError):
    """A file of supervision says something that cannot be followed; the message says what."""


@dataclass(frozen=True)
class Supervision:
    """`asked_after`: by level, how long after closing a person may be asked whether it helped."""

    hard_cases: int
    break_for: timedelta
    load_days: int
    blocks: tuple[timedelta, ...]
    asked_after: Mapping[Level, timedelta]
    asked_within: timedelta

    @classmethod
    def read(cls, text: str) -> Supervision:
        """Raise BadSupervision for what is missing, no number, or against the safety rules."""
        tree = _tree(text)
        return cls(
            hard_cases=_number(tree, "hard_cases"),
            break_for=timedelta(minutes=_number(tree, "break_minutes")),
            load_days=_number(tree, "load_days"),
            blocks=_blocks(tree),
            asked_after=_asked_after(tree),
            asked_within=timedelta(days=_number(tree, "asked_within_days")),
        )


@dataclass(frozen=True)
class ReviewPlan:
    """`strata`: share of the closed cases by why they are drawn; `questions`: a question's texts by language."""

    strata: Mapping[str, float]
    questions: Mapping[str, Mapping[str, str]]

    @classmethod
    def read(cls, text: str) -> ReviewPlan:
        """Raise BadSupervision for a share that is none, or a question without a language."""
        tree = _tree(text)
        strata, questions = _part(tree, "strata"), _part(tree, "questions")
        if not all(isinstance(share, int | float) and 0 <= share <= 1 for share in strata.values()):
            raise BadSupervision("strata: a share is between 0 and 1")
        asked = {code: _worded(code, texts) for code, texts in questions.items()}
        return cls({name: float(str(share)) for name, share in strata.items()}, asked)


@cache
def supervision() -> Supervision:
    """data/supervision.yml, read once: a change needs a restart."""
    return Supervision.read((DATA / "supervision.yml").read_text(encoding="utf-8"))


@cache
def review_plan() -> ReviewPlan:
    """data/reviews.yml, likewise."""
    return ReviewPlan.read((DATA / "reviews.yml").read_text(encoding="utf-8"))


def _tree(text: str) -> Mapping[str, object]:
    loaded = yaml.safe_load(text)
    if not isinstance(loaded, dict):
        raise BadSupervision("the file lists names with values")
    return {str(name): value for name, value in loaded.items()}


def _part(tree: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = tree.get(name)
    if not isinstance(part, dict) or not part:
        raise BadSupervision(f"{name}: a list of names with values")
    return {str(key): value for key, value in part.items()}


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadSupervision(f"{name}: a whole number from 1")
    return value


def _number(tree: Mapping[str, object], name: str) -> int:
    return _whole(name, tree.get(name))


def _blocks(tree: Mapping[str, object]) -> tuple[timedelta, ...]:
    hours = tree.get("block_hours")
    if not isinstance(hours, list) or not hours:
        raise BadSupervision("block_hours: a list of hours")
    blocks = tuple(timedelta(hours=_whole("block_hours", one)) for one in hours)
    if max(blocks) > LONGEST_BLOCK:
        raise BadSupervision("block_hours: nobody is blocked for longer than 30 days")
    return blocks


def _asked_after(tree: Mapping[str, object]) -> Mapping[Level, timedelta]:
    after: dict[Level, timedelta] = {}
    for name, hours in _part(tree, "asked_after_hours").items():
        if name.upper() not in Level.__members__ or name == "none":
            raise BadSupervision(f"asked_after_hours: there is no level {name}")
        after[Level[name.upper()]] = timedelta(hours=_whole(f"asked_after_hours: {name}", hours))
    if after.get(Level.EMERGENCY, EMERGENCY_RESTS) < EMERGENCY_RESTS:
        raise BadSupervision("asked_after_hours: nobody is asked about an emergency within 24 hours")
    return after


def _worded(code: str, texts: object) -> Mapping[str, str]:
    worded = {str(language): str(text) for language, text in texts.items()} if isinstance(texts, dict) else {}
    if set(worded) != set(LANGUAGES) or not all(worded.values()):
        raise BadSupervision(f"questions: {code} needs a text in az, ru and en")
    return worded
