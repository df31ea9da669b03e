"""The wrap-up of a case: what it was, in the codes of data/wrap_up.yml, filled in from what is known already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).resolve().parent.parent / "data" / "wrap_up.yml"
MOST_ISSUES = 6
LONGEST_SUMMARY = 2000


class WrapUpIncomplete(Exception):
    """A case cannot close yet. `missing`: call_type | issue."""

    def __init__(self, *missing: str) -> None:
        super().__init__(*missing)
        self.missing = missing


class UnknownCode(ValueError):
    """A code that data/wrap_up.yml does not have, or a sub-category of another category."""


@dataclass(frozen=True)
class Issue:
    """One thing that a case is about. `about`: who it happens to; `status`: where it stands."""

    category: str
    subcategory: str | None = None
    about: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class WrapUp:
    """`fields`: codes by field. `summary` is the one free text, and nobody has to write it."""

    call_type: str | None = None
    issues: tuple[Issue, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    summary: str = field(default="", repr=False)


@dataclass(frozen=True)
class Field:
    codes: tuple[str, ...]
    many: bool = False


@dataclass(frozen=True)
class Known:
    """What the service knows of a case before anybody fills in a form: codes only."""

    risks: tuple[str, ...] = ()
    speaker: str = "unknown"
    audience: str | None = None
    age_band: str | None = None
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """The codes that a wrap-up may have."""

    call_types: Mapping[str, bool]
    categories: Mapping[str, tuple[str, ...]]
    about: tuple[str, ...]
    statuses: tuple[str, ...]
    fields: Mapping[str, Field]
    risks: Mapping[str, tuple[str, ...]]
    speakers: Mapping[str, tuple[str, str]]
    answers: Mapping[str, tuple[str, str]]
    checklist: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Vocabulary:
        tree = yaml.safe_load(text)
        return cls(
            call_types={str(code): bool(needs) for code, needs in tree["call_types"].items()},
            categories={str(code): _codes(subs) for code, subs in tree["categories"].items()},
            about=_codes(tree["about"]),
            statuses=_codes(tree["statuses"]),
            fields={
                str(name): Field(_codes(one["codes"]), bool(one.get("many"))) for name, one in tree["fields"].items()
            },
            risks={str(risk): _codes(issue) for risk, issue in tree["risks"].items()},
            speakers=_pairs(tree["speakers"]),
            answers=_pairs(tree["answers"]),
            checklist=_codes(tree["checklist"]),
        )

    def check(self, wrap_up: WrapUp) -> None:
        """Raise UnknownCode for what the file does not have."""
        if wrap_up.call_type is not None and wrap_up.call_type not in self.call_types:
            raise UnknownCode(wrap_up.call_type)
        for issue in wrap_up.issues:
            self._check_issue(issue)
        for name, codes in wrap_up.fields.items():
            one = self.fields.get(name)
            if one is None or not set(codes) <= set(one.codes) or (len(codes) > 1 and not one.many):
                raise UnknownCode(name)

    def _check_issue(self, issue: Issue) -> None:
        subs = self.categories.get(issue.category)
        if subs is None or issue.subcategory not in (None, *subs):
            raise UnknownCode(issue.category)
        if issue.about not in (None, *self.about) or issue.status not in (None, *self.statuses):
            raise UnknownCode(issue.category)

    def check_complete(self, wrap_up: WrapUp | None) -> None:
        """Raise WrapUpIncomplete unless there is a call type and, for a contact about somebody, one issue."""
        if wrap_up is None or wrap_up.call_type is None:
            raise WrapUpIncomplete("call_type")
        if self.call_types[wrap_up.call_type] and not wrap_up.issues:
            raise WrapUpIncomplete("issue")

    def prefilled(self, known: Known) -> WrapUp:
        """What a form begins with: a counsellor's first minute saved, and nothing that they cannot change."""
        said = (self.answers[answer] for answer in known.answers if answer in self.answers)
        call_type, about = self.speakers.get(known.speaker) or next(said, (None, None))
        if call_type is None and known.audience == "child":
            call_type = "child_about_self"
        found = (self.risks.get(risk, ()) for risk in known.risks)
        pairs = dict.fromkeys((pair[0], pair[1]) for pair in found if len(pair) > 1)
        issues = tuple(Issue(category, sub, about, "open") for category, sub in pairs)
        return WrapUp(call_type, issues[:MOST_ISSUES])


def _pairs(tree: Mapping[object, list[object]]) -> dict[str, tuple[str, str]]:
    return {str(code): (str(pair[0]), str(pair[1])) for code, pair in tree.items()}


def _codes(listed: object) -> tuple[str, ...]:
    return tuple(str(code) for code in listed) if isinstance(listed, list) else ()


@cache
def vocabulary() -> Vocabulary:
    """The codes of data/wrap_up.yml, read once."""
    return Vocabulary.read(FILE.read_text(encoding="utf-8"))
