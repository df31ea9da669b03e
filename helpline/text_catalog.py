"""Every text that an editor may change, by its key, as people read it and as the files say it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpline.canned_texts import canned_fields, canned_replies, canned_title
from helpline.course_library import Course
from helpline.library import LANGUAGES, PLACEHOLDER, PUBLISHED, Item
from helpline.phrasebook import Phrasebook
from helpline.records import DAY_ONE
from helpline.text_fields import course_fields, item_fields, lesson_fields, phrase_fields
from triage.yaml_files import read_yaml

KINDS = ("item", "course", "lesson", "phrase", "canned")
_NOT_PHRASES = ("labels", "sms_labels")
_MARKS = re.compile("[\u0300-\u036f]")
_LETTERS = str.maketrans("əıё", "eiе")


@dataclass(frozen=True)
class Text:
    """`told`: its fields as people read them; `written`: as the files say them; `state`: what the files call it.

    `safety`: it names whom to call in danger, so it is always sent. `neutral`: whoever holds the phone may read it.
    """

    key: str
    kind: str
    title: Mapping[str, str]
    audience: str
    age: str
    state: str
    told: Mapping[str, str] = field(repr=False)
    written: Mapping[str, str] = field(repr=False)
    safety: bool = False
    neutral: bool = False


def texts_of(book: Phrasebook, kind: str) -> list[Text]:
    """All texts of a kind, in the order of the files."""
    return [text for text in _every(book, kind) if text is not None]


def _every(book: Phrasebook, kind: str) -> Iterator[Text | None]:
    match kind:
        case "item":
            yield from (text_of(book, f"item:{item.id}") for item in book.library.every())
        case "course":
            yield from (text_of(book, f"course:{course.id}") for course in book.courses.every())
        case "lesson":
            for course in book.courses.every():
                yield from (text_of(book, f"lesson:{course.id}:{lesson.id}") for lesson in course.lessons)
        case "phrase":
            keys = sorted(book.keys(LANGUAGES[0]) - set(_NOT_PHRASES))
            neutral = _neutral(book.folder)
            yield from (_phrase(book, key, neutral) for key in keys)
        case "canned":
            yield from (_canned(book, one.id) for one in canned_replies(book)[LANGUAGES[0]])


def text_of(book: Phrasebook, key: str) -> Text | None:
    """One text; None where there is none of this key."""
    kind, _, rest = key.partition(":")
    match kind:
        case "item":
            item = next((one for one in book.library.every() if one.id == rest), None)
            written = book.library.written(rest)
            return None if item is None or written is None else _item(key, item, written)
        case "course" | "lesson":
            return _of_course(book, key, *rest.partition(":")[::2])
        case "phrase" if rest not in _NOT_PHRASES:
            return _phrase(book, rest, _neutral(book.folder))
        case "canned":
            return _canned(book, rest)
    return None


def _item(key: str, item: Item, written: Item) -> Text:
    title = {language: item.texts[language].title for language in LANGUAGES}
    told, files = item_fields(item), item_fields(written)
    return Text(key, "item", title, item.audience, item.age, item.state, told, files, safety=_calls(files))


def _of_course(book: Phrasebook, key: str, course: str, lesson: str) -> Text | None:
    found = next((one for one in book.courses.every() if one.id == course), None)
    written = book.courses.written(course)
    if found is None or written is None:
        return None
    if key.startswith("course:"):
        return None if lesson else _course(key, found, written)
    return _lesson(key, found, written, lesson)


def _course(key: str, course: Course, written: Course) -> Text:
    title = {language: course.texts[language].title for language in LANGUAGES}
    told, files = course_fields(course), course_fields(written)
    return Text(key, "course", title, course.audience, ", ".join(course.ages), course.state, told, files)


def _lesson(key: str, course: Course, written: Course, code: str) -> Text | None:
    lesson, file = (next((one for one in each.lessons if one.id == code), None) for each in (course, written))
    if lesson is None or file is None:
        return None
    title = {language: f"{course.texts[language].title}: {lesson.texts[language].title}" for language in LANGUAGES}
    told, files = lesson_fields(lesson), lesson_fields(file)
    age = ", ".join(course.ages)
    return Text(key, "lesson", title, course.audience, age, written.state, told, files, safety=_calls(files))


def _phrase(book: Phrasebook, key: str, neutral: frozenset[str]) -> Text | None:
    told, files = phrase_fields(book.phrase(key)), phrase_fields(book.phrase(key, written=True))
    if not files:
        return None
    title = {language: _first(told, language) for language in LANGUAGES}
    quiet = key in neutral or key.endswith("_neutral")
    return Text(f"phrase:{key}", "phrase", title, "", "", PUBLISHED, told, files, safety=_calls(files), neutral=quiet)


def _canned(book: Phrasebook, code: str) -> Text | None:
    written = canned_fields(book, code, written=True)
    if not written:
        return None
    told = canned_fields(book, code, written=False)
    return Text(f"canned:{code}", "canned", canned_title(book, code), "", "", PUBLISHED, told, written)


def _first(fields: Mapping[str, str], language: str) -> str:
    """The beginning of a phrase, which has no title of its own."""
    text = next((text for name, text in fields.items() if name.startswith(f"{language}.")), "")
    words = text.split()
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")


def _calls(fields: Mapping[str, str]) -> bool:
    return any(name in DAY_ONE for text in fields.values() for name in PLACEHOLDER.findall(text))


def _neutral(folder: Path) -> frozenset[str]:
    listed = read_yaml(folder / "style" / "neutral.yml")
    return frozenset(map(str, listed["keys"]))


def texts_matching(texts: Sequence[Text], asked: str) -> list[Text]:
    """The texts that have every word that was asked for, in their key or anywhere in what they say; letters without marks."""
    words = _bare(asked).split()
    return [text for text in texts if all(word in _said(text) for word in words)] if words else list(texts)


def _said(text: Text) -> str:
    return _bare(" ".join((text.key.replace(":", " "), *text.told.values())))


def _bare(text: str) -> str:
    """Cheaper than language.canonical, which a search through all texts would take seconds for."""
    return _MARKS.sub("", unicodedata.normalize("NFD", text.casefold())).translate(_LETTERS)
