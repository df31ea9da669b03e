"""What a simulated phone shows: what its owner wrote, and what was sent to them, in the order of arrival."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import RowMapping, select

from helpline.conversations import Author, OutState
from store.database import Database
from store.sealing import Vault
from store.tables import conversations, messages, outbox, senders

NEWEST = 100
_OF_OUT = (outbox.c.state, outbox.c.finished_at, outbox.c.choices, outbox.c.vendor_id, outbox.c.wipes, outbox.c.picture)


@dataclass(frozen=True)
class Bubble:
    """One message on a phone. `choices` are (code, label) offered with it; `pressed` the code of a pressed button.

    `picture` names a drawing above the text.
    """

    id: int
    mine: bool
    text: str = field(repr=False)
    at: datetime
    choices: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    pressed: str | None = field(default=None, repr=False)
    picture: str | None = None


def phone_of(database: Database, channel: str, address: str) -> tuple[list[Bubble], str | None]:
    """The newest bubbles of a phone, oldest first, and the language it is answered in."""
    lookup = database.vault.lookup(channel, address)
    query = (
        select(messages, *_OF_OUT, conversations.c.language.label("in"))
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(senders, senders.c.id == conversations.c.sender_id)
        .outerjoin(outbox, outbox.c.message_id == messages.c.id)
        .where(senders.c.channel == channel, senders.c.lookup == lookup, messages.c.body.is_not(None))
        .order_by(messages.c.id.desc())
        .limit(NEWEST)
    )
    with database.reading() as db:
        rows = db.execute(query).mappings().all()
    deleted = {str(number) for row in rows for number in _deleted_by(row, database.vault)}
    arrived = [row for row in rows if _arrived(row) and not deleted & {row["thread_id"], row["vendor_id"]}]
    bubbles = sorted((_bubble(row, database.vault) for row in arrived), key=lambda bubble: (bubble.at, bubble.id))
    return bubbles, rows[0]["in"] if rows else None


def _arrived(row: RowMapping) -> bool:
    return bool(row["author"] == Author.PERSON.value or row["state"] == OutState.SENT.value)


def _deleted_by(row: RowMapping, vault: Vault) -> list[object]:
    """The ids of the bubbles that were deleted before a row was sent."""
    ids = vault.open_json(row["wipes"]) if row["state"] == OutState.SENT.value else None
    return ids if isinstance(ids, list) else []


def _bubble(row: RowMapping, vault: Vault) -> Bubble:
    mine = row["author"] == Author.PERSON.value
    choices = vault.open_json(row["choices"])
    return Bubble(
        id=row["id"],
        mine=mine,
        text=vault.texts.open(row["body"]),
        at=row["at"] if mine else row["finished_at"],
        choices=tuple((str(code), str(label)) for code, label in choices) if isinstance(choices, list) else (),
        pressed=None if row["choice"] is None else vault.texts.open(row["choice"]),
        picture=row["picture"],
    )
