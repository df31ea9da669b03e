"""What courses write in a turn's commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpline.conversations import TurnToTake
from helpline.enrolments import Enrolment, LessonEvent
from helpline.ports import Unit


@dataclass(frozen=True)
class Enrol:
    """The person begins a course for one child; its first lesson is announced at `due_at`."""

    course: str
    child: int
    age_band: str | None
    hour: int
    due_at: datetime

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.enrol(turn.conversation.id, self.course, self.child, self.age_band, self.hour, self.due_at, now)


@dataclass(frozen=True)
class Progress:
    """Where the person is now in a course of theirs, and what became of the lesson `lesson`."""

    enrolment: Enrolment
    lesson: str = ""
    events: tuple[LessonEvent, ...] = ()

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.save_enrolment(self.enrolment, now)
        for event in self.events:
            unit.add_lesson_event(self.enrolment.id, self.lesson, event, now)


@dataclass(frozen=True)
class PauseCourses:
    """STOP: no lesson is announced; START does not undo it."""

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.pause_courses(turn.conversation.id, now)


@dataclass(frozen=True)
class SuspendCourses:
    """A disclosure: every course rests. What was announced and not sent yet is held back by the sender's last look."""

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        unit.suspend_courses(turn.conversation.id, now)
