"""From facts to what counts, a function for each kind of fact. An event counts on its day of Baku, and a day once over stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from helpline.escalation import DUE
from helpline.figures.facts import AnswerFact, CaseFact, Facts, MessageFact, Person, SentFact, StepFact, VerdictFact
from helpline.figures.periods import baku_day, containing
from helpline.figures.referring import referral_events
from helpline.figures.spans import span_of
from helpline.figures.suppression import Event
from helpline.starting import BAKU
from triage.taxonomy import Level


@dataclass(frozen=True)
class Reach:
    """A group of headings of data/indicators.yml: who is reached when they write about one of them."""

    topics: frozenset[str]
    risks: frozenset[str]
    audience: str | None = None


def counted(facts: Facts, days: Iterable[date], reaches: Mapping[str, Reach]) -> list[Event]:
    """Everything that counts on these days."""
    wanted = frozenset(days)
    found = [*_people(facts.messages, reaches), *_received(facts.messages), *_cases(facts.cases)]
    found += [event for verdict in facts.verdicts for event in _verdict(verdict)]
    found += [event for step in facts.steps for event in _step(step)]
    found += [event for sent in facts.sent for event in _sent(sent)]
    found += [event for answer in facts.answers for event in _answer(answer)]
    found += [event for referral in facts.referrals for event in referral_events(referral)]
    return [event for event in found if event.day in wanted]


def _people(messages: Iterable[MessageFact], reaches: Mapping[str, Reach]) -> Iterator[Event]:
    """Everybody once a calendar month and heading, on the day on which they first wrote so."""
    seen: set[tuple[int, int, str, str]] = set()
    for message in sorted(messages, key=lambda message: message.at):
        at, person = message.at.astimezone(BAKU), message.person
        day, before = at.date(), (at.month, person.id, "", "")
        headings = [] if before in seen else list(_of_person(person, day))
        seen.add(before)
        for figure, value in (*headings, *_of_message(message, at, reaches)):
            key = (at.month, person.id, figure, value)
            if key not in seen:
                seen.add(key)
                yield Event(day, figure, value, person.id, person.district)


def _of_person(person: Person, day: date) -> Iterator[tuple[str, str]]:
    yield "people", "new" if _is_new(person, day) else "returning"
    yield "language", person.language
    yield "channel", person.channel
    yield "audience", person.audience
    yield "age_band", person.age_band
    yield "district", person.district or "unknown"


def _of_message(message: MessageFact, at: datetime, reaches: Mapping[str, Reach]) -> Iterator[tuple[str, str]]:
    yield "level", message.level.name.lower()
    yield "hour", f"{at.hour:02}"
    yield "weekday", str(at.isoweekday())
    yield "shift", "staffed" if message.staffed else "unstaffed"
    yield from (("topic", topic) for topic in message.topics)
    yield from (("risk", risk) for risk in message.risks)
    yield from (("reach", code) for code, reach in reaches.items() if _reaches(message, reach))


def _is_new(person: Person, day: date) -> bool:
    return person.since is not None and containing("month", baku_day(person.since)) == containing("month", day)


def _reaches(message: MessageFact, reach: Reach) -> bool:
    about = not (reach.topics.isdisjoint(message.topics) and reach.risks.isdisjoint(message.risks))
    return about and reach.audience in (None, message.person.audience)


def _received(messages: Iterable[MessageFact]) -> Iterator[Event]:
    for message in messages:
        person = message.person
        yield Event(baku_day(message.at), "received", person.channel, person.id, person.district)


def _sent(sent: SentFact) -> Iterator[Event]:
    person, day = sent.person, baku_day(sent.at)
    yield Event(day, "sent", person.channel, person.id, person.district, sent.messages)
    if sent.parts:
        yield Event(day, "parts", person.channel, person.id, person.district, sent.parts)


def _cases(cases: Iterable[CaseFact]) -> Iterator[Event]:
    for case in cases:
        yield from _opened(case)
        yield from _taken(case)
        yield from _closed(case)


def _opened(case: CaseFact) -> Iterator[Event]:
    day, who = baku_day(case.opened_at), case.person
    yield Event(day, "opened", case.level.name.lower(), who.id, who.district)
    yield Event(day, "opened_shift", "staffed" if case.staffed else "unstaffed", who.id, who.district)


def _taken(case: CaseFact) -> Iterator[Event]:
    """In time: within the time of its level, or, of a report that may wait longer, before it was due."""
    level, who = case.level.name.lower(), case.person
    if case.taken_at is not None:
        day, waited = baku_day(case.taken_at), case.taken_at - case.opened_at
        in_time = waited <= DUE.get(case.level, timedelta(days=1)) or case.taken_at <= case.due_at
        yield Event(day, "taken", f"{level}.{'in_time' if in_time else 'late'}", who.id, who.district)
        yield Event(day, "waiting", f"{level}.{span_of(waited)}", who.id, who.district)
    if case.replied_at is not None:
        span = span_of(case.replied_at - case.opened_at)
        yield Event(baku_day(case.replied_at), "first_reply", f"{level}.{span}", who.id, who.district)


def _closed(case: CaseFact) -> Iterator[Event]:
    if case.closed_at is None:
        return
    day, who = baku_day(case.closed_at), case.person
    yield Event(day, "closed", case.close_reason or "unknown", who.id, who.district)
    if case.taken_at is not None:
        span = span_of(case.closed_at - case.taken_at)
        yield Event(day, "handling", f"{case.level.name.lower()}.{span}", who.id, who.district)


def _verdict(verdict: VerdictFact) -> Iterator[Event]:
    """Urgent and above is what must not be missed; what both called less is no part of either share."""
    called, judged = verdict.called >= Level.URGENT, verdict.judged >= Level.URGENT
    value = {(True, True): "agreed", (False, True): "missed", (True, False): "too_high"}.get((called, judged), "calm")
    yield Event(baku_day(verdict.at), "verdict", value, verdict.person.id, verdict.person.district)


def _step(step: StepFact) -> Iterator[Event]:
    day, who = baku_day(step.at), step.person
    if step.lesson:
        yield Event(day, "lesson", f"{step.course}.{step.lesson}.{step.what}", who.id, who.district)
        yield Event(day, "course", f"lesson_{step.what}", who.id, who.district)
        return
    yield Event(day, "course", step.what, who.id, who.district)
    if step.what in ("started", "finished"):
        yield Event(day, f"course_{step.what}", step.course, who.id, who.district)
        yield Event(day, f"course_{step.what}_by", who.audience, who.id, who.district)


def _answer(answer: AnswerFact) -> Iterator[Event]:
    """Of nobody: each answer counts as a person's."""
    day, said = baku_day(answer.at), "helped" if answer.helped else "did_not_help"
    yield Event(day, "feedback", said, -answer.id)
    yield Event(day, "feedback_item", f"{answer.item}.{said}", -answer.id)
