"""What hand-over, the first page and a case's own state show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, Select, func, select

from helpline.access import sees_sealed
from helpline.accounts import Account
from helpline.blocked import Block
from helpline.conversations import Author, CaseState
from helpline.handed_over import HeldCase
from store.erasure_rows import SEALED_FOR
from store.sealing import Vault
from store.supervision_tables import breaks, hand_over_cases, hand_over_reads, hand_overs
from store.tables import cases, conversations, counsellors, messages
from store.unit import SqlUnit
from triage.taxonomy import Level

# A summary older than this was of another day.
SHOWN_FOR = timedelta(hours=24)
# An offer of a break that nobody answered is over.
OFFERED_FOR = timedelta(hours=1)
# What a case opened with was said before it did.
_BEFORE_IT_OPENED = timedelta(days=1)


@dataclass(frozen=True)
class OwnCase:
    """A case that somebody still holds, with what a wrap-up needs. `promised_at`: when they were told to expect an answer."""

    held: HeldCase = field(repr=False)
    pseudonym: str
    risks: tuple[str, ...]
    wrote_at: datetime | None
    answered_at: datetime | None
    promised_at: datetime | None
    settled: bool


@dataclass(frozen=True)
class SummaryLine:
    case: int
    pseudonym: str
    level: Level
    what: str
    next_step: str | None = field(repr=False)
    next_step_at: datetime | None


@dataclass(frozen=True)
class Summary:
    """What a shift left. `signed_by`: who signed; `hidden`: how many sealed cases the reader may only know of."""

    id: int
    name: str
    signed_by: str
    note: str | None = field(repr=False)
    at: datetime
    lines: tuple[SummaryLine, ...]
    hidden: int


@dataclass(frozen=True)
class BreakOffer:
    id: int
    why: str


@dataclass(frozen=True)
class PersonState:
    """What a supervisor sees of a case's person. `kept_until`: their text stays until then although erasure was asked for."""

    block: Block | None
    erasure_asked: bool
    kept_until: datetime | None


def own_cases(db: Connection, vault: Vault, counsellor: int, now: datetime) -> tuple[OwnCase, ...]:
    """Everything that somebody still holds, the most pressing first."""
    held = SqlUnit(db, vault).held_for_hand_over(counsellor)
    if not held:
        return ()
    facts = {row["case_id"]: row for row in db.execute(_facts([case.id for case in held])).mappings()}
    risks = _risks(db, vault, [row["conversation_id"] for row in facts.values()])
    return tuple(_own_case(case, facts[case.id], risks, now) for case in held)


def _facts(numbers: Sequence[int]) -> Select[tuple[object, ...]]:
    answered = (
        select(func.max(messages.c.at, type_=messages.c.at.type))
        .where(
            messages.c.conversation_id == cases.c.conversation_id,
            messages.c.author == Author.COUNSELLOR.value,
        )
        .correlate(cases)
        .scalar_subquery()
    )
    columns = (
        cases.c.id.label("case_id"),
        cases.c.conversation_id,
        cases.c.expected_at,
        conversations.c.pseudonym,
        conversations.c.last_inbound_at,
        answered.label("answered_at"),
    )
    joined = cases.join(conversations, conversations.c.id == cases.c.conversation_id)
    return select(*columns).select_from(joined).where(cases.c.id.in_(numbers))


def _risks(db: Connection, vault: Vault, people: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """What the open cases' people told of, by conversation, each once."""
    told = (
        select(messages.c.conversation_id, messages.c.finding, messages.c.at, cases.c.opened_at)
        .join(cases, cases.c.conversation_id == messages.c.conversation_id)
        .where(
            messages.c.conversation_id.in_(people),
            messages.c.level >= int(Level.CONCERN),
            messages.c.finding.is_not(None),
            cases.c.closed_at.is_(None),
        )
        .order_by(messages.c.id)
    )
    found: dict[int, dict[str, None]] = {}
    for person, body, at, opened_at in db.execute(told):
        opened = vault.open_json(body) if at >= opened_at - _BEFORE_IT_OPENED else None
        risks = opened.get("risks", ()) if isinstance(opened, dict) else ()
        found.setdefault(person, {}).update(dict.fromkeys(map(str, risks)))
    return {person: tuple(risks) for person, risks in found.items()}


def _own_case(case: HeldCase, facts: RowMapping, risks: dict[int, tuple[str, ...]], now: datetime) -> OwnCase:
    return OwnCase(
        held=case,
        pseudonym=facts["pseudonym"],
        risks=risks.get(facts["conversation_id"], ()),
        wrote_at=facts["last_inbound_at"],
        answered_at=facts["answered_at"],
        promised_at=facts["expected_at"],
        settled=case.is_settled(now),
    )


def unread_summaries(db: Connection, vault: Vault, account: Account, now: datetime) -> tuple[Summary, ...]:
    """The hand-overs of the last day that this person did not read and neither wrote nor signed."""
    read = select(hand_over_reads.c.id).where(
        hand_over_reads.c.hand_over_id == hand_overs.c.id, hand_over_reads.c.counsellor_id == account.id
    )
    new = (
        (hand_overs.c.at > now - SHOWN_FOR)
        & (hand_overs.c.counsellor_id != account.id)
        & (hand_overs.c.signed_by != account.id)
        & ~read.exists()
    )
    rows = db.execute(_summaries().where(new).order_by(hand_overs.c.id)).mappings().all()
    return tuple(_summary(db, vault, account, row) for row in rows)


def summary(db: Connection, vault: Vault, account: Account, number: int) -> Summary | None:
    row = db.execute(_summaries().where(hand_overs.c.id == number)).mappings().first()
    return None if row is None else _summary(db, vault, account, row)


def _summaries() -> Select[tuple[object, ...]]:
    of, by = counsellors.alias("of_whom"), counsellors.alias("by_whom")
    joined = hand_overs.join(of, of.c.id == hand_overs.c.counsellor_id).join(by, by.c.id == hand_overs.c.signed_by)
    return select(hand_overs, of.c.name.label("name"), by.c.name.label("signed_name")).select_from(joined)


def _summary(db: Connection, vault: Vault, account: Account, row: RowMapping) -> Summary:
    query = (
        select(hand_over_cases, cases.c.sealed, cases.c.holder_id, conversations.c.pseudonym)
        .join(cases, cases.c.id == hand_over_cases.c.case_id)
        .join(conversations, conversations.c.id == cases.c.conversation_id)
        .where(hand_over_cases.c.hand_over_id == row["id"])
        .order_by(hand_over_cases.c.level.desc(), hand_over_cases.c.id)
    )
    lines = db.execute(query).mappings().all()
    told = [line for line in lines if _may_know(account, line)]
    return Summary(
        id=row["id"],
        name=row["name"],
        signed_by=row["signed_name"],
        note=None if row["note"] is None else vault.texts.open(row["note"]),
        at=row["at"],
        lines=tuple(_line(line, vault) for line in told),
        hidden=len(lines) - len(told),
    )


def _may_know(account: Account, line: RowMapping) -> bool:
    """A sealed case is its holder's and the supervisors'; others know that there is one."""
    return not line["sealed"] or sees_sealed(account) or line["holder_id"] == account.id


def _line(line: RowMapping, vault: Vault) -> SummaryLine:
    step = line["next_step"]
    return SummaryLine(
        case=line["case_id"],
        pseudonym=line["pseudonym"],
        level=Level(line["level"]),
        what=line["what"],
        next_step=None if step is None else vault.texts.open(step),
        next_step_at=line["next_step_at"],
    )


def break_offer(db: Connection, counsellor: int, now: datetime) -> BreakOffer | None:
    """The newest break that somebody was offered and did not answer."""
    open_one = (
        (breaks.c.counsellor_id == counsellor) & breaks.c.answer.is_(None) & (breaks.c.offered_at > now - OFFERED_FOR)
    )
    query = select(breaks.c.id, breaks.c.why).where(open_one).order_by(breaks.c.id.desc()).limit(1)
    row = db.execute(query).first()
    return None if row is None else BreakOffer(row.id, row.why)


def person_state(db: Connection, vault: Vault, conversation: int, now: datetime) -> PersonState:
    asked = db.scalar(select(conversations.c.erasure_requested_at).where(conversations.c.id == conversation))
    disclosed = db.scalar(
        select(func.max(messages.c.at, type_=messages.c.at.type)).where(
            messages.c.conversation_id == conversation, messages.c.level >= int(Level.URGENT)
        )
    )
    kept = None if asked is None or disclosed is None else disclosed + SEALED_FOR
    return PersonState(SqlUnit(db, vault).block_of(conversation, now), asked is not None, kept)


@dataclass(frozen=True)
class OnNow:
    """A colleague to whom a case may be given."""

    id: int
    name: str
    held: int
    rests: bool


def on_now(db: Connection, vault: Vault, now: datetime) -> list[OnNow]:
    """Who is on, by name, with how many cases each holds."""
    watches = {watch.counsellor: watch for watch in SqlUnit(db, vault).watches(now)}
    held = (
        select(func.count(cases.c.id))
        .where(cases.c.holder_id == counsellors.c.id, cases.c.state == CaseState.HELD.value)
        .scalar_subquery()
    )
    query = select(counsellors.c.id, counsellors.c.name, held.label("held")).where(counsellors.c.id.in_(watches))
    return [
        OnNow(row.id, row.name, row.held, watches[row.id].rests(now))
        for row in db.execute(query.order_by(counsellors.c.name))
    ]


def first_shown(db: Connection, vault: Vault, account: Account, now: datetime) -> dict[str, object]:
    """What stands first on somebody's first page: hand-overs that they did not read, and a break that they were offered."""
    return {
        "summaries": unread_summaries(db, vault, account, now),
        "break_offer": break_offer(db, account.id, now),
    }
