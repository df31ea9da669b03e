"""A text as its page shows it: fields side by side, what is wrong beside each, what changed, and both phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from console.words import Words
from helpline import segments
from helpline.canned_texts import canned_fields
from helpline.content_check import SMS_TEXTS, TELEGRAM_MESSAGES
from helpline.course_check import TEXTS
from helpline.library import LANGUAGES, PLACEHOLDER
from helpline.phrasebook import Phrasebook
from helpline.previewing import FORMS, Bubble, canned_bubbles, course_bubbles, item_bubbles, phrase_bubbles
from helpline.text_catalog import Text
from helpline.text_check import FieldFault, trial
from helpline.text_diff import Piece, word_diff

_MOST = {"item": {"telegram": TELEGRAM_MESSAGES, "sms": SMS_TEXTS}, "lesson": {"telegram": TEXTS, "sms": TEXTS}}
_CANNOT_BE_SHOWN = ("braces", "field", "missing", "unknown_placeholder")


@dataclass(frozen=True)
class Cell:
    """A field in one language."""

    name: str
    language: str
    value: str = field(repr=False)
    kept: tuple[str, ...]
    faults: tuple[str, ...]
    size: str
    changed: bool
    diff: tuple[Piece, ...] = field(repr=False, default=())

    @property
    def tall(self) -> int:
        """Lines of the box that it is written in."""
        return min(14, max(1, sum(1 + len(line) // 60 for line in self.value.splitlines())))


@dataclass(frozen=True)
class Row:
    """A field in both languages. `alone`: it was changed in one of them only."""

    label: str
    cells: tuple[Cell, ...]

    @property
    def alone(self) -> bool:
        return len({cell.changed for cell in self.cells}) > 1


def rows_of(text: Text, fields: Mapping[str, str], faults: Sequence[FieldFault], words: Words) -> list[Row]:
    """The fields of a text in the order of its file, with an empty one at the end of a list that may grow."""
    names = _names(text, fields)
    return [
        Row(
            label_of(text.kind, name, words),
            tuple(_cell(text, fields, faults, language, name, words) for language in LANGUAGES),
        )
        for name in names
    ]


def _names(text: Text, fields: Mapping[str, str]) -> list[str]:
    every = [name.partition(".")[2] for name in (*text.written, *fields)]
    for listed, most in _MOST.get(text.kind, {}).items():
        used = max((int(name.rpartition(".")[2]) for name in every if name.startswith(f"{listed}.")), default=0)
        every += [f"{listed}.{used + 1}"] if used < most else []
    order = list(dict.fromkeys(every))
    lists = ("telegram", "sms")
    return sorted(order, key=lambda name: _rank(name, order, lists, text.kind))


def _rank(name: str, order: list[str], lists: tuple[str, ...], kind: str) -> tuple[int, str]:
    """A further message of a list stands behind its first, not at the end."""
    base = name.partition(".")[0]
    if kind != "phrase" and base in lists:
        return (order.index(f"{base}.1") if f"{base}.1" in order else order.index(name), name)
    return (order.index(name), "")


def _cell(
    text: Text, fields: Mapping[str, str], faults: Sequence[FieldFault], language: str, suffix: str, words: Words
) -> Cell:
    name = f"{language}.{suffix}"
    value, told = fields.get(name, ""), text.told.get(name, "")
    kept = tuple(dict.fromkeys(PLACEHOLDER.findall(text.written.get(name, ""))))
    diff = tuple(word_diff(told, value)) if value != told else ()
    return Cell(
        name, language, value, kept, faults_told(faults, name, words), size_of(name, value, words), value != told, diff
    )


def faults_told(faults: Sequence[FieldFault], name: str, words: Words) -> tuple[str, ...]:
    """What is wrong with a field, in the reader's words; without a name what belongs to none."""
    return tuple(words(f"texts.fault.{one.fault.code}", **one.fault.values) for one in faults if one.field == name)


def size_of(name: str, value: str, words: Words) -> str:
    if not value or ".sms" not in name:
        return words("texts.characters", n=len(value))
    size = segments.count(value)
    return words("texts.size", parts=size.parts, units=size.units)


def label_of(kind: str, suffix: str, words: Words) -> str:
    """What a field is called: `child.telegram` of a phrase, `sms.2` of an item."""
    first, _, rest = suffix.partition(".")
    if kind in ("phrase", "canned"):
        register = words(f"texts.register.{first}")
        return f"{register} · {words(f'texts.phone.{rest}')}" if rest else register
    if first in ("by_age", "module"):
        return words(f"texts.field.{first}", name=rest)
    return words(f"texts.field.{first}", n=rest) if rest else words(f"texts.field.{first}")


@dataclass(frozen=True)
class Phone:
    language: str
    form: str
    bubbles: tuple[Bubble, ...] = field(repr=False)


def phones_of(book: Phrasebook, text: Text, fields: Mapping[str, str], faults: Sequence[FieldFault]) -> list[Phone]:
    """Both phones in both languages; empty where what is wrong keeps it from being shown."""
    if any(one.fault.code in _CANNOT_BE_SHOWN for one in faults):
        return []
    tried = trial(book, text, fields)
    return [
        Phone(language, form, tuple(_shown(tried, text, language, form))) for language in LANGUAGES for form in FORMS
    ]


def _shown(book: Phrasebook, text: Text, language: str, form: str) -> list[Bubble]:
    kind, _, rest = text.key.partition(":")
    if kind == "phrase":
        return phrase_bubbles(book, rest, language, form)
    if kind == "canned":
        return canned_bubbles(canned_fields(book, rest, written=False), language, form)
    if kind == "item":
        item = book.library.get(rest)
        return [] if item is None else item_bubbles(book, item, language, form)
    course, _, lesson = rest.partition(":")
    return course_bubbles(book, course, lesson, language, form)
