"""Published texts laid over those of the files: an item, a course, a phrase as people read it.

A published text that does not fit its file any more (a quiz got another answer) is left out: the file stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from helpline.course_library import Course, Lesson, Module
from helpline.library import LANGUAGES, PLACEHOLDER, PUBLISHED, Item
from helpline.overlay import LaidText
from helpline.text_fields import TextMissing, course_with, item_with, lesson_with, phrase_fields, phrase_with

Tree = Mapping[str, object]


class Laying:
    """The published texts by key, and what they make of what the files say."""

    def __init__(self, texts: Mapping[str, LaidText]) -> None:
        self._texts = {key: text for key, text in texts.items() if text.fields}

    def item(self, item: Item) -> Item:
        laid = self._texts.get(f"item:{item.id}")
        if laid is None:
            return item
        try:
            found = item_with(item, laid.fields)
        except TextMissing:
            return item
        return replace(found, state=PUBLISHED, reviewer=laid.by, reviewed_on=laid.on.isoformat())

    def course(self, course: Course) -> Course:
        """A course counts as published once all of it was: what is said of it, and each of its lessons."""
        laid = self._texts.get(f"course:{course.id}")
        modules = tuple(self._module(course.id, module) for module in course.modules)
        found = replace(course, modules=modules)
        if laid is None:
            return found
        try:
            found = course_with(found, laid.fields)
        except TextMissing:
            return found
        if all(f"lesson:{course.id}:{lesson.id}" in self._texts for lesson in course.lessons):
            return replace(found, state=PUBLISHED, reviewer=laid.by, reviewed_on=laid.on.isoformat())
        return found

    def _module(self, course: str, module: Module) -> Module:
        return replace(module, lessons=tuple(self._lesson(course, lesson) for lesson in module.lessons))

    def _lesson(self, course: str, lesson: Lesson) -> Lesson:
        laid = self._texts.get(f"lesson:{course}:{lesson.id}")
        try:
            return lesson if laid is None else lesson_with(lesson, laid.fields)
        except TextMissing:
            return lesson

    def phrases(self, written: Mapping[str, Tree]) -> dict[str, Tree]:
        """The phrases of each language; only keys that the program knows are there."""
        laid = {key.partition(":")[2]: text.fields for key, text in self._texts.items() if key.startswith("phrase:")}
        fitting = {key: fields for key, fields in laid.items() if _fits(_of_file(written, key), fields)}
        return {
            language: {**written[language], **{key: phrase_with(fitting[key], language) for key in fitting}}
            for language in LANGUAGES
        }


def _of_file(written: Mapping[str, Tree], key: str) -> dict[str, str]:
    found = phrase_fields({language: written[language].get(key) for language in LANGUAGES})
    return {name: text for name, text in found.items() if text}


def _fits(file: Mapping[str, str], fields: Mapping[str, str]) -> bool:
    """Whether a published phrase has the forms and the placeholders that its file has now.

    A release may have added a form, or a number to be told: the text from before would say nothing there.
    """
    return fields.keys() == file.keys() and all(
        set(PLACEHOLDER.findall(fields[name])) == set(PLACEHOLDER.findall(text)) for name, text in file.items()
    )
