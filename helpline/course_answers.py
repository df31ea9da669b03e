"""What the pages of the course matter share: the answer, whose course it is, how far it has come."""

from __future__ import annotations

from dataclasses import replace

from helpline.controls import Answer
from helpline.course_library import Course, Lesson, LessonText
from helpline.effects import Effect
from helpline.enrolments import ASKS, BEGINS, Enrolment, EnrolmentState, is_next_day, placed
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Say, channel_form

MATTER = "course"
_CELLS = 10
READ = 3
_GONE = (EnrolmentState.LEFT, EnrolmentState.FINISHED)


def answer(
    visit: Visit, *says: Say, asking: str | None = None, effects: tuple[Effect, ...] = (), **changes: object
) -> Answer:
    """Say something, with the question that stays open. The first thing said to anybody is who is speaking."""
    before = visit.conversation
    if not before.greeted:
        says = (Say("greeting_short" if channel_form(visit.conversation.channel) == "sms" else "greeting"), *says)
    question = None if asking is None else f"{MATTER}:{asking}"
    if question is not None and question == before.asking:
        question += ":"  # asked once more: a question that stays as it was counts as answered
    conversation = replace(before, asking=question, greeted=True, **changes)  # type: ignore[arg-type]  # replace checks
    decision = Decision(says=says, quiet=conversation.quiet, reason=MATTER)
    return Answer(decision, conversation, effects)


def language(visit: Visit) -> str:
    return visit.conversation.language or "az"


def on_sms(visit: Visit) -> bool:
    return channel_form(visit.conversation.channel) == "sms"


def audience(visit: Visit) -> str | None:
    """child | parent, None when neither was told nor heard."""
    told = visit.conversation.profile.audience
    return told or ("child" if visit.conversation.sounds_young else None)


def known(visit: Visit, number: str) -> tuple[Enrolment, Course] | None:
    """A course of this person's, with where they are in it now; None for anybody else's and for one that is not there."""
    for enrolment, course in taken(visit):
        if str(enrolment.id) == number:
            return enrolment, course
    return None


def taken(visit: Visit) -> list[tuple[Enrolment, Course]]:
    """The person's courses that are not over, as far as they may be shown."""
    found = []
    for enrolment in visit.turn.enrolments:
        course = visit.book.courses.get(enrolment.course)
        if course is not None and enrolment.state not in _GONE:
            found.append((placed(enrolment, course), course))
    return found


def lesson_text(visit: Visit, lesson: Lesson) -> LessonText:
    return lesson.texts[language(visit)]


def filled(visit: Visit, text: str) -> str:
    """A course's text with the telephone numbers that it names."""
    return text.format_map(visit.book.numbers)


def progress(visit: Visit, done: int, course: Course) -> str:
    """How far: a bar on messengers, `3/10` on SMS."""
    total = len(course.lessons)
    figures = f"{min(done, total)}/{total}"
    if on_sms(visit):
        return figures
    cells = min(total, _CELLS)
    full = round(cells * min(done, total) / total)
    return f"{'▰' * full}{'▱' * (cells - full)} {figures}"


def name(visit: Visit, enrolment: Enrolment, course: Course) -> str:
    """The course's short name, with which child it is for when there is more than one."""
    short = course.texts[language(visit)].short
    others = {other.child for other in visit.turn.enrolments if other.course == course.id}
    return short if len(others) < 2 else f"{short} {enrolment.child}"


def clock_time(hour: int) -> str:
    return f"{hour:02d}:00"


def writes_first(visit: Visit) -> bool:
    """Whether we shall announce lessons to this person as things stand."""
    conversation = visit.conversation
    silent = conversation.bulk_stopped or conversation.quiet or conversation.discretion.never
    return not silent and visit.turn.case is None


def readiness(visit: Visit, enrolment: Enrolment) -> int:
    """What to go on with first: announced, in the middle of a lesson, waiting, and last READ: today's lesson was read."""
    if enrolment.announced_at is not None:
        return 0
    if enrolment.step not in (BEGINS, ASKS):
        return 1
    ready = enrolment.step == BEGINS or is_next_day(enrolment, visit.now)
    return 2 if ready else READ
