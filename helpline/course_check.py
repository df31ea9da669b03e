"""What is wrong with the courses, in words for an editor: `helpline content check`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from helpline import segments
from helpline.content_check import SHORT_CHARACTERS, SMS_PARTS, TELEGRAM_CHARACTERS, Problem, Wording
from helpline.course_library import BadCourse, Course, Lesson, LessonText, read_course
from helpline.course_rehearsal import Rehearsal, Sent
from helpline.faults import Fault
from helpline.library import LANGUAGES
from helpline.phrasebook import Phrasebook

TITLE, LINE, QUESTION = 40, 134, 90
TEXTS = 2
# A choice's code names course and lesson; Telegram takes 64 bytes of it.
ID = 20


def check_courses(data: Path) -> tuple[list[Course], list[Problem]]:
    """Return every course that can be read, and what is wrong with them and with those that cannot."""
    courses, problems = [], []
    for path in sorted((data / "courses").glob("*.yml")):
        try:
            course = read_course(path)
        except BadCourse as error:
            problems.append(Problem(path.stem, "", str(error)))
            continue
        courses.append(course)
        if course.id != path.stem:
            problems.append(Problem(path.stem, "id", f"is {course.id}, but the file is {path.name}"))
    if not problems:
        book = Phrasebook(data)
        problems.extend(CourseCheck(book, Wording(data, book), courses).problems())
    return courses, problems


class CourseCheck:
    """What is wrong with the texts of courses, as the book would send them."""

    def __init__(self, book: Phrasebook, wording: Wording, courses: Sequence[Course]) -> None:
        self._courses = courses
        self._book = book
        self._wording = wording

    def problems(self) -> Iterator[Problem]:
        yield from self._twins()
        for course in self._courses:
            yield from self._course(course)
            for language in LANGUAGES:
                yield from self._about(course, language)
                for lesson in course.lessons:
                    yield from self._lesson(course, lesson, language)
                if self._book.courses.get(course.id) is not None:
                    yield from self._sms(course, language)

    def about(self, course: Course) -> Iterator[Problem]:
        """What is said of a course as a whole."""
        yield from self._twins()
        for language in LANGUAGES:
            yield from self._about(course, language)
            if self._book.courses.get(course.id) is not None:
                yield from _too_long(course.id, language, Rehearsal(self._book, course, language, "sms").about())

    def lesson(self, course: Course, lesson: Lesson) -> Iterator[Problem]:
        """One lesson, for every age."""
        for language in LANGUAGES:
            yield from self._lesson(course, lesson, language)
            for age in (None, *course.ages) if self._book.courses.get(course.id) is not None else ():
                for sent in Rehearsal(self._book, course, language, "sms", age).lesson(lesson):
                    yield from _too_long(f"{course.id}:{lesson.id}", language, sent)

    def _twins(self) -> Iterator[Problem]:
        """On a list two courses must not look the same."""
        seen: dict[tuple[str, str], str] = {}
        for course in self._courses:
            for language in LANGUAGES:
                short = course.texts[language].short
                other = seen.setdefault((language, short.casefold()), course.id)
                if other != course.id:
                    yield Problem(course.id, f"{language}.short", f"{other} is called so too")

    def _course(self, course: Course) -> Iterator[Problem]:
        named = [course.id, *(module.id for module in course.modules), *(lesson.id for lesson in course.lessons)]
        for code in named:
            if len(code) > ID or ":" in code:
                yield Problem(course.id, "id", f"{code}: at most {ID} letters, no colon")
        if course.published and not (course.reviewer and course.reviewed_on):
            yield Problem(course.id, "state", "published needs reviewer and reviewed_on")

    def _about(self, course: Course, language: str) -> Iterator[Problem]:
        text = course.texts[language]
        limits = (("title", text.title, TITLE), ("short", text.short, SHORT_CHARACTERS))
        for where, said, most in (*limits, ("about", text.about, LINE), ("done", text.done, LINE)):
            yield from self._said(course, course.id, language, where, said, most)
        for module in course.modules:
            yield from self._said(course, course.id, language, module.id, module.titles[language], TITLE)

    def _lesson(self, course: Course, lesson: Lesson, language: str) -> Iterator[Problem]:
        text, code = lesson.texts[language], f"{course.id}:{lesson.id}"
        for where, said, most in _limits(text):
            yield from self._said(course, code, language, where, said, most)
        for where, count in (("telegram", len(text.telegram)), ("sms", len(text.sms))):
            if count > TEXTS:
                yield Problem(code, f"{language}.{where}", Fault("texts", n=count, most=TEXTS))

    def _said(self, course: Course, code: str, language: str, where: str, text: str, most: int) -> Iterator[Problem]:
        where = f"{language}.{where}"
        if len(text) > most:
            yield Problem(code, where, Fault("characters", n=len(text), most=most))
        age = course.ages[0] if course.audience == "child" else "any"
        for what in self._wording.problems(text, language, course.audience, age):
            yield Problem(code, where, what)

    def _sms(self, course: Course, language: str) -> Iterator[Problem]:
        """Each text as it is sent, with its choices, for every age."""
        rehearsals = [Rehearsal(self._book, course, language, "sms", age) for age in (None, *course.ages)]
        yield from _too_long(course.id, language, rehearsals[0].about())
        for lesson in course.lessons:
            for rehearsal in rehearsals:
                for sent in rehearsal.lesson(lesson):
                    yield from _too_long(f"{course.id}:{lesson.id}", language, sent)


def _limits(text: LessonText) -> Iterator[tuple[str, str, int]]:
    yield "title", text.title, TITLE
    yield from ((f"telegram {number}", each, TELEGRAM_CHARACTERS) for number, each in enumerate(text.telegram, 1))
    yield from ((f"sms {number}", each, LINE) for number, each in enumerate(text.sms, 1))
    yield from ((f"answer {number}", each, SHORT_CHARACTERS) for number, each in enumerate(text.answers, 1))
    yield from (("question", text.question, QUESTION), ("checkin", text.checkin, QUESTION))
    lines = (("practice", text.practice), ("because", text.because), ("worked", text.worked), ("not_yet", text.not_yet))
    yield from ((where, said, LINE) for where, said in lines)
    yield from ((f"by_age {age}", said, LINE) for age, said in text.by_age.items())


def _too_long(code: str, language: str, sent: Sent) -> Iterator[Problem]:
    for outs in sent.said:
        parts = sum(segments.count(out.text).parts for out in outs)
        if parts > SMS_PARTS:
            yield Problem(code, f"{language}.{sent.what}", Fault("parts", n=parts, most=SMS_PARTS))
