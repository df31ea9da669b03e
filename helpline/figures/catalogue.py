"""Every figure, once: what it is called, what is counted in which unit, from where, and how it is drawn.

Its words are in data/console: `figure.<code>` its name, `figure.<code>.what` what is counted,
`reading.<code>` the sentence above it.
"""

from __future__ import annotations

from dataclasses import dataclass

from triage.taxonomy import Level, Risk

LEVELS = tuple(level.name.lower() for level in sorted(Level, reverse=True))
PRESSING = LEVELS[:-1]


@dataclass(frozen=True)
class Figure:
    """`names`: where the words of its values are. `values`: all of them in order; empty: those that happened, most first.

    `source`: the columns it is counted from. `nobody`: it belongs to no conversation, so there is none of a district.
    `chart`: bars (by size), ordered (bars in an order that stays), columns (upright, of many small values), or none.
    """

    code: str
    section: str
    unit: str
    names: str
    source: str
    values: tuple[str, ...] = ()
    chart: str | None = "bars"
    nobody: bool = False
    most: int = 12


_FOUND = "messages.finding (sealed), messages.at"
_OF_PERSON = "conversations, messages.at"
FIGURES = (
    Figure("people", "who", "people", "person", "messages.at, conversations.created_at", ("new", "returning")),
    Figure("channel", "who", "people", "form", "senders.channel", ("telegram", "sms")),
    Figure("language", "who", "people", "language", f"{_OF_PERSON}: language", ("az", "ru", "unknown")),
    Figure("audience", "who", "people", "audience", f"{_OF_PERSON}: audience", ("child", "parent", "unknown")),
    Figure("age_band", "who", "people", "age", f"{_OF_PERSON}: age_band"),
    Figure("district", "who", "people", "district", f"{_OF_PERSON}: district", most=20),
    Figure("topic", "what", "people", "topic", _FOUND, most=15),
    Figure("risk", "what", "people", "risk", _FOUND, tuple(risk.value for risk in Risk)),
    Figure("level", "what", "people", "level", "messages.level, messages.at", LEVELS, "ordered"),
    Figure("hour", "when", "people", "hour", "messages.at", tuple(f"{hour:02}" for hour in range(24)), "columns"),
    Figure("weekday", "when", "people", "weekday", "messages.at", tuple("1234567"), "columns"),
    Figure("shift", "when", "people", "shift", "messages.at, watches", ("staffed", "unstaffed")),
    Figure("received", "when", "messages", "form", "messages", ("telegram", "sms")),
    Figure("sent", "when", "messages", "form", "outbox.finished_at", ("telegram", "sms")),
    Figure("parts", "when", "parts", "form", "outbox.parts", ("sms",), None),
    Figure("opened", "care", "cases", "level", "cases.opened_at, cases.level", PRESSING, "ordered"),
    Figure("opened_shift", "care", "cases", "shift", "cases.opened_at, watches", ("staffed", "unstaffed"), None),
    Figure("closed", "care", "cases", "reason", "cases.closed_at, cases.close_reason"),
    Figure(
        "course",
        "courses",
        "steps",
        "course_step",
        "enrolments, lesson_events",
        (
            *(
                "started",
                "lesson_announced",
                "lesson_opened",
                "lesson_finished",
                "finished",
                "paused",
                "suspended",
                "left",
            ),
        ),
        "ordered",
    ),
    Figure("course_started", "courses", "people", "course_name", "enrolments.started_at"),
    Figure("course_finished", "courses", "people", "course_name", "lesson_events.at"),
    Figure(
        *("referral", "referrals", "referrals", "station", "referrals.sent_at, accepted_at, ended_at"),
        ("sent", "accepted", "done", "refused"),
        "ordered",
    ),
    Figure("referral_kind", "referrals", "referrals", "agency_kind", "referrals.kind, sent_at"),
    Figure("referral_service", "referrals", "referrals", "agency", "referrals.service, sent_at", chart=None),
    Figure(
        *("referral_consent", "referrals", "referrals", "basis", "referrals.consent_who, sent_at"),
        ("child", "adult", "caregiver", "override"),
        None,
    ),
    Figure("feedback", "courses", "answers", "helped", "feedback", ("helped", "did_not_help"), nobody=True),
)
BY_CODE = {figure.code: figure for figure in FIGURES}
SECTIONS = ("who", "what", "when", "care", "triage", "courses", "referrals", "framework")


@dataclass(frozen=True)
class Timing:
    """A waiting time by level: from when to when. `due`: the figure that knows how many were in time."""

    code: str
    source: str
    due: str | None = None


TIMINGS = (
    Timing("waiting", "cases.opened_at, case_events: taken", "taken"),
    Timing("first_reply", "cases.opened_at, case_events: replied"),
    Timing("handling", "case_events: taken, cases.closed_at"),
)
ACCEPTANCE = Timing("referral_acceptance", "referrals.sent_at, accepted_at")
