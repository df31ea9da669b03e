"""The table of the guide."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from store.columns import Key, Moment, metadata

# What somebody ticked on the list for the first shift.
guide_ticks = Table(
    "guide_ticks",
    metadata,
    Column("counsellor_id", Key, ForeignKey("counsellors.id"), primary_key=True, autoincrement=False),
    Column("point", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
)
