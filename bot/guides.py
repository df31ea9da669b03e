"""The guided dialogues of data/guides: what is asked, in which order, what is skipped and what follows from the answers."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "data" / "guides"
SKIPPED = "skipped"
KINDS = ("choice", "age", "number", "district", "step")
NEXT, AGAIN = "next", "again"
LEVELS = ("concern", "urgent", "emergency")
_QUESTION_KEYS = frozenset({"id", "ask", "kind", "choices", "when", "keeps", "known", "skip", "tell", "most"})
_END_KEYS = frozenset({"when", "say", "choices", "hand_off", "at_once", "tell"})
_GUIDE_KEYS = frozenset({"id", "intents", "topics", "questions", "ends"})

Answers = Mapping[str, str]
Conditions = Mapping[str, tuple[str, ...]]


class BadGuide(ValueError):
    """A file of data/guides that is no guide. The message says what is wrong, in words for an editor."""


@dataclass(frozen=True)
class Question:
    """One question. `codes` are the choices offered with it; `keeps` names the part of the profile that it fills.

    kind choice: one of the values; age: a band of years, or a number that falls into one; number: up to `most`; district;
    step: something is told, and "next" or "again" follows. `known` names a part of the profile that answers it unasked.
    """

    id: str
    ask: str
    kind: str
    codes: tuple[str, ...]
    when: Conditions
    keeps: str | None
    known: str | None
    skip: bool
    tell: str | None
    most: int

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(value_of(code) for code in self.codes if code != "skip")

    def told(self, facts: Answers) -> str | None:
        """What the profile answers unasked."""
        told = facts.get(self.known or "")
        return None if told == SKIPPED else told


@dataclass(frozen=True)
class HandOff:
    """A person takes over: how pressing it is, and within how many minutes; `declined_by` says what means 'do not write'."""

    level: str
    due: int
    declined_by: Conditions


@dataclass(frozen=True)
class End:
    """What follows when `when` holds: keys said in order, the choices of the last one, a hand-off. `at_once`: ask no more."""

    when: Conditions
    say: tuple[str, ...]
    choices: tuple[str, ...]
    hand_off: HandOff | None
    at_once: bool
    tell: str | None


@dataclass(frozen=True)
class Guide:
    """A guided dialogue. `intents` begin it; `topics` are those whose texts offer it."""

    id: str
    intents: tuple[str, ...]
    topics: tuple[str, ...]
    questions: tuple[Question, ...]
    ends: tuple[End, ...]

    def question(self, name: str) -> Question | None:
        return next((question for question in self.questions if question.id == name), None)

    def open_question(self, answers: Answers, facts: Answers) -> Question | None:
        """Return what is to be asked next; None when enough is known."""
        known = {**facts, **answers}
        if any(end.at_once and holds(end.when, known) for end in self.ends):
            return None
        asked = (question for question in self.questions if question.id not in answers and not question.told(facts))
        return next((question for question in asked if holds(question.when, known)), None)

    def end(self, answers: Answers, facts: Answers) -> End:
        """Return what follows from the answers; the last one holds always."""
        known = {**facts, **answers}
        return next((end for end in self.ends if holds(end.when, known)), self.ends[-1])


def value_of(code: str) -> str:
    """The value that a choice code stands for: `answer:who:me` is `me`, `audience:child` is `child`."""
    return code.rpartition(":")[2]


def holds(when: Conditions, known: Answers) -> bool:
    return all(known.get(name) in values for name, values in when.items())


def read_guide(path: Path) -> Guide:
    """Return the guide of a file. Raise BadGuide for a file that is none."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise BadGuide("not readable as YAML: look for a missing quote or a wrong indentation") from error
    fields = _keys(raw, _GUIDE_KEYS, "the file")
    questions = tuple(_question(one) for one in _list(fields, "questions"))
    ends = tuple(_end(one) for one in _list(fields, "ends"))
    if not questions or not ends:
        raise BadGuide("a guide needs questions and ends")
    if ends[-1].when:
        raise BadGuide("the last of `ends` must have no `when`: something has to follow always")
    return Guide(_text(fields, "id"), _texts(fields, "intents"), _texts(fields, "topics"), questions, ends)


@functools.cache
def guides(folder: Path = FOLDER) -> Mapping[str, Guide]:
    """Return every guide by its name. Raise BadGuide naming the file that is wrong."""
    found: dict[str, Guide] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            guide = read_guide(path)
            _fits_in(guide, path, found.values())
        except BadGuide as error:
            raise BadGuide(f"{path.name}: {error}") from error
        found[guide.id] = guide
    return found


def _fits_in(guide: Guide, path: Path, others: Iterable[Guide]) -> None:
    if guide.id != path.stem:
        raise BadGuide(f"id must be {path.stem}, as the file is called")
    names = [question.id for one in (*others, guide) for question in one.questions]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadGuide(f"the question {twice} stands twice: a choice code names it alone, so it must be one question's")


def guide_asking(question: str) -> Guide | None:
    """Return the guide that a question belongs to; a question's name stands in one guide only."""
    return next((guide for guide in guides().values() if guide.question(question) is not None), None)


def _question(raw: object) -> Question:
    fields = _keys(raw, _QUESTION_KEYS, "a question")
    name, kind = _text(fields, "id"), str(fields.get("kind", "choice"))
    if kind not in KINDS:
        raise BadGuide(f"{name}: kind must be one of {', '.join(KINDS)}")
    skip = fields.get("skip", kind != "step") is True
    codes = tuple(_code(name, one) for one in _texts(fields, "choices"))
    if kind == "step":
        codes = tuple(f"answer:{name}:{value}" for value in (NEXT, AGAIN))
    return Question(
        id=name,
        ask=_text(fields, "ask"),
        kind=kind,
        codes=codes if not skip or _counts(kind, codes) else (*codes, "skip"),
        when=_when(fields.get("when")),
        keeps=_optional(fields, "keeps"),
        known=_optional(fields, "known"),
        skip=skip,
        tell=_optional(fields, "tell"),
        most=int(fields.get("most", 0)),
    )


def _counts(kind: str, codes: tuple[str, ...]) -> bool:
    """Lines that are numbers themselves: the digit typed is the answer, so no other line may stand among them."""
    return kind == "number" and value_of(codes[0]) == "1"


def _code(question: str, choice: str) -> str:
    return choice if ":" in choice else f"answer:{question}:{choice}"


def _end(raw: object) -> End:
    fields = _keys(raw, _END_KEYS, "an end")
    return End(
        when=_when(fields.get("when")),
        say=_texts(fields, "say"),
        choices=_texts(fields, "choices"),
        hand_off=None if fields.get("hand_off") is None else _hand_off(fields["hand_off"]),
        at_once=fields.get("at_once") is True,
        tell=_optional(fields, "tell"),
    )


def _hand_off(raw: object) -> HandOff:
    fields = _keys(raw, frozenset({"level", "due", "declined_by"}), "hand_off")
    level, due = _text(fields, "level"), fields.get("due")
    if level not in LEVELS:
        raise BadGuide(f"hand_off: level must be one of {', '.join(LEVELS)}")
    if not isinstance(due, int) or due < 1:
        raise BadGuide("hand_off: due is a number of minutes")
    return HandOff(level, due, _when(fields.get("declined_by")))


def _when(raw: object) -> Conditions:
    if raw is None:
        return {}
    fields = _keys(raw, None, "when")
    return {name: _strings(value if isinstance(value, list) else [value], name) for name, value in fields.items()}


def _keys(raw: object, allowed: frozenset[str] | None, what: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise BadGuide(f"{what} must have keys")
    unknown = set() if allowed is None else set(map(str, raw)) - allowed
    if unknown:
        raise BadGuide(f"{what} has a key that means nothing: {', '.join(sorted(unknown))}")
    return {str(key): value for key, value in raw.items()}


def _list(fields: Mapping[str, Any], name: str) -> list[object]:
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise BadGuide(f"{name} must be a list")
    return value


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return _strings(_list(fields, name), name)


def _strings(values: Iterable[object], name: str) -> tuple[str, ...]:
    for value in values:
        if not isinstance(value, str):
            raise BadGuide(f"{name}: put {value} into quotes (yes and no are no words in YAML without them)")
    return tuple(str(value) for value in values)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise BadGuide(f"{name} must be a text")
    return value


def _optional(fields: Mapping[str, Any], name: str) -> str | None:
    return None if fields.get(name) is None else _text(fields, name)
