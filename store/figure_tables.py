"""The tables of figures: what left on each finished day, and what a cell still holds back.

A number below five stands nowhere in the open: with it, a sealed finding could be told from the other columns of its message.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from store.columns import metadata, own_id

# A row a batch: of at least five people, released on a day in a cell. Only sums of `released` are shown.
tallies = Table(
    "tallies",
    metadata,
    own_id(),
    Column("day", String(10), nullable=False),  # of Baku, 2026-11-30
    Column("figure", String(32), nullable=False),
    Column("value", String(128), nullable=False),
    Column("district", String(32), nullable=False, server_default=text("''")),  # '': the whole country
    Column("released", Integer, nullable=False),
    Column("spread", LargeBinary, nullable=False),  # sealed: how much of it happened on which day
    UniqueConstraint("day", "figure", "value", "district"),
    Index(None, "district", "day"),
)

# What a cell waits with, and for whom: fewer than seven people. Gone once they are released.
held_back = Table(
    "held_back",
    metadata,
    own_id(),
    Column("cell", LargeBinary, nullable=False, unique=True),  # keyed hash of figure, value and district
    Column("waiting", LargeBinary, nullable=False),  # sealed
)
