"""What is wrong with a text as an editor typed it, field by field: the checks of `helpline content check`, and what only an
editor's slip can do: a placeholder lost, a number taken out of a safety text, markup, a field that is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from helpline import segments
from helpline.canned import MOST_PARTS
from helpline.canned_texts import unknown_names
from helpline.content_check import TELEGRAM_CHARACTERS, ItemCheck, Problem, Wording
from helpline.course_check import CourseCheck
from helpline.faults import Fault
from helpline.library import PLACEHOLDER
from helpline.neutral_check import check_neutral
from helpline.overlay import LaidText
from helpline.phrasebook import Phrasebook
from helpline.records import DAY_ONE
from helpline.text_catalog import Text
from helpline.text_fields import MOST_MESSAGES, TextMissing, course_with, item_with, lesson_with

Fields = Mapping[str, str]
LONGEST = 2000
SMS_PHRASE = 2
# Tags, entities, links of Markdown, control characters, and what turns the direction of writing round.
_MARKUP = re.compile(
    r"</?[A-Za-z!][^<>]*>|&(?:#\d+|[a-z]+);|\[[^\]]*\]\([^)]*\)"
    r"|[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]"
)
_LISTED = re.compile(r"(az|ru)\.(telegram|sms)\.(\d)")


@dataclass(frozen=True)
class FieldFault:
    """`field` is empty where a fault is of no field alone."""

    field: str
    fault: Fault


def cleaned(text: Text, fields: Fields) -> dict[str, str]:
    """What was typed, with the line ends of the files, without empty messages of a list and fields that are none."""
    known = {name: value for name, value in fields.items() if known_field(text, name)}
    typed = {name: "\n".join(line.rstrip() for line in value.strip().splitlines()) for name, value in known.items()}
    return {name: value for name, value in typed.items() if value or name in text.written}


def known_field(text: Text, name: str) -> bool:
    """A field that the file's text has, or a further message of one of its lists."""
    matched = _LISTED.fullmatch(name) if text.kind in ("item", "lesson") else None
    return name in text.written or (matched is not None and 1 <= int(matched[3]) <= MOST_MESSAGES)


def trial(book: Phrasebook, text: Text, fields: Fields) -> Phrasebook:
    """A book in which the typed text is published."""
    return book.trying(text.key, LaidText(1, book.today or date.min, "editor", fields))


def faults_of(book: Phrasebook, text: Text, fields: Fields) -> list[FieldFault]:
    """Everything that stands against a text, each once. Nothing that could not be rendered is rendered."""
    raw = list(_raw(text, fields))
    if any(one.fault.code in ("braces", "field", "missing", "unknown_placeholder") for one in raw):
        return raw
    found = [*raw, *_checked(trial(book, text, fields), book, text, fields)]
    return list(dict.fromkeys(found))


def _raw(text: Text, fields: Fields) -> Iterator[FieldFault]:
    for name in fields:
        if not known_field(text, name):
            yield FieldFault("", Fault("field"))
    for name, value in fields.items():
        if _MARKUP.search(value):
            yield FieldFault(name, Fault("markup"))
        if set("{}") & set(PLACEHOLDER.sub("", value)) or "{}" in value:
            yield FieldFault(name, Fault("braces"))
        if len(value) > LONGEST:
            yield FieldFault(name, Fault("characters", n=len(value), most=LONGEST))
    yield from _missing(text, fields)
    yield from _kept(text, fields)


def _missing(text: Text, fields: Fields) -> Iterator[FieldFault]:
    for name in text.written:
        listed = _LISTED.fullmatch(name)
        needed = name.partition(".")[2] != "words" and (listed is None or listed[3] == "1")
        if needed and not fields.get(name, "").strip():
            yield FieldFault(name, Fault("missing"))


def _kept(text: Text, fields: Fields) -> Iterator[FieldFault]:
    """Placeholders of a phrase stay as they are; police, rescue and ambulance are not taken out of any text."""
    for place in sorted({_place(text, name) for name in text.written}):
        before, now = (_named(text, place, each) for each in (text.written, fields))
        at = next(name for name in text.written if _place(text, name) == place)
        for name in sorted(before - now):
            if text.kind == "phrase" or name.removeprefix("number_") in DAY_ONE:
                yield FieldFault(at, Fault("placeholder", name=name))
        for name in sorted(now - before) if text.kind == "phrase" else ():
            yield FieldFault(at, Fault("unknown_placeholder", name=name))


def _place(text: Text, name: str) -> str:
    """A phrase's field stands alone; messages of a list may be cut otherwise, so the list stands together."""
    listed = _LISTED.fullmatch(name)
    return name if text.kind == "phrase" or listed is None else f"{listed[1]}.{listed[2]}"


def _named(text: Text, place: str, fields: Fields) -> set[str]:
    return {
        found for name, value in fields.items() if _place(text, name) == place for found in PLACEHOLDER.findall(value)
    }


def _checked(tried: Phrasebook, book: Phrasebook, text: Text, fields: Fields) -> Iterator[FieldFault]:
    wording = Wording(book.folder, book)
    kind, _, rest = text.key.partition(":")
    if kind in ("phrase", "canned"):
        yield from (_phrase if kind == "phrase" else _canned)(tried, wording, text, fields)
        return
    try:
        problems = list(_of_kind(tried, wording, kind, rest, fields))
    except TextMissing as error:
        yield FieldFault(str(error), Fault("missing"))
        return
    yield from (FieldFault(_where(text, one.where), one.what) for one in problems if isinstance(one.what, Fault))


def _of_kind(tried: Phrasebook, wording: Wording, kind: str, rest: str, fields: Fields) -> Iterator[Problem]:
    if kind == "item":
        item = next(one for one in tried.library.every() if one.id == rest)
        yield from ItemCheck(tried, wording).problems(item_with(item, fields))
        return
    code, _, lesson = rest.partition(":")
    course = next(one for one in tried.courses.every() if one.id == code)
    check = CourseCheck(tried, wording, tried.courses.every())
    if kind == "course":
        yield from check.about(course_with(course, fields))
        return
    changed = lesson_with(next(one for one in course.lessons if one.id == lesson), fields)
    yield from check.lesson(course, changed)


def _where(text: Text, where: str) -> str:
    """The field that a problem of the checks is about."""
    language, _, rest = where.replace(" ", ".").partition(".")
    rest = {"quiz": "question", "sms": "sms.1", "telegram": "telegram.1"}.get(rest, rest.replace("answer.", "answers."))
    names = (f"{language}.{rest}", f"{language}.module.{rest}")
    return next((name for name in names if known_field(text, name)), "")


def _phrase(tried: Phrasebook, wording: Wording, text: Text, fields: Fields) -> Iterator[FieldFault]:
    """A phrase keeps to the rules as well as the file's did: what the file's text does already is no news."""
    for name, value in fields.items():
        language, register = name.split(".")[:2]
        before = text.written.get(name, "")
        audience = "child" if register == "child" else "parent"
        known = set(wording.problems(before, language, audience, "any"))
        for fault in wording.problems(value, language, audience, "any"):
            if fault not in known and fault.code != "no_number":
                yield FieldFault(name, fault)
        yield from _long(tried, name, before, value)
    if text.neutral:
        yield from _neutral(tried, text)


def _canned(book: Phrasebook, wording: Wording, text: Text, fields: Fields) -> Iterator[FieldFault]:
    """A ready-made reply: the same wording, and placeholders that the directory fills."""
    for name, value in fields.items():
        language, register = name.split(".")[:2]
        unknown = unknown_names(book, value)
        yield from (FieldFault(name, Fault("unknown_placeholder", name=one)) for one in unknown)
        said = wording.problems(
            PLACEHOLDER.sub("…", value), language, "child" if register == "child" else "parent", "any"
        )
        yield from (FieldFault(name, fault) for fault in said)
        if name.endswith(".sms") and (parts := segments.count(value).parts) > MOST_PARTS:
            yield FieldFault(name, Fault("parts", n=parts, most=MOST_PARTS))


def _long(book: Phrasebook, name: str, before: str, value: str) -> Iterator[FieldFault]:
    """Two parts, or as many as it had; a messenger's text as an item's."""
    most, parts = max(SMS_PHRASE, _parts(book, before)), _parts(book, value)
    if name.endswith(".sms") and parts > most:
        yield FieldFault(name, Fault("parts", n=parts, most=most))
    longest = max(TELEGRAM_CHARACTERS, len(before))
    if name.endswith(".telegram") and len(value) > longest:
        yield FieldFault(name, Fault("characters", n=len(value), most=longest))


def _parts(book: Phrasebook, value: str) -> int:
    """As it goes out: numbers are shorter than their placeholders."""
    numbers = {**book.directory.always, **book.numbers}
    filled = PLACEHOLDER.sub(lambda found: numbers.get(found[1], found[0]), value)
    return segments.count(filled).parts


def _neutral(tried: Phrasebook, text: Text) -> Iterator[FieldFault]:
    key = text.key.partition(":")[2]
    for problem in check_neutral(tried.folder, tried):
        if problem.item == key and isinstance(problem.what, Fault):
            language, _, channel = problem.where.partition(".")
            at = next((name for name in text.written if name.startswith(language) and name.endswith(channel)), "")
            yield FieldFault(at, problem.what)
