"""What was understood of a sender's newest message: for the terminal and for evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import RowMapping, select

from helpline.conversations import Author, CaseState
from store.database import Database
from store.tables import cases, conversations, messages, senders
from triage.taxonomy import Level


@dataclass(frozen=True)
class Understood:
    """`language` is the one answered in; `referral` the open case, if any."""

    language: str
    level: str
    risks: tuple[str, ...]
    speaker: str
    confidence: float
    topics: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...]
    referral: Mapping[str, object] | None


def last_understood(database: Database, channel: str, address: str) -> Understood:
    """Read it; the sender must have written."""
    lookup = database.vault.lookup(channel, address)
    query = (
        select(messages, conversations.c.language.label("answered_in"))
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(senders, senders.c.id == conversations.c.sender_id)
        .where(senders.c.channel == channel, senders.c.lookup == lookup)
        .where(messages.c.author == Author.PERSON.value)
        .order_by(messages.c.id.desc())
        .limit(1)
    )
    with database.reading() as db:
        row = db.execute(query).mappings().one()
        here = (cases.c.conversation_id == row["conversation_id"]) & (cases.c.state != CaseState.CLOSED.value)
        case = db.execute(select(cases).where(here)).mappings().first()
    found = database.vault.open_json(row["finding"])
    fields = found if isinstance(found, dict) else {}
    return Understood(
        language=row["answered_in"] or "az",
        level=Level(row["level"] or 0).name.lower(),
        risks=tuple(fields.get("risks", ())),
        speaker=str(fields.get("speaker", "unknown")),
        confidence=float(fields.get("confidence", 1.0)),
        topics=tuple(fields.get("topics", ())),
        evidence=tuple(tuple(item) for item in fields.get("evidence", ())),
        referral=None if case is None else _referral(case),
    )


def _referral(case: RowMapping) -> dict[str, object]:
    level = Level(int(str(case["level"]))).name.lower()
    return {"id": case["id"], "level": level, "state": case["state"]}
