"""What the lists of the console show: rows of cases, without a word of anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select

from helpline.conversations import Author, Case, CaseState
from store.rows import case_of
from store.tables import cases, conversations, counsellors, messages, senders

# A list longer than this is no list any more; the counts beside it are of all.
MOST = 500


@dataclass(frozen=True)
class CaseRow:
    """A case as lists show it. `new_messages`: of the person, since the case opened or was last answered."""

    case: Case
    pseudonym: str
    channel: str
    language: str | None
    audience: str | None
    age_band: str | None
    district: str | None
    reason: str
    waiting_since: datetime
    taken_at: datetime | None
    unanswered_since: datetime | None
    closed_at: datetime | None
    close_reason: str | None
    quick_look: bool
    safety_silent: bool
    undelivered_code: str | None
    reachable: bool
    holder_name: str | None
    new_messages: int
    code_word: bool
    expected_at: datetime | None = None
    snoozed_until: datetime | None = None
    next_step_at: datetime | None = None

    def step_due(self, now: datetime) -> bool:
        """Whether a case that rested is to be looked at again."""
        return self.snoozed_until is None and self.next_step_at is not None and self.next_step_at <= now


def rows_of(db: Connection, numbers: Sequence[int]) -> dict[int, CaseRow]:
    """The rows of these cases, by id."""
    query = _selected().where(cases.c.id.in_(numbers))
    return {row["id"]: _row(row) for row in db.execute(query).mappings()}


def held_by(db: Connection, counsellor: int) -> list[CaseRow]:
    return _rows(db, (cases.c.state == CaseState.HELD.value) & (cases.c.holder_id == counsellor))


def mine_first(rows: Iterable[CaseRow], now: datetime) -> list[CaseRow]:
    """My cases in the order in which I look at them: those whose next step is due, the others, those that rest."""
    return sorted(rows, key=lambda row: 2 if row.snoozed_until else 0 if row.step_due(now) else 1)


def all_held(db: Connection) -> list[CaseRow]:
    return _rows(db, cases.c.state == CaseState.HELD.value)


def case_row(db: Connection, case: int) -> CaseRow | None:
    return next(iter(_rows(db, cases.c.id == case)), None)


def _order() -> tuple[ColumnElement[object], ...]:
    return (cases.c.level.desc(), cases.c.waiting_since, cases.c.id)


def closed_rows(db: Connection, holder: int | None, named: str) -> list[CaseRow]:
    """The cases closed last, those of one holder or everybody's; `named`: how the pseudonym begins."""
    where = cases.c.state == CaseState.CLOSED.value
    if holder is not None:
        where = where & (cases.c.holder_id == holder)
    if named:
        where = where & conversations.c.pseudonym.startswith(named, autoescape=True)
    query = _selected().where(where).order_by(cases.c.closed_at.desc(), cases.c.id.desc()).limit(MOST)
    return [_row(row) for row in db.execute(query).mappings()]


def _rows(db: Connection, where: ColumnElement[bool]) -> list[CaseRow]:
    query = _selected().where(where).order_by(*_order()).limit(MOST)
    return [_row(row) for row in db.execute(query).mappings()]


def _selected() -> Select[tuple[object, ...]]:
    person = (
        conversations.c.pseudonym,
        conversations.c.language,
        conversations.c.audience,
        conversations.c.age_band,
        conversations.c.district,
        conversations.c.code_word.is_not(None).label("has_code_word"),
    )
    joined = (
        cases.join(conversations, conversations.c.id == cases.c.conversation_id)
        .join(senders, senders.c.id == conversations.c.sender_id)
        .outerjoin(counsellors, counsellors.c.id == cases.c.holder_id)
    )
    holder = counsellors.c.name.label("holder_name")
    where_from = (senders.c.channel, senders.c.reachable)
    return select(cases, *person, *where_from, holder, _new_messages().label("new_messages")).select_from(joined)


def _new_messages() -> ColumnElement[int]:
    answers = messages.alias("answers")
    answered = (
        select(func.max(answers.c.id))
        .where(answers.c.conversation_id == cases.c.conversation_id, answers.c.author == Author.COUNSELLOR.value)
        .correlate(cases)
        .scalar_subquery()
    )
    return (
        select(func.count(messages.c.id))
        .where(
            messages.c.conversation_id == cases.c.conversation_id,
            messages.c.author == Author.PERSON.value,
            messages.c.at > cases.c.opened_at,
            messages.c.id > func.coalesce(answered, 0),
        )
        .correlate(cases)
        .scalar_subquery()
    )


def _row(row: RowMapping) -> CaseRow:
    return CaseRow(
        case=case_of(row),
        pseudonym=row["pseudonym"],
        channel=row["channel"],
        language=row["language"],
        audience=row["audience"],
        age_band=row["age_band"],
        district=row["district"],
        reason=row["reason"],
        waiting_since=row["waiting_since"],
        taken_at=row["taken_at"],
        unanswered_since=row["unanswered_since"],
        closed_at=row["closed_at"],
        close_reason=row["close_reason"],
        quick_look=row["quick_look"],
        safety_silent=row["safety_silence_at"] is not None,
        undelivered_code=row["undelivered_code"],
        reachable=row["reachable"],
        holder_name=row["holder_name"],
        new_messages=row["new_messages"],
        code_word=bool(row["has_code_word"]),
        expected_at=row["expected_at"],
        snoozed_until=row["snoozed_until"],
        next_step_at=row["next_step_at"],
    )
