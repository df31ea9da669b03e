"""A course as it is really sent, without anybody taking it: for the check of its lengths and for the preview."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from helpline.conversations import Conversation, NewOut, TurnToTake
from helpline.course_library import Course, Lesson
from helpline.courses import Courses
from helpline.enrolments import ASKS, BEGINS, Enrolment, EnrolmentState
from helpline.lessons import sms_texts
from helpline.matters import Visit
from helpline.phrasebook import Phrasebook, Reader
from wire import Profile

_NOW = datetime(2026, 1, 12, 10, tzinfo=UTC)


@dataclass(frozen=True)
class Sent:
    """What one thing that a person does brings them: `what` is `about`, or what of a lesson it is.

    `said` has the messages of each thing said: more than one where a text was too long and was cut.
    """

    what: str
    said: tuple[tuple[NewOut, ...], ...]


class Rehearsal:
    """Plays a course in one language on one kind of phone, `form` telegram | sms, for a child of an age or of any."""

    def __init__(self, book: Phrasebook, course: Course, language: str, form: str, age: str | None = None) -> None:
        self._book = book
        self._course = course
        self._age = age
        self._matter = Courses()
        profile = Profile(course.audience, age if course.audience == "child" else None)
        self._person = Conversation(1, form, "", language=language, profile=profile, greeted=True, privacy_told=True)
        self._reader = Reader(language, self._person.register, form)

    def about(self) -> Sent:
        return self._sent("about", f"about:{self._course.id}", BEGINS, 0)

    def lesson(self, lesson: Lesson) -> Iterator[Sent]:
        """Everything of a lesson: its texts, the quiz, and the next day's question with both its answers."""
        place = self._course.lessons.index(lesson)
        yield from self._told(lesson, place)
        yield self._sent("quiz", f"quiz:1:{lesson.id}", ASKS, place)
        yield self._sent("because", f"answer:1:{lesson.id}:1", ASKS, place)
        yield self._sent("checkin", "open:1", ASKS, place)
        for outcome, what in (("yes", "worked"), ("no", "not_yet")):
            yield self._sent(what, f"did:1:{lesson.id}:{outcome}", ASKS, place)

    def _told(self, lesson: Lesson, place: int) -> Iterator[Sent]:
        if self._reader.channel != "sms":
            yield self._sent("telegram", "open:1", BEGINS, place)
            return
        count = len(sms_texts(lesson.texts[self._reader.language], self._age))
        for part in range(1, count + 1):
            what = "practice" if part == count else f"sms {part}"
            yield self._sent(what, f"part:1:{lesson.id}:{part}", f"part:{part}", place)

    def _sent(self, what: str, code: str, step: str, place: int) -> Sent:
        answered = self._matter.choose(code, self._visit(step, place))
        says = () if answered is None else answered.decision.says
        return Sent(what, tuple(tuple(self._book.render(say, self._reader)) for say in says))

    def _visit(self, step: str, place: int) -> Visit:
        yesterday = _NOW - timedelta(days=1)
        own = Enrolment(
            id=1,
            course=self._course.id,
            child=1,
            age_band=self._age,
            state=EnrolmentState.ACTIVE,
            lesson=place,
            lesson_id=self._course.lessons[place].id,
            step=step,
            hour=18,
            due_at=None,
            opened_at=yesterday if step == ASKS else None,
        )
        turn = TurnToTake(1, "", 1, "text", "", None, _NOW, self._person, None, enrolments=(own,))
        return Visit(turn, self._book, _NOW)
