"""The matter `course`: which courses there are, one's own courses, pausing, resuming, leaving; lessons are in lessons.py."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace

from helpline import lessons
from helpline.controls import Answer
from helpline.course_answers import (
    MATTER,
    answer,
    audience,
    clock_time,
    filled,
    known,
    language,
    name,
    on_sms,
    progress,
    taken,
    writes_first,
)
from helpline.course_effects import Progress
from helpline.course_joining import Joining, ask_hour, within
from helpline.course_library import COURSE_AGES, Course
from helpline.enrolments import ASKS, Enrolment, EnrolmentState, at_hour, resumed, stopped
from helpline.matters import Visit
from helpline.phrasebook import Say, channel_form
from helpline.told_times import hour_told

_PAGE = {True: 4, False: 8}  # on SMS, elsewhere
Pages = Mapping[str, Callable[..., Answer | None]]


class Courses:
    """Courses for parents and children, on request only. `before`: see Joining."""

    name = MATTER
    while_held = False

    def __init__(self, before: str | None = None) -> None:
        joining = Joining(before)
        self._pages = {**_PAGES, **_joining_pages(joining)}
        self._questions: Pages = {
            "age": joining.age_named,
            "at": joining.at_named,
            "answer": lessons.quiz_named,
            "did": lessons.check_in_named,
            "moved": hour_named,
        }

    def choose(self, code: str, visit: Visit) -> Answer | None:
        return _turned(self._pages, code, visit)

    def hear(self, question: str, visit: Visit) -> Answer | None:
        return _turned(self._questions, question, visit)

    def notice(self, visit: Visit) -> Answer | None:
        """Said once beside the next answer: that a course paused itself."""
        silent = [each for each in visit.turn.enrolments if each.paused_itself]
        if not silent:
            return None
        effects = tuple(Progress(stopped(each, EnrolmentState.PAUSED)) for each in silent)
        return answer(visit, Say("course_paused_itself"), asking=None, effects=effects)


def _joining_pages(joining: Joining) -> Pages:
    return {"join": joining.join, "age": joining.age, "hours": joining.hours, "at": joining.at}


def _turned(pages: Pages, code: str, visit: Visit) -> Answer | None:
    """Codes come from buttons, also from those of an older version: too many or too few parts are no answer."""
    name, *parts = code.rstrip(":").split(":")
    page = pages.get(name)
    if page is None:
        return None
    try:
        inspect.signature(page).bind(visit, *parts)
    except TypeError:
        return None
    return page(visit, *parts)


def listed(visit: Visit, page: str = "1") -> Answer:
    """The courses for this person, page by page."""
    whose = audience(visit)
    if whose is None:
        codes = ("course:for:parent", "course:for:child")
        return answer(visit, Say("course_for_whom", codes))
    found = _suitable(visit, whose)
    if not found:
        return answer(visit, Say("course_none", ("menu", "person")))
    size = _PAGE[on_sms(visit)]
    start = (int(page) - 1) * size if page.isdigit() and 0 < (int(page) - 1) * size < len(found) else 0
    choices = ["course:mine"] if taken(visit) and start == 0 else []
    choices += [f"course:about:{course.id}" for course in found[start : start + size]]
    labels = {f"course:about:{course.id}": course.texts[language(visit)].short for course in found}
    if start + size < len(found):
        others = f"course:list:{start // size + 2}"
        choices.append(others)
        labels[others] = visit.book.label("course:more", language(visit), channel_form(visit.conversation.channel))
    return answer(visit, Say("course_list", tuple(choices), labels=labels))


def _suitable(visit: Visit, whose: str) -> list[Course]:
    """Those for the age that was told; for one of another child a parent finds the others on the pages that follow."""
    profile = visit.conversation.profile
    everything = visit.book.courses.for_whom(whose, None)
    if profile.audience != whose or profile.age_band is None:
        return everything
    fitting = visit.book.courses.for_whom(whose, profile.age_band)
    if whose == "child":
        return fitting
    return [*fitting, *(course for course in everything if course not in fitting)]


def listed_for(visit: Visit, whose: str) -> Answer | None:
    if whose not in COURSE_AGES:
        return None
    profile = replace(visit.conversation.profile, audience=whose)
    here = replace(visit, turn=replace(visit.turn, conversation=replace(visit.conversation, profile=profile)))
    return listed(here)


def about(visit: Visit, code: str) -> Answer:
    """What one gets out of a course, and how long it is."""
    course = visit.book.courses.get(code)
    if course is None:
        return answer(visit, Say("course_gone", ("course:list",)))
    text = course.texts[language(visit)]
    values = {"title": text.title, "about": filled(visit, text.about), "lessons": str(len(course.lessons))}
    return answer(visit, Say("course_about", (f"course:join:{code}", "course:list"), values))


def later(visit: Visit, hour: str) -> Answer | None:
    if not hour.isdigit():
        return None
    return answer(visit, Say("course_later", ("course:mine",), {"hour": clock_time(int(hour) % 24)}))


def going_on(visit: Visit) -> Answer:
    return lessons.next_lesson(visit) or listed(visit)


def mine(visit: Visit) -> Answer:
    """The person's courses with how far each has come."""
    own = taken(visit)
    if not own:
        return listed(visit)
    size = _PAGE[on_sms(visit)]
    labels = {f"course:show:{each.id}": _with_progress(visit, each, course) for each, course in own[-size:]}
    return answer(visit, Say("course_mine", (*labels, "course:list"), labels=labels))


def _with_progress(visit: Visit, enrolment: Enrolment, course: Course) -> str:
    return f"{name(visit, enrolment, course)} {_done(enrolment)}/{len(course.lessons)}"


def _done(enrolment: Enrolment) -> int:
    """Lessons that were read: the current one too when its check-in is what comes next."""
    return enrolment.lesson + (1 if enrolment.step == ASKS else 0)


def shown(visit: Visit, number: str) -> Answer | None:
    """One course: how far, at what hour, and what can be done with it."""
    pair = known(visit, number)
    if pair is None:
        return None
    enrolment, course = pair
    values = {
        "title": name(visit, enrolment, course),
        "bar": progress(visit, _done(enrolment), course),
        "hour": clock_time(enrolment.hour),
    }
    pages = ("open", "pause", "hour", "leave") if enrolment.active else ("resume", "leave")
    key = "course_shown" if enrolment.active else "course_shown_resting"
    return answer(visit, Say(key, tuple(f"course:{page}:{number}" for page in pages), values))


def opened(visit: Visit, number: str) -> Answer | None:
    pair = known(visit, number)
    return None if pair is None else lessons.open_lesson(visit, *pair)


def _one(
    visit: Visit, page: str, number: str | None, states: tuple[EnrolmentState, ...]
) -> tuple[Enrolment, Course] | Answer | None:
    """The course that was meant: the one named, the only one there is, or the question which one."""
    fitting = [(each, course) for each, course in taken(visit) if each.state in states]
    if number is not None:
        return next(((each, course) for each, course in fitting if str(each.id) == number), None)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        return mine(visit)
    labels = {f"course:{page}:{each.id}": name(visit, each, course) for each, course in fitting}
    return answer(visit, Say("course_which", tuple(labels), labels=labels))


_ACTIVE = (EnrolmentState.ACTIVE,)
_RESTING = (EnrolmentState.PAUSED, EnrolmentState.SUSPENDED)


def pause(visit: Visit, number: str | None = None) -> Answer | None:
    found = _one(visit, "pause", number, _ACTIVE)
    if not isinstance(found, tuple):
        return found
    enrolment, _ = found
    said = Say("course_paused", (f"course:resume:{enrolment.id}",))
    return answer(visit, said, effects=(Progress(stopped(enrolment, EnrolmentState.PAUSED)),))


def resume(visit: Visit, number: str | None = None) -> Answer | None:
    """The person's own wish; after a disclosure it is also the wish that courses be offered again."""
    found = _one(visit, "resume", number, _RESTING)
    if not isinstance(found, tuple):
        return found
    enrolment, _ = found
    quiet = visit.conversation.quiet and visit.turn.case is not None
    here = replace(visit, turn=replace(visit.turn, conversation=replace(visit.conversation, quiet=quiet)))
    key = "course_resumed" if writes_first(here) else "course_resumed_unasked"
    said = Say(key, ("course:next",), {"hour": clock_time(enrolment.hour)})
    after = resumed(enrolment, visit.now, visit.conversation.discretion)
    return answer(here, said, effects=(Progress(after),))


def leave(visit: Visit, number: str | None = None) -> Answer | None:
    """The place is kept in case they come back."""
    found = _one(visit, "leave", number, (*_ACTIVE, *_RESTING))
    if not isinstance(found, tuple):
        return found
    enrolment, course = found
    said = Say("course_left", () if visit.conversation.quiet else ("course:list", f"course:join:{course.id}"))
    labels = {f"course:join:{course.id}": visit.book.label("course:again", language(visit))}
    return answer(visit, replace(said, labels=labels), effects=(Progress(stopped(enrolment, EnrolmentState.LEFT)),))


def change_hour(visit: Visit, number: str | None = None) -> Answer | None:
    found = _one(visit, "hour", number, _ACTIVE)
    return ask_hour(visit, str(found[0].id), "moved") if isinstance(found, tuple) else found


def hour_changed(visit: Visit, number: str, hour: str) -> Answer | None:
    pair = known(visit, number)
    if pair is None or not hour.isdigit():
        return None
    enrolment, where = pair[0], visit.conversation.discretion
    if not within(where, int(hour)) and not where.never:
        values = {"from": str(where.write_from), "until": str(where.write_until)}
        return answer(visit, Say("course_hour_outside", values=values), asking=f"moved:{number}")
    moved = at_hour(enrolment, int(hour), visit.now, where)
    said = Say("course_moved", ("course:mine",), {"hour": clock_time(int(hour))})
    return answer(visit, said, effects=(Progress(moved),))


def hour_named(visit: Visit, number: str) -> Answer | None:
    hour = hour_told(visit.turn.text, visit.book.words, visit.conversation.discretion)
    return None if hour is None else hour_changed(visit, number, str(hour))


_PAGES: Pages = {
    "list": listed,
    "for": listed_for,
    "about": about,
    "later": later,
    "next": going_on,
    "part": lessons.tell_part,
    "ahead": lessons.go_ahead,
    "quiz": lessons.ask_quiz,
    "answer": lambda visit, number, lesson, _: lessons.quiz_answered(visit, number, lesson),
    "did": lessons.checked_in,
    "mine": mine,
    "show": shown,
    "open": opened,
    "pause": pause,
    "resume": resume,
    "leave": leave,
    "hour": change_hour,
    "moved": hour_changed,
}
