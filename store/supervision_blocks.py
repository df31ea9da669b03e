"""Rows of blocks: one open block a person, each with its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import RowMapping, select, update

from helpline.blocked import Block
from store.rows import Rows
from store.supervision_tables import blocks

_OPEN = blocks.c.ended_at.is_(None)


class BlockRows(Rows):
    def add_block(
        self, conversation: int, case: int, counsellor: int, reason: str, at: datetime, until: datetime
    ) -> bool:
        """Block a person; return False when they are blocked already, which is not made longer."""
        over = (blocks.c.conversation_id == conversation) & _OPEN & (blocks.c.until <= at)
        self._db.execute(update(blocks).where(over).values(ended_at=at, ended="over"))
        values = {
            "conversation_id": conversation,
            "case_id": case,
            "counsellor_id": counsellor,
            "reason": reason,
            "began_at": at,
            "until": until,
        }
        return self._insert_once(blocks, values) is not None

    def block_of(self, conversation: int, now: datetime) -> Block | None:
        """The person's block, if one is not over."""
        here = (blocks.c.conversation_id == conversation) & _OPEN & (blocks.c.until > now)
        row = self._db.execute(select(blocks).where(here)).mappings().first()
        return None if row is None else block_of_row(row)

    def block_told(self, block: int, at: datetime) -> None:
        self._db.execute(update(blocks).where(blocks.c.id == block).values(told_at=at))

    def block_disclosed(self, block: int, at: datetime) -> None:
        self._db.execute(update(blocks).where(blocks.c.id == block).values(disclosed_at=at))

    def end_block(self, block: int, why: str, at: datetime) -> bool:
        """Return whether it had not ended before."""
        here = (blocks.c.id == block) & _OPEN
        return self._db.execute(update(blocks).where(here).values(ended_at=at, ended=why)).rowcount == 1

    def blocks_over(self, now: datetime) -> Iterator[Block]:
        for row in self._db.execute(select(blocks).where(_OPEN, blocks.c.until <= now)).mappings():
            yield block_of_row(row)


def block_of_row(row: RowMapping) -> Block:
    return Block(
        id=row["id"],
        conversation=row["conversation_id"],
        case=row["case_id"],
        reason=row["reason"],
        began_at=row["began_at"],
        until=row["until"],
        told_at=row["told_at"],
        disclosed_at=row["disclosed_at"],
    )
