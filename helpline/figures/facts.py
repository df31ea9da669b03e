"""What the counting is made from: codes and times, as the store reads them. No text of anybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from triage.taxonomy import Level

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Person:
    """Who a fact is about, as the conversation says on the day it is counted."""

    id: int = field(repr=False)
    channel: str
    language: str = UNKNOWN
    audience: str = UNKNOWN
    age_band: str = UNKNOWN
    district: str | None = None
    since: datetime | None = None  # when they first wrote


@dataclass(frozen=True)
class MessageFact:
    """A person's message. `staffed`: whether somebody who takes cases was on."""

    person: Person
    at: datetime
    level: Level = Level.NONE
    risks: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    staffed: bool = False


@dataclass(frozen=True)
class CaseFact:
    """`taken_at`, `replied_at`: the first time. `due_at`: as it was when the case opened or was last changed."""

    person: Person
    level: Level
    opened_at: datetime
    due_at: datetime
    taken_at: datetime | None = None
    replied_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: str | None = None
    staffed: bool = False


@dataclass(frozen=True)
class VerdictFact:
    """What triage called a message, and what a counsellor judged that it was."""

    person: Person
    called: Level
    judged: Level
    at: datetime


@dataclass(frozen=True)
class StepFact:
    """`started`, an event of a lesson, or what became of the whole course: then `lesson` is empty."""

    person: Person
    course: str
    what: str
    at: datetime
    lesson: str = ""


@dataclass(frozen=True)
class SentFact:
    """How much went out to a person on one day. `parts`: of SMS."""

    person: Person
    at: datetime
    messages: int
    parts: int


@dataclass(frozen=True)
class AnswerFact:
    """Feedback of nobody; `id` tells one answer from another."""

    id: int
    item: str
    helped: bool
    at: datetime


@dataclass(frozen=True)
class ReferralFact:
    """A referral with the times of its stations."""

    person: Person
    service: str
    kind: str
    opened_at: datetime
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    consent: tuple[str, ...] = ()  # who agreed; nobody: two people decided without


@dataclass(frozen=True)
class Facts:
    """All of some days; of messages also those of the month before, for whom one person counts once."""

    messages: tuple[MessageFact, ...] = ()
    cases: tuple[CaseFact, ...] = ()
    verdicts: tuple[VerdictFact, ...] = ()
    steps: tuple[StepFact, ...] = ()
    sent: tuple[SentFact, ...] = ()
    answers: tuple[AnswerFact, ...] = ()
    referrals: tuple[ReferralFact, ...] = ()
