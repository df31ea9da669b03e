"""A lesson from its announcement to the next day's question: telling it, the quiz, the check-in, moving on."""

from __future__ import annotations

from dataclasses import replace

from helpline.controls import Answer
from helpline.course_answers import (
    READ,
    answer,
    clock_time,
    filled,
    known,
    language,
    lesson_text,
    name,
    on_sms,
    progress,
    readiness,
    taken,
    writes_first,
)
from helpline.course_effects import Progress
from helpline.course_library import Course, Lesson, LessonText
from helpline.enrolments import (
    ASKS,
    BEGINS,
    Enrolment,
    EnrolmentState,
    LessonEvent,
    is_next_day,
    met,
    moved_on,
    resumed,
    started,
)
from helpline.matters import Visit
from helpline.phrasebook import Say
from helpline.pictures import progress_name
from language.canonical import canonical

_OUTCOMES = {"yes": LessonEvent.YES, "partly": LessonEvent.PARTLY, "no": LessonEvent.NO}


def next_lesson(visit: Visit) -> Answer | None:
    """Go on with what is most pressing of the person's courses; None when they take none."""
    mine = taken(visit)
    active = sorted((pair for pair in mine if pair[0].active), key=lambda pair: readiness(visit, pair[0]))
    silent = [pair for pair in mine if pair[0].paused_itself]
    if silent and not any(readiness(visit, enrolment) < READ for enrolment, _ in active):
        return _welcomed(visit, *silent[0])
    if active:
        return open_lesson(visit, *active[0])
    if not mine:
        return None
    choices = tuple(f"course:resume:{enrolment.id}" for enrolment, _ in mine)
    names = {f"course:resume:{each.id}": name(visit, each, course) for each, course in mine}
    return answer(visit, Say("course_rests", choices, labels=names if len(mine) > 1 else {}))


def _welcomed(visit: Visit, enrolment: Enrolment, course: Course) -> Answer:
    """Back after a silence in which the course paused itself: it goes on at once."""
    opened = open_lesson(visit, resumed(enrolment, visit.now, visit.conversation.discretion), course)
    decision = replace(opened.decision, says=(Say("course_back"), *opened.decision.says))
    return replace(opened, decision=decision)


def open_lesson(visit: Visit, enrolment: Enrolment, course: Course) -> Answer:
    """What comes next in one course: the check-in about the last lesson, or the lesson."""
    if enrolment.lesson >= len(course.lessons):
        return _ended(visit, enrolment, course, ())
    if enrolment.step != ASKS:
        return _tell(visit, enrolment, course, enrolment.part)
    if not is_next_day(enrolment, visit.now):
        return _read_today(visit, enrolment, course)
    lesson = course.lessons[enrolment.lesson]
    codes = tuple(f"course:did:{enrolment.id}:{lesson.id}:{outcome}" for outcome in _OUTCOMES)
    labels = {code: visit.book.label(f"course:did:{code.rpartition(':')[2]}", language(visit)) for code in codes}
    asked = Say("course_text", codes, {"text": filled(visit, lesson_text(visit, lesson).checkin)}, labels=labels)
    here = met(enrolment, visit.now, visit.conversation.discretion)
    return answer(visit, asked, asking=f"did:{enrolment.id}:{lesson.id}", effects=(Progress(here),))


def _read_today(visit: Visit, enrolment: Enrolment, course: Course) -> Answer:
    lesson = course.lessons[enrolment.lesson]
    key = "course_today" if writes_first(visit) else "course_today_unasked"
    choices = (f"course:ahead:{enrolment.id}", f"course:quiz:{enrolment.id}:{lesson.id}", "course:mine")
    return answer(visit, Say(key, choices, {"hour": clock_time(enrolment.hour)}))


def go_ahead(visit: Visit, number: str) -> Answer | None:
    """The next lesson without waiting for tomorrow."""
    found = known(visit, number)
    if found is None:
        return None
    enrolment, course = found
    if enrolment.step == ASKS:
        enrolment = moved_on(enrolment, course, visit.now, visit.conversation.discretion)
    return open_lesson(visit, enrolment, course)


def tell_part(visit: Visit, number: str, lesson: str, part: str) -> Answer | None:
    """One part of a lesson; a line of an earlier message leads to where the person is now."""
    found = known(visit, number)
    if found is None or not part.isdigit():
        return None
    enrolment, course = found
    if enrolment.lesson >= len(course.lessons) or course.lessons[enrolment.lesson].id != lesson:
        return open_lesson(visit, enrolment, course)
    return _tell(visit, enrolment, course, int(part))


def _tell(visit: Visit, enrolment: Enrolment, course: Course, part: int) -> Answer:
    lesson = course.lessons[enrolment.lesson]
    says, parts = (_sms if on_sms(visit) else _messages)(visit, enrolment, course, part)
    after = started(enrolment, course, part, parts, visit.now, visit.conversation.discretion)
    if enrolment.step == ASKS:  # an earlier part read once more takes nobody back
        after = enrolment
    if enrolment.state is not EnrolmentState.ACTIVE:
        after = replace(after, state=enrolment.state, due_at=None)
    events = (LessonEvent.OPENED,) if enrolment.step == BEGINS else ()
    return answer(visit, *says, effects=(Progress(after, lesson.id, events),))


def _messages(visit: Visit, enrolment: Enrolment, course: Course, part: int) -> tuple[tuple[Say, ...], int]:
    """The whole lesson for a messenger: picture and texts, then what to try today."""
    lesson = course.lessons[enrolment.lesson]
    text = lesson_text(visit, lesson)
    aged = text.by_age.get(enrolment.age_band or "")
    *before, last = text.telegram
    first, *others = [filled(visit, each) for each in (*before, f"{last}\n\n{aged}" if aged else last)]
    head = {"bar": progress(visit, enrolment.lesson + 1, course), "title": text.title, "text": first}
    draft = "" if course.published else f"\n[{visit.book.label('draft', language(visit))}]"
    choices = (f"course:quiz:{enrolment.id}:{lesson.id}", "course:mine", f"course:pause:{enrolment.id}")
    practice = Say("course_practice", choices, {"text": filled(visit, text.practice) + draft})
    told = tuple(Say("course_text", values={"text": body}) for body in others)
    return (Say("course_lesson", values=head, picture=lesson.picture), *told, practice), 1


def _sms(visit: Visit, enrolment: Enrolment, course: Course, part: int) -> tuple[tuple[Say, ...], int]:
    """One text of the lesson, with what brings the next."""
    lesson = course.lessons[enrolment.lesson]
    texts = sms_texts(lesson_text(visit, lesson), enrolment.age_band)
    part = min(max(part, 1), len(texts))
    value = {"text": filled(visit, texts[part - 1])}
    if part < len(texts):
        return (Say("course_text", (f"course:part:{enrolment.id}:{lesson.id}:{part + 1}",), value),), len(texts)
    choices = (f"course:quiz:{enrolment.id}:{lesson.id}", f"course:pause:{enrolment.id}")
    return (Say("course_practice", choices, value),), len(texts)


def sms_texts(text: LessonText, age_band: str | None) -> tuple[str, ...]:
    """A lesson's texts one by one, what to try today last."""
    aged = text.by_age.get(age_band or "")
    return (*text.sms, *([aged] if aged else []), text.practice)


def ask_quiz(visit: Visit, number: str, lesson: str) -> Answer | None:
    """The question about a lesson, its answers as choices; a lesson that is not there any more has none."""
    found = _lesson_of(visit, number, lesson)
    if found is None:
        return _lost(visit, number)
    text = lesson_text(visit, found)
    labels = {f"course:answer:{number}:{lesson}:{place}": each for place, each in enumerate(text.answers, 1)}
    asked = Say("course_text", tuple(labels), {"text": filled(visit, text.question)}, labels=labels)
    return answer(visit, asked, asking=f"answer:{number}:{lesson}")


def quiz_answered(visit: Visit, number: str, lesson: str) -> Answer | None:
    """Why, kindly, whatever was answered, and when the next lesson comes."""
    found, pair = _lesson_of(visit, number, lesson), known(visit, number)
    if found is None or pair is None:
        return _lost(visit, number)
    enrolment, _ = pair
    others = [each for each, _ in taken(visit) if each.active and each.id != enrolment.id]
    waits = any(readiness(visit, each) < READ for each in others)
    choices = (*(("course:next",) if waits else ()), "course:mine")
    labels = {"course:next": visit.book.label("course:other", language(visit))}
    key = "course_because" if writes_first(visit) and enrolment.active else "course_because_unasked"
    values = {"text": filled(visit, lesson_text(visit, found).because), "hour": clock_time(enrolment.hour)}
    effect = Progress(enrolment, lesson, (LessonEvent.QUIZ,))
    return answer(visit, Say(key, choices, values, labels=labels), effects=(effect,))


def quiz_named(visit: Visit, number: str, lesson: str) -> Answer | None:
    """An answer typed in its own words; None when it is none of the answers."""
    found = _lesson_of(visit, number, lesson)
    typed = canonical(visit.turn.text)
    if found is None or typed not in {canonical(each) for each in lesson_text(visit, found).answers}:
        return None
    return quiz_answered(visit, number, lesson)


def _lesson_of(visit: Visit, number: str, lesson: str) -> Lesson | None:
    pair = known(visit, number)
    return None if pair is None else next((each for each in pair[1].lessons if each.id == lesson), None)


def _lost(visit: Visit, number: str) -> Answer | None:
    """A button of a lesson that an editor removed: on with what is there."""
    pair = known(visit, number)
    return None if pair is None else open_lesson(visit, *pair)


def checked_in(visit: Visit, number: str, lesson: str, outcome: str) -> Answer | None:
    """Praise for the doing, or one smaller step; then on to the next lesson."""
    pair = known(visit, number)
    if pair is None or outcome not in _OUTCOMES:
        return None
    enrolment, course = pair
    ids = [each.id for each in course.lessons]
    if enrolment.step != ASKS or lesson not in ids or ids.index(lesson) != enrolment.lesson:
        return open_lesson(visit, enrolment, course)
    text = lesson_text(visit, course.lessons[enrolment.lesson])
    said = Say("course_text", values={"text": filled(visit, text.worked if outcome == "yes" else text.not_yet)})
    after = moved_on(enrolment, course, visit.now, visit.conversation.discretion)
    event = Progress(after, lesson, (_OUTCOMES[outcome],))
    if after.state is EnrolmentState.FINISHED:
        return _ended(visit, after, course, (said,), event)
    module = course.module_ending_with(lesson)
    choices = ("course:next", f"course:pause:{enrolment.id}")
    bar = progress(visit, after.lesson, course)
    if module is None:
        return answer(visit, replace(said, key="course_onward", choices=choices), effects=(event,))
    values = {"module": module.titles[language(visit)], "bar": bar}
    ended = Say("course_module", choices, values, picture=progress_name(after.lesson, len(course.lessons)))
    return answer(visit, said, ended, effects=(event,))


def check_in_named(visit: Visit, number: str, lesson: str) -> Answer | None:
    """The check-in answered in words; None when it is no answer."""
    said = visit.book.words.reply(visit.turn.text)
    outcome = {"yes": "yes", "no": "no", "partly": "partly", "unsure": "partly"}.get(said or "")
    return None if outcome is None else checked_in(visit, number, lesson, outcome)


def _ended(
    visit: Visit, enrolment: Enrolment, course: Course, says: tuple[Say, ...], event: Progress | None = None
) -> Answer:
    """The end of the course: warm, how far they came, and what else there is."""
    last = course.lessons[-1].id
    over = replace(enrolment, state=EnrolmentState.FINISHED, due_at=None, announced_at=None, lesson_id=None)
    done = filled(visit, course.texts[language(visit)].done)
    bar = progress(visit, len(course.lessons), course)
    said = Say("course_done", () if visit.conversation.quiet else ("course:list",), {"text": done, "bar": bar})
    ended = Progress(over, last, (LessonEvent.FINISHED,))
    return answer(visit, *says, said, effects=(*((event,) if event else ()), ended))
