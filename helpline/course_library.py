"""The courses of data/courses, one file each, as editors write them: a goal in modules, a module in lessons, a lesson a day.

Files are read again when they change; one that cannot be read keeps its last good state, so that an editor's slip takes nobody's
lesson away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from helpline.edited import Keys
from helpline.library import LANGUAGES, PLACEHOLDER, PUBLISHED, STATES

COURSE_AGES = {"parent": ("0-2", "3-9", "10-17"), "child": ("7-10", "11-14", "15-17")}
PICTURES = ("breathing", "steps", "hand", "circle", "ladder", "clock", "house", "shield")
_MOST_ANSWERS = 3


class BadCourse(ValueError):
    """A file that is no course. The message says which key is wrong, in words for an editor."""


@dataclass(frozen=True)
class LessonText:
    """A lesson in one language. `right` is the number of the right answer, from 1; `checkin` is asked a day later."""

    title: str
    telegram: tuple[str, ...]
    sms: tuple[str, ...]
    practice: str
    question: str
    answers: tuple[str, ...]
    right: int
    because: str
    checkin: str
    worked: str
    not_yet: str
    by_age: Mapping[str, str]

    def texts(self) -> tuple[str, ...]:
        quiz = (self.question, *self.answers, self.because)
        after = (self.checkin, self.worked, self.not_yet, *self.by_age.values())
        return (self.title, *self.telegram, *self.sms, self.practice, *quiz, *after)


@dataclass(frozen=True)
class Lesson:
    id: str
    picture: str | None
    texts: Mapping[str, LessonText]


@dataclass(frozen=True)
class Module:
    id: str
    titles: Mapping[str, str]
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class CourseText:
    """`short` fits a button or a line of an SMS; `done` is said at the very end."""

    title: str
    short: str
    about: str
    done: str


@dataclass(frozen=True)
class Course:
    """A course. `ages` are the ages of the child that it suits: a parent's child, or the child who takes it."""

    id: str
    audience: str
    ages: tuple[str, ...]
    inspire: str
    sources: tuple[str, ...]
    state: str
    reviewer: str | None
    reviewed_on: str | None
    texts: Mapping[str, CourseText]
    modules: tuple[Module, ...]

    @property
    def published(self) -> bool:
        return self.state == PUBLISHED

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    def module_ending_with(self, lesson: str) -> Module | None:
        """The module whose last lesson this is."""
        return next((module for module in self.modules if module.lessons[-1].id == lesson), None)

    def placeholders(self) -> frozenset[str]:
        """The codes of the telephone numbers that its texts name."""
        of_lessons = [text for lesson in self.lessons for each in lesson.texts.values() for text in each.texts()]
        said = [text for each in self.texts.values() for text in (each.about, each.done)] + of_lessons
        return frozenset(name for text in said for name in PLACEHOLDER.findall(text))


def read_course(path: Path) -> Course:
    """Return the course of a file. Raise BadCourse for a file that is none."""
    keys = Keys.read(path, BadCourse)
    audience = keys.one_of("audience", COURSE_AGES)
    ages = keys.some_of("ages", COURSE_AGES[audience])
    course = Course(
        id=keys.text("id"),
        audience=audience,
        ages=ages,
        inspire=keys.one_of("inspire", "INSPMRE"),
        sources=keys.texts("sources"),
        state=keys.one_of("state", STATES),
        reviewer=keys.told("reviewer"),
        reviewed_on=keys.told("reviewed_on"),
        texts={language: _course_text(keys.below(language)) for language in LANGUAGES},
        modules=tuple(_module(each, ages) for each in keys.each("modules")),
    )
    return _whole(course)


def _whole(course: Course) -> Course:
    """Ids name lessons to people who are in the middle of them: twice the same would mix them up."""
    for kind, ids in (("module", [each.id for each in course.modules]), ("lesson", [one.id for one in course.lessons])):
        twice = sorted({code for code in ids if ids.count(code) > 1})
        if twice:
            raise BadCourse(f"{kind} {twice[0]} is there twice")
    return course


def _course_text(keys: Keys) -> CourseText:
    return CourseText(keys.text("title"), keys.text("short"), keys.text("about"), keys.text("done"))


def _module(keys: Keys, ages: tuple[str, ...]) -> Module:
    titles = {language: keys.below(language).text("title") for language in LANGUAGES}
    return Module(keys.text("id"), titles, tuple(_lesson(each, ages) for each in keys.each("lessons")))


def _lesson(keys: Keys, ages: tuple[str, ...]) -> Lesson:
    picture = keys.told("picture")
    if picture is not None:
        keys.one_of("picture", PICTURES)
    texts = {language: _lesson_text(keys.below(language), ages) for language in LANGUAGES}
    az, ru = texts["az"], texts["ru"]
    if (az.right, len(az.answers), set(az.by_age)) != (ru.right, len(ru.answers), set(ru.by_age)):
        raise BadCourse(f"{keys.text('id')}: quiz and by_age must be the same in az and ru")
    return Lesson(keys.text("id"), picture, texts)


def _lesson_text(keys: Keys, ages: tuple[str, ...]) -> LessonText:
    quiz, checkin = keys.below("quiz"), keys.below("checkin")
    answers = quiz.texts("answers")
    if not 2 <= len(answers) <= _MOST_ANSWERS:
        raise BadCourse(f"{keys.text('title')}: a quiz has 2 or {_MOST_ANSWERS} answers")
    by_age = keys.by_name("by_age")
    if not set(by_age) <= set(ages):
        raise BadCourse(f"{keys.text('title')}: by_age has ages that the course is not for")
    return LessonText(
        title=keys.text("title"),
        telegram=keys.texts("telegram"),
        sms=keys.texts("sms"),
        practice=keys.text("practice"),
        question=quiz.text("question"),
        answers=answers,
        right=quiz.number("right", len(answers)),
        because=quiz.text("because"),
        checkin=checkin.text("question"),
        worked=checkin.text("worked"),
        not_yet=checkin.text("not_yet"),
        by_age=by_age,
    )


def as_written(course: Course) -> Course:
    return course


class CourseLibrary:
    """The courses of a folder. Without `drafts`, what no editor has published is not there for readers.

    `numbers` are the codes of the telephone numbers that may be shown; a course that names another one is not there either.
    """

    def __init__(self, folder: Path, numbers: frozenset[str], *, drafts: bool = True) -> None:
        self._folder = folder
        self._drafts = drafts
        self._numbers = numbers
        self._seen: dict[Path, int] | None = None
        self._courses: dict[Path, Course] = {}
        self._shown: dict[str, Course] = {}
        self._lay: Callable[[Course], Course] = as_written
        self._laid: dict[str, Course] = {}
        self.unreadable: tuple[str, ...] = ()
        self.reload(numbers)

    def reload(self, numbers: frozenset[str], lay: Callable[[Course], Course] = as_written) -> bool:
        """Read the files that changed; return whether any did. `unreadable` names the files kept in their last state.

        `lay` makes of a course what was published of it since; another one counts as a change.
        """
        times = {path: path.stat().st_mtime_ns for path in sorted(self._folder.glob("*.yml"))}
        if times == self._seen and numbers == self._numbers and lay == self._lay:
            return False
        before = self._seen or {}
        bad = [path.name for path, time in times.items() if not self._read(path, changed=before.get(path) != time)]
        self._courses = {path: course for path, course in self._courses.items() if path in times}
        self._seen, self._numbers, self._lay, self.unreadable = times, numbers, lay, tuple(bad)
        self._laid = {course.id: lay(course) for _, course in sorted(self._courses.items())}
        self._shown = {code: course for code, course in self._laid.items() if self._may_be_shown(course)}
        return True

    def _may_be_shown(self, course: Course) -> bool:
        return (self._drafts or course.published) and course.placeholders() <= self._numbers

    def _read(self, path: Path, *, changed: bool) -> bool:
        if not changed:
            return path.name not in self.unreadable
        try:
            self._courses[path] = read_course(path)
        except BadCourse:
            return False
        return True

    def every(self) -> list[Course]:
        """Every course that can be read, offered to readers or not."""
        return list(self._laid.values())

    def written(self, code: str) -> Course | None:
        """A course as its file says it."""
        return next((course for course in self._courses.values() if course.id == code), None)

    def courses(self) -> list[Course]:
        """What may be shown, in the order of the files."""
        return list(self._shown.values())

    def get(self, code: str) -> Course | None:
        return self._shown.get(code)

    def for_whom(self, audience: str, age: str | None) -> list[Course]:
        """The courses for an audience; where an age is known, those for that age alone."""
        own = [course for course in self._shown.values() if course.audience == audience]
        return [course for course in own if age is None or age in course.ages]
