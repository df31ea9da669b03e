"""The texts that editors change, as fields: of an item, a lesson, what is said of a course, a phrase.

A field's name says where it stands: `az.title`, `ru.sms.2`, `az.child.telegram`, `ru.answers.1`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from helpline.course_library import Course, CourseText, Lesson, LessonText
from helpline.library import LANGUAGES, PLACEHOLDER, Item, ItemText

Fields = Mapping[str, str]
MOST_MESSAGES = 5


class TextMissing(ValueError):
    """A field that the text cannot be without is empty. The message is its name."""


def fingerprint(fields: Fields) -> str:
    return hashlib.sha256(json.dumps(dict(fields), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def item_fields(item: Item) -> dict[str, str]:
    return {
        f"{language}.{name}": value for language in LANGUAGES for name, value in _of_item(item.texts[language]).items()
    }


def _of_item(text: ItemText) -> dict[str, str]:
    lists = {**_numbered("telegram", text.telegram), **_numbered("sms", text.sms)}
    return {"title": text.title, "short": text.short, **lists, "words": "\n".join(text.words)}


def item_with(item: Item, fields: Fields) -> Item:
    """The item with these texts. Raise TextMissing."""
    texts = {language: _item_text(_of(fields, language), language) for language in LANGUAGES}
    said = [text for each in texts.values() for text in (*each.telegram, *each.sms)]
    named = frozenset(name for text in said for name in PLACEHOLDER.findall(text))
    return replace(item, texts=texts, placeholders=named)


def _item_text(fields: Fields, language: str) -> ItemText:
    words = tuple(word.strip() for word in fields.get("words", "").splitlines() if word.strip())
    title, short = _needed(fields, "title", language), _needed(fields, "short", language)
    telegram, sms = _list(fields, "telegram", language), _list(fields, "sms", language)
    return ItemText(title, short, words, telegram, sms)


def lesson_fields(lesson: Lesson) -> dict[str, str]:
    return {
        f"{language}.{name}": value
        for language in LANGUAGES
        for name, value in _of_lesson(lesson.texts[language]).items()
    }


def _of_lesson(text: LessonText) -> dict[str, str]:
    return {
        "title": text.title,
        **_numbered("telegram", text.telegram),
        **_numbered("sms", text.sms),
        "practice": text.practice,
        "question": text.question,
        **_numbered("answers", text.answers),
        "because": text.because,
        "checkin": text.checkin,
        "worked": text.worked,
        "not_yet": text.not_yet,
        **{f"by_age.{age}": said for age, said in text.by_age.items()},
    }


def lesson_with(lesson: Lesson, fields: Fields) -> Lesson:
    """The lesson with these texts; how many answers its quiz has, and which is right, stays. Raise TextMissing."""
    texts = {language: _lesson_text(lesson.texts[language], _of(fields, language), language) for language in LANGUAGES}
    return replace(lesson, texts=texts)


def _lesson_text(known: LessonText, fields: Fields, language: str) -> LessonText:
    one = {name: _needed(fields, name, language) for name in _of_lesson(known) if _single(name)}
    ages = {age: _needed(fields, f"by_age.{age}", language) for age in known.by_age}
    answers = tuple(_needed(fields, f"answers.{n}", language) for n in range(1, len(known.answers) + 1))
    telegram, sms = _list(fields, "telegram", language), _list(fields, "sms", language)
    return replace(known, **one, telegram=telegram, sms=sms, answers=answers, by_age=ages)  # type: ignore[arg-type]  # `one` has only texts


def _single(name: str) -> bool:
    return "." not in name


def course_fields(course: Course) -> dict[str, str]:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        text = course.texts[language]
        told = {"title": text.title, "short": text.short, "about": text.about, "done": text.done}
        modules = {f"module.{module.id}": module.titles[language] for module in course.modules}
        found |= {f"{language}.{name}": value for name, value in {**told, **modules}.items()}
    return found


def course_with(course: Course, fields: Fields) -> Course:
    """What is said of a course as a whole, with these texts. Raise TextMissing."""
    texts = {language: _course_text(_of(fields, language), language) for language in LANGUAGES}
    modules = tuple(
        replace(
            module,
            titles={language: _needed(fields, f"{language}.module.{module.id}", "") for language in LANGUAGES},
        )
        for module in course.modules
    )
    return replace(course, texts=texts, modules=modules)


def _course_text(fields: Fields, language: str) -> CourseText:
    return CourseText(*(_needed(fields, name, language) for name in ("title", "short", "about", "done")))


def phrase_fields(entries: Mapping[str, object]) -> dict[str, str]:
    """A phrase of each language: a register holds a text, or one for each channel."""
    found: dict[str, str] = {}
    for language, entry in entries.items():
        for register, form in entry.items() if isinstance(entry, dict) else ():
            if isinstance(form, dict):
                found |= {f"{language}.{register}.{channel}": str(text).strip() for channel, text in form.items()}
            else:
                found[f"{language}.{register}"] = str(form).strip()
    return found


def phrase_with(fields: Fields, language: str) -> dict[str, object]:
    """The entry of a phrase in one language."""
    entry: dict[str, object] = {}
    for name, text in _of(fields, language).items():
        register, _, channel = name.partition(".")
        if channel:
            known = entry.setdefault(register, {})
            if isinstance(known, dict):
                known[channel] = text
        else:
            entry[register] = text
    return entry


def _of(fields: Fields, language: str) -> dict[str, str]:
    return {name.partition(".")[2]: text for name, text in fields.items() if name.startswith(f"{language}.")}


def _numbered(name: str, texts: Iterable[str]) -> dict[str, str]:
    return {f"{name}.{number}": text for number, text in enumerate(texts, 1)}


def _needed(fields: Fields, name: str, language: str) -> str:
    text = fields.get(name, "").strip()
    if not text:
        raise TextMissing(f"{language}.{name}".strip("."))
    return text


def _list(fields: Fields, name: str, language: str) -> tuple[str, ...]:
    """The messages of a list, without those that were emptied; one at least."""
    found = tuple(text for n in range(1, MOST_MESSAGES + 1) if (text := fields.get(f"{name}.{n}", "").strip()))
    if not found:
        raise TextMissing(f"{language}.{name}.1")
    return found
