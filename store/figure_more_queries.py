"""What figures are counted from beside contacts and cases: courses, what was sent, feedback."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from helpline.conversations import OutState
from helpline.figures.facts import AnswerFact, SentFact, StepFact
from helpline.figures.periods import baku_day, begins_at
from store.figure_queries import OF_PERSON, Span, in_span, person_of, with_person
from store.matter_tables import enrolments, feedback, lesson_events
from store.tables import conversations, outbox, senders


def steps_of(db: Connection, span: Span) -> Iterator[StepFact]:
    """Courses that began, and what became of lessons and courses."""
    begun = with_person(select(enrolments.c.course, enrolments.c.started_at, *OF_PERSON), enrolments)
    for row in db.execute(begun.where(*in_span(enrolments.c.started_at, span))).mappings():
        yield StepFact(person_of(row), row["course"], "started", row["started_at"])
    columns = (lesson_events.c.lesson, lesson_events.c.what, lesson_events.c.at, enrolments.c.course, *OF_PERSON)
    query = (
        select(*columns)
        .select_from(lesson_events)
        .join(enrolments, enrolments.c.id == lesson_events.c.enrolment_id)
        .join(conversations, conversations.c.id == enrolments.c.conversation_id)
        .join(senders, senders.c.id == conversations.c.sender_id)
        .where(*in_span(lesson_events.c.at, span))
    )
    for row in db.execute(query).mappings():
        yield StepFact(person_of(row), row["course"], row["what"], row["at"], row["lesson"])


def sent_of(db: Connection, span: Span) -> Iterator[SentFact]:
    """What went out, by person; the span is one day."""
    counts = (func.count().label("messages"), func.coalesce(func.sum(outbox.c.parts), 0).label("parts"))
    query = with_person(select(*counts, *OF_PERSON), outbox).where(outbox.c.state == OutState.SENT.value)
    query = query.where(*in_span(outbox.c.finished_at, span)).group_by(*(column for column in OF_PERSON))
    for row in db.execute(query).mappings():
        yield SentFact(person_of(row), begins_at(baku_day(span.begins)), row["messages"], int(row["parts"]))


def answers_of(db: Connection, span: Span) -> Iterator[AnswerFact]:
    for row in db.execute(select(feedback).where(*in_span(feedback.c.at, span))):
        yield AnswerFact(row.id, row.item, row.helped, row.at)
