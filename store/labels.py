"""Counsellors' verdicts with the texts they are about: labels for training, and nothing that tells who wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from store.database import Database
from store.tables import messages, verdicts
from triage.taxonomy import Level


@dataclass(frozen=True)
class Verdict:
    """`found` is what triage said then, `level` what a counsellor said. No id, no address, no time."""

    text: str = field(repr=False)
    language: str | None
    channel: str
    found: Level
    level: Level
    risks: tuple[str, ...]
    speaker: str


def read_verdicts(database: Database) -> Iterator[Verdict]:
    """Yield every verdict whose message was not erased, in the order of the texts, which tells no times."""
    query = select(messages, verdicts.c.level.label("verdict")).join(verdicts, verdicts.c.message_id == messages.c.id)
    with database.reading() as db:
        rows = db.execute(query.where(messages.c.body.is_not(None))).mappings().all()
    vault, made = database.vault, []
    for row in rows:
        found = vault.open_json(row["finding"])
        told = found if isinstance(found, dict) else {}
        made.append(
            Verdict(
                vault.texts.open(row["body"]),
                row["language"],
                "sms" if row["channel"].startswith("sms") else "telegram",
                Level(row["level"] or 0),
                Level(row["verdict"]),
                tuple(told.get("risks", ())),
                str(told.get("speaker", "unknown")),
            )
        )
    yield from sorted(made, key=lambda one: one.text)
