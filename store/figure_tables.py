"""The tables of figures: what each finished day came to, and what a cell still holds back. No person, no text."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from store.columns import metadata, own_id

# A row a day and cell. `released`: what left that day, with what was held back before; only sums of it are shown.
tallies = Table(
    "tallies",
    metadata,
    own_id(),
    Column("day", String(10), nullable=False),  # of Baku, 2026-11-30
    Column("figure", String(32), nullable=False),
    Column("value", String(128), nullable=False),
    Column("district", String(32), nullable=False, server_default=text("''")),  # '': the whole country
    Column("count", Integer, nullable=False),
    Column("released", Integer, nullable=False),
    UniqueConstraint("day", "figure", "value", "district"),
    Index(None, "district", "day"),
)

# Whom a cell waits for more of: fewer than eight conversations, sealed, gone once they are released.
held_back = Table(
    "held_back",
    metadata,
    own_id(),
    Column("figure", String(32), nullable=False),
    Column("value", String(128), nullable=False),
    Column("district", String(32), nullable=False, server_default=text("''")),
    Column("count", Integer, nullable=False),
    Column("people", LargeBinary, nullable=False),  # sealed
    UniqueConstraint("figure", "value", "district"),
)
