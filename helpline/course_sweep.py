"""Lessons whose time has come: one neutral line a day, in the person's window, for all their courses together.

Every step is a row with its time, and the line has an origin of its own: a sweep that was killed says nothing twice.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from helpline.cases import reader_of
from helpline.conversations import Conversation
from helpline.enrolments import PATIENCE, Enrolment, EnrolmentState, LessonEvent, placed, tomorrow_at
from helpline.phrasebook import Phrasebook, Say
from helpline.ports import Unit
from helpline.starting import BAKU, ONE_A, opens_at

# Later than this it is another hour than the person chose (we were away, or they could not be written to): the next day then.
LATE = timedelta(hours=2)
ANNOUNCEMENT = "course_waiting"


def announce_lessons(unit: Unit, book: Phrasebook, now: datetime) -> dict[str, int]:
    """Announce what is due, pause what was not opened; return how many of each. Doing it twice does nothing more."""
    done = {"lessons_announced": 0, "courses_paused": 0}
    for conversation, enrolment in unit.due_lessons(now):
        if enrolment.due_at is None or enrolment.due_at > now:  # announced a moment ago, with another course's lesson
            continue
        if enrolment.announced_at is not None:
            unit.save_enrolment(replace(enrolment, state=EnrolmentState.PAUSED, due_at=None), now)
            done["courses_paused"] += 1
        elif (later := _postponed(conversation, enrolment, book, now)) is not None:
            unit.save_enrolment(replace(enrolment, due_at=later), now)
        else:
            _announce(unit, conversation, book, now)
            done["lessons_announced"] += 1
    return {name: number for name, number in done.items() if number}


def _postponed(conversation: Conversation, enrolment: Enrolment, book: Phrasebook, now: datetime) -> datetime | None:
    """When instead of now, or None when now is right."""
    where, hour = conversation.discretion, enrolment.hour
    if where.never or book.courses.get(enrolment.course) is None:
        return tomorrow_at(hour, now, where)
    if where.started_at is not None and now - where.started_at < ONE_A:
        return opens_at(max(where.started_at + ONE_A, now), where, hour)
    late = enrolment.due_at is not None and now - enrolment.due_at > LATE
    if late or opens_at(now, where) > now:
        return opens_at(now, where, hour)
    return None


def _announce(unit: Unit, conversation: Conversation, book: Phrasebook, now: datetime) -> None:
    """One line for every lesson of this person that is due today."""
    outs = book.render(Say(ANNOUNCEMENT, ("course:next",)), reader_of(conversation))
    day = now.astimezone(BAKU).date().isoformat()
    unit.put_started(conversation.id, tuple(outs), now, f"lesson:{conversation.id}:{day}", due_at=now)
    for enrolment in unit.enrolments_of(conversation.id):
        course = book.courses.get(enrolment.course)
        due = enrolment.due_at is not None and enrolment.due_at <= now + ONE_A
        if enrolment.active and due and enrolment.announced_at is None and course is not None:
            here = placed(enrolment, course)
            named = course.lessons[min(here.lesson, len(course.lessons) - 1)].id
            unit.save_enrolment(replace(here, announced_at=now, due_at=now + PATIENCE), now)
            unit.add_lesson_event(enrolment.id, named, LessonEvent.ANNOUNCED, now)
