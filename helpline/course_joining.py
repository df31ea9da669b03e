"""Joining a course: for which child, how old it is, at what hour; everything but the hour may be left out."""

from __future__ import annotations

from dataclasses import replace

from helpline.controls import Answer
from helpline.course_answers import answer, clock_time, language
from helpline.course_effects import Enrol
from helpline.course_library import COURSE_AGES, Course
from helpline.enrolments import Enrolment, EnrolmentState
from helpline.matters import Visit
from helpline.phrasebook import Say
from helpline.starting import Discretion, opens_at
from helpline.told_times import hour_told, years_told

HOURS = (9, 13, 18, 20)
MOST_CHILDREN = 5
SKIPPED = "skip"
_RESTING = (EnrolmentState.PAUSED, EnrolmentState.SUSPENDED)


class Joining:
    """`before`: the choice code before which discreet use is asked about, when it was not told whose phone this is."""

    def __init__(self, before: str | None = None) -> None:
        self._before = before

    def join(self, visit: Visit, code: str, child: str = "") -> Answer | None:
        """Begin to join; parents who take a course already say for which child."""
        course = visit.book.courses.get(code)
        if course is None:
            return answer(visit, Say("course_gone", ("course:list",)))
        mine = [each for each in visit.turn.enrolments if each.state is not EnrolmentState.LEFT]
        if course.audience == "parent" and mine and not child:
            return _which_child(visit, course, mine)
        number = int(child) if child.isdigit() and 1 <= int(child) <= MOST_CHILDREN else 1
        same = [each for each in mine if each.course == code and each.child == number]
        if same and (same[0].active or same[0].state in _RESTING):
            going = "course:next" if same[0].active else f"course:resume:{same[0].id}"
            return answer(visit, Say("course_already", (going, "course:mine")))
        return self._aged(visit, course, number, _age_of(visit, course, mine, number))

    def _aged(self, visit: Visit, course: Course, child: int, age: str | None) -> Answer:
        if age is None and course.audience == "parent":
            return _ask_age(visit, course, child)
        if age is not None and age not in course.ages:
            return _for_other_ages(visit, course, child, age)
        return self._then_hour(visit, course, child, age)

    def age(self, visit: Visit, code: str, child: str, age: str) -> Answer | None:
        """The age of the child was told, or passed over."""
        course = visit.book.courses.get(code)
        if course is None or not child.isdigit() or age not in (*COURSE_AGES["parent"], SKIPPED):
            return None
        if age == SKIPPED:
            return self._then_hour(visit, course, int(child), None)
        told = self._aged(visit, course, int(child), age)
        profile = told.conversation.profile
        if int(child) == 1 and profile.age_band is None and profile.audience in (None, "parent"):
            known = replace(profile, audience="parent", age_band=age)
            return replace(told, conversation=replace(told.conversation, profile=known))
        return told

    def age_named(self, visit: Visit, code: str, child: str) -> Answer | None:
        """An age in years, typed; None when the text is none."""
        if visit.book.words.skips(visit.turn.text):
            return self.age(visit, code, child, SKIPPED)
        years = years_told(visit.turn.text, visit.book.words)
        band = None if years is None else next((age for age in COURSE_AGES["parent"] if years <= _oldest(age)), None)
        return None if band is None else self.age(visit, code, child, band)

    def _then_hour(self, visit: Visit, course: Course, child: int, age: str | None) -> Answer:
        there = f"course:hours:{course.id}:{child}:{age or SKIPPED}"
        if self._before is not None and visit.conversation.discretion.phone is None:
            first = f"{self._before}:{there}"
            labels = {first: visit.book.label("course:phone", language(visit))}
            return answer(visit, Say("course_phone", (first, there), labels=labels))
        return ask_hour(visit, there.removeprefix("course:hours:"))

    def hours(self, visit: Visit, code: str, child: str, age: str) -> Answer | None:
        if visit.book.courses.get(code) is None or not child.isdigit():
            return None
        return ask_hour(visit, f"{code}:{child}:{age}")

    def at(self, visit: Visit, code: str, child: str, age: str, hour: str) -> Answer | None:
        """The hour was told: the course begins."""
        course = visit.book.courses.get(code)
        if course is None or not child.isdigit() or not hour.isdigit():
            return None
        where = visit.conversation.discretion
        if not within(where, int(hour)) and not where.never:
            return answer(visit, _outside(where), asking=f"at:{code}:{child}:{age}")
        due_at = opens_at(visit.now, where, int(hour))
        band = age if age in COURSE_AGES[course.audience] else None
        effect = Enrol(code, int(child), band, int(hour), due_at)
        unasked = visit.conversation.bulk_stopped or where.never
        labels = {"course:next": visit.book.label("course:first", language(visit))}
        choices = ("course:next",) if unasked else ("course:next", f"course:later:{hour}")
        key = "course_joined_unasked" if unasked else "course_joined"
        said = Say(key, choices, {"hour": clock_time(int(hour))}, labels=labels)
        quiet = visit.conversation.quiet and visit.turn.case is not None  # they asked for a course themselves
        return answer(visit, said, effects=(effect,), quiet=quiet)

    def at_named(self, visit: Visit, code: str, child: str, age: str) -> Answer | None:
        """An hour, typed; None when the text is none."""
        hour = hour_told(visit.turn.text, visit.book.words, visit.conversation.discretion)
        return None if hour is None else self.at(visit, code, child, age, str(hour))


def ask_hour(visit: Visit, rest: str, code: str = "at") -> Answer:
    """Ask for an hour with `course:<code>:<rest>:<hour>` as choices; another one may be typed."""
    where = visit.conversation.discretion
    inside = [hour for hour in range(24) if where.includes(hour)]
    hours = [hour for hour in HOURS if hour in inside] or inside[: len(HOURS)] or list(HOURS)
    labels = {f"course:{code}:{rest}:{hour}": _hour_label(visit, hour) for hour in hours}
    return answer(visit, Say("course_hour", tuple(labels), labels=labels), asking=f"{code}:{rest}")


def within(where: Discretion, hour: int) -> bool:
    return where.includes(hour)


def _outside(where: Discretion) -> Say:
    return Say("course_hour_outside", values={"from": str(where.write_from), "until": str(where.write_until)})


def _hour_label(visit: Visit, hour: int) -> str:
    label = visit.book.label(f"course:time:{hour}", language(visit))
    return clock_time(hour) if label == str(hour) else label


def _which_child(visit: Visit, course: Course, mine: list[Enrolment]) -> Answer:
    """The children that other courses are about, and one more."""
    children = sorted({each.child for each in mine})
    numbers = [*children, children[-1] + 1][:MOST_CHILDREN]
    labels = {f"course:join:{course.id}:{number}": _child_label(visit, mine, number) for number in numbers}
    return answer(visit, Say("course_which_child", tuple(labels), labels=labels))


def _child_label(visit: Visit, mine: list[Enrolment], number: int) -> str:
    label = visit.book.label(f"course:child:{number}", language(visit))
    band = next((each.age_band for each in mine if each.child == number and each.age_band), None)
    return label if band is None else f"{label}, {visit.book.label(f'age:{band}', language(visit))}"


def _age_of(visit: Visit, course: Course, mine: list[Enrolment], child: int) -> str | None:
    profile = visit.conversation.profile
    told = next((each.age_band for each in mine if each.child == child and each.age_band), None)
    own = profile.age_band if child == 1 and profile.audience == course.audience else None
    return told or own


def _ask_age(visit: Visit, course: Course, child: int) -> Answer:
    """Who reads what is told is said before the first question about anybody."""
    codes = (*(f"course:age:{course.id}:{child}:{band}" for band in (*COURSE_AGES["parent"], SKIPPED)),)
    bands = (*(f"age:{band}" for band in COURSE_AGES["parent"]), SKIPPED)
    labels = {code: visit.book.label(band, language(visit)) for code, band in zip(codes, bands, strict=True)}
    asked = Say("course_age", codes, labels=labels)
    first = () if visit.conversation.privacy_told else (Say("confidentiality_short"),)
    return answer(visit, *first, asked, asking=f"age:{course.id}:{child}", privacy_told=True)


def _for_other_ages(visit: Visit, course: Course, child: int, age: str) -> Answer:
    bands = ", ".join(visit.book.label(f"age:{band}", language(visit)) for band in course.ages)
    anyway = f"course:hours:{course.id}:{child}:{age}"
    labels = {anyway: visit.book.label("course:anyway", language(visit))}
    return answer(visit, Say("course_other_age", ("course:list", anyway), {"ages": bands}, labels=labels))


def _oldest(band: str) -> int:
    return int(band.partition("-")[2])
