"""Where a person is in a course, and when its next lesson comes. Values and pure steps; lessons are told in lessons.py."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from helpline.course_library import Course
from helpline.starting import BAKU, Discretion, opens_at

# A lesson announced and not opened for so long: the course pauses itself.
PATIENCE = timedelta(days=3)


class EnrolmentState(Enum):
    ACTIVE = "active"
    PAUSED = "paused"  # by the person, by STOP, or by itself
    SUSPENDED = "suspended"  # by a disclosure: only the person's wish resumes it
    FINISHED = "finished"
    LEFT = "left"


class LessonEvent(Enum):
    """What became of a lesson: the course's funnel."""

    ANNOUNCED = "announced"
    OPENED = "opened"
    QUIZ = "quiz"
    YES = "practice-yes"
    PARTLY = "practice-partly"
    NO = "practice-no"
    FINISHED = "finished"


# The steps of a lesson: from its beginning, at a part of it (SMS), asking a day later whether it worked.
BEGINS = "lesson"
ASKS = "checkin"
_PART = "part:"


@dataclass(frozen=True)
class Enrolment:
    """A course that a person takes for one child.

    `lesson` is the place of the current lesson from 0, `lesson_id` its name when this was written: an editor may have moved it.
    `due_at` is when we announce it (None: not by us), `announced_at` when we did and it was not opened since, `opened_at`
    when the person last opened it.
    """

    id: int
    course: str
    child: int
    age_band: str | None
    state: EnrolmentState
    lesson: int
    lesson_id: str | None
    step: str
    hour: int
    due_at: datetime | None
    announced_at: datetime | None = None
    opened_at: datetime | None = None

    @property
    def active(self) -> bool:
        return self.state is EnrolmentState.ACTIVE

    @property
    def part(self) -> int:
        """The part of the lesson that comes next, from 1."""
        number = self.step.removeprefix(_PART)
        return int(number) if self.step.startswith(_PART) and number.isdigit() else 1

    @property
    def paused_itself(self) -> bool:
        """Paused because its lesson was not opened, and the person was not told yet."""
        return self.state is EnrolmentState.PAUSED and self.announced_at is not None


def placed(enrolment: Enrolment, course: Course) -> Enrolment:
    """Where the person is in the course as it is now: an editor may have moved, added or removed lessons.

    When the very lesson was removed, the one that took its place begins; past the end there is none.
    """
    ids = [lesson.id for lesson in course.lessons]
    if enrolment.lesson_id is None or enrolment.lesson_id in ids:
        place = enrolment.lesson if enrolment.lesson_id is None else ids.index(enrolment.lesson_id)
        return replace(enrolment, lesson=place)
    following = enrolment.lesson
    named = ids[following] if following < len(ids) else None
    return replace(enrolment, lesson=following, lesson_id=named, step=BEGINS, opened_at=None)


def started(enrolment: Enrolment, course: Course, part: int, parts: int, now: datetime, where: Discretion) -> Enrolment:
    """Part `part` of `parts` of the current lesson was told: the rest comes now, the next day's message at the hour."""
    step = ASKS if part >= parts else f"{_PART}{part + 1}"
    return replace(
        enrolment,
        lesson_id=course.lessons[enrolment.lesson].id,
        step=step,
        opened_at=now,
        announced_at=None,
        due_at=tomorrow_at(enrolment.hour, now, where),
    )


def moved_on(enrolment: Enrolment, course: Course, now: datetime, where: Discretion) -> Enrolment:
    """The check-in was answered: the next lesson, or the end."""
    following = enrolment.lesson + 1
    if following >= len(course.lessons):
        ended = replace(enrolment, state=EnrolmentState.FINISHED, due_at=None, announced_at=None)
        return replace(ended, lesson=following, lesson_id=None, step=BEGINS)
    begins = replace(enrolment, lesson=following, lesson_id=course.lessons[following].id, step=BEGINS, opened_at=None)
    return met(begins, now, where)


def met(enrolment: Enrolment, now: datetime, where: Discretion) -> Enrolment:
    """The person is here: what was announced is opened, and the next message comes tomorrow."""
    return replace(enrolment, announced_at=None, due_at=tomorrow_at(enrolment.hour, now, where))


def stopped(enrolment: Enrolment, state: EnrolmentState) -> Enrolment:
    """Nothing of it is announced any more; its place is kept."""
    return replace(enrolment, state=state, due_at=None, announced_at=None)


def resumed(enrolment: Enrolment, now: datetime, where: Discretion) -> Enrolment:
    due_at = opens_at(now, where, enrolment.hour)
    return replace(enrolment, state=EnrolmentState.ACTIVE, due_at=due_at, announced_at=None)


def at_hour(enrolment: Enrolment, hour: int, now: datetime, where: Discretion) -> Enrolment:
    """The hour was changed: the next message comes then, and today only when today's lesson was not read yet."""
    moved = replace(enrolment, hour=hour)
    if not enrolment.active or enrolment.announced_at is not None:
        return moved
    due_at = opens_at(now, where, hour) if is_next_day(enrolment, now) else tomorrow_at(hour, now, where)
    return replace(moved, due_at=due_at)


def is_next_day(enrolment: Enrolment, now: datetime) -> bool:
    """Whether a day of Baku has passed since the lesson was opened: before, 'yesterday' would be untrue."""
    opened = enrolment.opened_at
    return opened is None or now.astimezone(BAKU).date() > opened.astimezone(BAKU).date()


def tomorrow_at(hour: int, now: datetime, where: Discretion) -> datetime:
    """The hour of the next day of Baku, inside the person's window."""
    local = now.astimezone(BAKU)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return opens_at(midnight.astimezone(now.tzinfo), where, hour)
