"""The tables of what editors do in the console: verifications of records, and versions of texts. Both only grow."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from store.columns import Moment, metadata, of, own_id

# What somebody found out about a record of data/services. Corrected values wait for a second person.
verifications = Table(
    "verifications",
    metadata,
    own_id(),
    Column("record", String(64), nullable=False),
    of("counsellors"),
    Column("role", String(16), nullable=False),  # of who called or went there
    Column("heard", String(8), nullable=False),  # right | differs
    Column("how", String(16), nullable=False),
    Column("verified_on", String(10), nullable=False),  # days of Baku, 2026-12-01
    Column("valid_until", String(10), nullable=False),
    Column("show", Boolean, nullable=False, server_default=text("false")),
    Column("corrected", LargeBinary),  # sealed: values by field
    Column("state", String(8), nullable=False),  # counts | waiting | refused
    of("counsellors", optional=True, name="decided_by_id"),
    Column("decided_at", Moment),
    Column("at", Moment, nullable=False),
    Index(None, "record", "id"),
    Index(
        "uq_verifications_waiting",
        "record",
        unique=True,
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

# A text as somebody wrote it. The published one with the highest number is what people read.
text_versions = Table(
    "text_versions",
    metadata,
    own_id(),
    Column("text_key", String(96), nullable=False),  # item:P07, lesson:feelings:names, phrase:greeting
    Column("number", Integer),  # from 1, once published
    Column("state", String(12), nullable=False),  # draft | sent | reviewed | published | dropped
    Column("fields", LargeBinary, nullable=False),  # sealed: texts by field
    Column("base", String(64), nullable=False),  # fingerprint of the file's text that it was written over
    Column("revision", Integer, nullable=False, server_default=text("1")),  # of two who save at once the second is told
    of("counsellors"),  # who wrote it last
    of("counsellors", optional=True, name="reviewer_id"),
    of("counsellors", optional=True, name="publisher_id"),
    Column("written_at", Moment, nullable=False),
    Column("reviewed_at", Moment),
    Column("published_at", Moment),
    UniqueConstraint("text_key", "number"),
    Index(
        "uq_text_versions_open",
        "text_key",
        unique=True,
        sqlite_where=text("state IN ('draft', 'sent', 'reviewed')"),
        postgresql_where=text("state IN ('draft', 'sent', 'reviewed')"),
    ),
)

# Who did what with a version: nobody reviews what they wrote, nobody publishes what they wrote or reviewed.
text_steps = Table(
    "text_steps",
    metadata,
    own_id(),
    of("text_versions"),
    of("counsellors"),
    Column("what", String(16), nullable=False),
    Column("comment", LargeBinary),  # sealed
    Column("at", Moment, nullable=False),
    Index(None, "text_version_id", "id"),
)
