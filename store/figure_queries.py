"""What figures are counted from: messages with what was found in them, cases and verdicts. Codes and times, no texts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Subquery, Table, and_, func, or_, select

from helpline.conversations import Author
from helpline.figures.facts import UNKNOWN, CaseFact, MessageFact, Person, VerdictFact
from helpline.phrasebook import channel_form
from store.sealing import Vault
from store.shift_tables import watches
from store.tables import case_events, cases, conversations, messages, senders, verdicts
from triage.taxonomy import Level

# Of whom a fact is; each of these queries has them.
OF_PERSON = (
    conversations.c.id.label("person"),
    conversations.c.language.label("speaks"),
    conversations.c.audience,
    conversations.c.age_band,
    conversations.c.district,
    conversations.c.created_at.label("since"),
    senders.c.channel.label("over"),
)


@dataclass(frozen=True)
class Span:
    """From a moment until just before another."""

    begins: datetime
    ends: datetime


def person_of(row: RowMapping) -> Person:
    return Person(
        id=row["person"],
        channel=channel_form(row["over"]),
        language=row["speaks"] or UNKNOWN,
        audience=row["audience"] or UNKNOWN,
        age_band=row["age_band"] or UNKNOWN,
        district=row["district"],
        since=row["since"],
    )


class Staffing:
    """When somebody who takes cases was on."""

    def __init__(self, db: Connection, span: Span) -> None:
        ended = or_(watches.c.ended_at.is_(None), watches.c.ended_at > span.begins)
        query = select(watches.c.began_at, watches.c.ended_at).where(watches.c.began_at < span.ends, ended)
        rows = db.execute(query.order_by(watches.c.began_at)).all()
        self._began = [row.began_at for row in rows]
        # Until when anybody of those who began so far was there.
        self._until: list[datetime] = []
        for row in rows:
            until = row.ended_at or span.ends
            self._until.append(max(until, self._until[-1]) if self._until else until)

    def at(self, moment: datetime) -> bool:
        place = bisect_right(self._began, moment) - 1
        return place >= 0 and self._until[place] > moment


def messages_of(db: Connection, vault: Vault, since: datetime, span: Span) -> Iterator[MessageFact]:
    """Messages of the span, and since then also the earlier ones of the same people."""
    spoken = messages.c.author == Author.PERSON.value
    here = select(messages.c.conversation_id).where(spoken, *in_span(messages.c.at, span))
    query = (
        select(messages.c.conversation_id, messages.c.at, messages.c.level, messages.c.finding)
        .where(spoken, messages.c.at >= since, messages.c.at < span.ends, messages.c.conversation_id.in_(here))
        .order_by(messages.c.at)
    )
    staffing, people = Staffing(db, Span(since, span.ends)), _people(db, here)
    for conversation, at, level, finding in db.execute(query):
        found = vault.open_json(finding)
        told: Mapping[str, object] = found if isinstance(found, dict) else {}
        levels, codes = Level(level or 0), (_codes(told, "risks"), _codes(told, "topics"))
        yield MessageFact(people[conversation], at, levels, *codes, staffing.at(at))


def _people(db: Connection, here: Select[Any]) -> dict[int, Person]:
    """Each once: a person writes many messages."""
    query = select(*OF_PERSON).join(senders, senders.c.id == conversations.c.sender_id)
    rows = db.execute(query.where(conversations.c.id.in_(here))).mappings()
    return {row["person"]: person_of(row) for row in rows}


def cases_of(db: Connection, span: Span) -> Iterator[CaseFact]:
    """Cases that were opened, first taken, first answered or closed in the span; other times of theirs are left out."""
    first = {what: _first(what) for what in ("taken", "replied")}
    taken, replied = first["taken"], first["replied"]
    times = (cases.c.opened_at, taken.c.at, replied.c.at, cases.c.closed_at)
    columns = (cases, taken.c.at.label("first_taken"), replied.c.at.label("first_replied"), *OF_PERSON)
    query = (
        with_person(select(*columns), cases)
        .outerjoin(taken, taken.c.case_id == cases.c.id)
        .outerjoin(replied, replied.c.case_id == cases.c.id)
        .where(or_(*(and_(*in_span(time, span)) for time in times)))
        .order_by(cases.c.id)
    )
    rows = db.execute(query).mappings().all()
    staffing = Staffing(db, Span(min((row["opened_at"] for row in rows), default=span.begins), span.ends))
    for row in rows:
        yield CaseFact(
            person=person_of(row),
            level=Level(row["level"]),
            opened_at=row["opened_at"],
            due_at=row["due_at"],
            taken_at=row["first_taken"],
            replied_at=row["first_replied"],
            closed_at=row["closed_at"],
            close_reason=row["close_reason"],
            staffed=staffing.at(row["opened_at"]),
        )


def verdicts_of(db: Connection, span: Span) -> Iterator[VerdictFact]:
    columns = (messages.c.level.label("called"), verdicts.c.level.label("judged"), verdicts.c.at, *OF_PERSON)
    query = (
        select(*columns)
        .select_from(verdicts)
        .join(messages, messages.c.id == verdicts.c.message_id)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(senders, senders.c.id == conversations.c.sender_id)
        .where(*in_span(verdicts.c.at, span))
    )
    for row in db.execute(query).mappings():
        yield VerdictFact(person_of(row), Level(row["called"] or 0), Level(row["judged"]), row["at"])


def in_span(column: ColumnElement[datetime], span: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= span.begins, column < span.ends


def with_person(query: Select[Any], table: Table) -> Select[Any]:
    """A query of rows that have a conversation, with whom they are of."""
    joined = query.select_from(table).join(conversations, conversations.c.id == table.c.conversation_id)
    return joined.join(senders, senders.c.id == conversations.c.sender_id)


def _first(what: str) -> Subquery:
    query = select(case_events.c.case_id, func.min(case_events.c.at, type_=case_events.c.at.type).label("at"))
    return query.where(case_events.c.what == what).group_by(case_events.c.case_id).subquery()


def _codes(told: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = told.get(name, ())
    return tuple(str(code) for code in found) if isinstance(found, list) else ()
