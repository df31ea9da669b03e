"""What a counsellor needs to know before the first word: what the case stands on, what was promised, who writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, select

from helpline.claim import Promise, promised, sentence_with
from helpline.conversations import Author, Conversation
from store.rows import conversation_of
from store.sealing import Vault
from store.tables import cases, conversations, messages, senders
from store.transcript import of_a_complaint
from triage.taxonomy import Level

QUOTES = 3
# What led to a case was said with it or on the day before: triage reads as far back.
BEFORE = timedelta(days=1)
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Quote:
    """A sentence of the person. `level` NONE: only one of their last ones, nothing was found in it."""

    message: int
    text: str = field(repr=False)
    at: datetime
    level: Level


@dataclass(frozen=True)
class Claim:
    """`disclosed_at`: when the first message of the case's highest level came."""

    conversation: Conversation
    quotes: tuple[Quote, ...]
    promise: Promise
    expected_at: datetime | None
    disclosed_at: datetime | None


def claim_of(db: Connection, vault: Vault, case: int, numbers: Mapping[str, str]) -> Claim:
    """`numbers`: those that texts may name now, by code."""
    row = db.execute(select(cases).where(cases.c.id == case)).mappings().one()
    here = _of_case(row)
    conversation = person_of(db, vault, row["conversation_id"])
    said = _said_by_bot(db, vault, here)
    promise = promised(said, numbers, question_open=conversation.safety_asked_at is not None)
    quotes = _found(db, vault, here) or _last(db, vault, here)
    return Claim(conversation, quotes, promise, row["expected_at"], disclosed_at(db, case))


def person_of(db: Connection, vault: Vault, number: int) -> Conversation:
    """The conversation with what bears on writing to this person."""
    query = select(conversations, senders.c.channel).join(senders).where(conversations.c.id == number)
    return conversation_of(db.execute(query).mappings().one(), vault)


def _found(db: Connection, vault: Vault, here: ColumnElement[bool]) -> tuple[Quote, ...]:
    """The messages with the highest level, in the order in which they came, each by the sentence that it rests on."""
    said = here & (messages.c.author == Author.PERSON.value) & messages.c.body.is_not(None)
    query = (
        select(messages.c.id, messages.c.body, messages.c.at, messages.c.level, messages.c.finding)
        .where(said, messages.c.level > int(Level.NONE))
        .order_by(messages.c.level.desc(), messages.c.id.desc())
        .limit(QUOTES)
    )
    rows = sorted(db.execute(query).all(), key=lambda row: row.id)
    return tuple(
        Quote(
            row.id, sentence_with(vault.texts.open(row.body), _evidence(vault, row.finding)), row.at, Level(row.level)
        )
        for row in rows
        if vault.texts.open(row.body)
    )


def _evidence(vault: Vault, sealed: bytes | None) -> tuple[str, ...]:
    found = vault.open_json(sealed)
    told = found.get("evidence", ()) if isinstance(found, dict) else ()
    return tuple(str(item[0]) for item in told if item[0])


def _last(db: Connection, vault: Vault, here: ColumnElement[bool]) -> tuple[Quote, ...]:
    said = here & (messages.c.author == Author.PERSON.value) & messages.c.body.is_not(None)
    query = select(messages.c.id, messages.c.body, messages.c.at).where(said).order_by(messages.c.id.desc()).limit(9)
    texts = [(row.id, vault.texts.open(row.body), row.at) for row in db.execute(query)]
    newest = [Quote(number, sentence_with(text, ()), at, Level.NONE) for number, text, at in texts if text][:QUOTES]
    return tuple(reversed(newest))


def _said_by_bot(db: Connection, vault: Vault, here: ColumnElement[bool]) -> tuple[tuple[str, str], ...]:
    """Key and text of what the bot said, oldest first."""
    said = here & (messages.c.author == Author.BOT.value) & messages.c.body.is_not(None)
    query = select(messages.c.says, messages.c.body).where(said).order_by(messages.c.id.desc()).limit(40)
    return tuple((row.says or "", vault.texts.open(row.body)) for row in reversed(db.execute(query).all()))


def disclosed_at(db: Connection, case: int) -> datetime | None:
    """When the first message of the case's own level came; None for a case that no message opened."""
    row = db.execute(select(cases).where(cases.c.id == case)).mappings().one()
    said = _of_case(row) & (messages.c.author == Author.PERSON.value) & (messages.c.level >= row["level"])
    return db.scalar(select(messages.c.at).where(said).order_by(messages.c.id).limit(1))


def _of_case(row: RowMapping) -> ColumnElement[bool]:
    until: datetime = row["closed_at"] or _EVER
    since: datetime = row["opened_at"] - BEFORE
    here = messages.c.conversation_id == int(row["conversation_id"])
    return and_(here, messages.c.at.between(since, until), ~of_a_complaint(), ~_of_an_earlier_case(row))


def _of_an_earlier_case(row: RowMapping) -> ColumnElement[bool]:
    """What was told before another case was closed is that case's, which may be sealed."""
    earlier = cases.alias("earlier")
    query = select(earlier.c.id).where(
        earlier.c.conversation_id == int(row["conversation_id"]),
        earlier.c.id != int(row["id"]),
        earlier.c.closed_at.between(messages.c.at, row["closed_at"] or _EVER),
    )
    return query.correlate(messages).exists()
