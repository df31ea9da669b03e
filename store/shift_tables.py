"""The tables of who is meant to be on, and of who is."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table, text

from store.columns import Moment, metadata, of, own_id

# What a supervisor planned. Several a day and over midnight are rows like any other.
shifts = Table(
    "shifts",
    metadata,
    own_id(),
    of("counsellors"),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "ends_at"),
    Index(None, "counsellor_id", "starts_at"),
)

# Who was really there: from when to when, and off the queue until.
watches = Table(
    "watches",
    metadata,
    own_id(),
    of("counsellors"),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("said_so", Boolean, nullable=False, server_default=text("false")),  # ended by the person, not by absence
    Column("rests_until", Moment),
    Index(None, "counsellor_id", "id"),
    Index(
        "uq_watches_open",
        "counsellor_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)
