"""The tables of the service's own state: which parts run, and how far polling came."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from store.columns import Moment, metadata

beats = Table(
    "beats",
    metadata,
    Column("part", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
