"""The tables of SMS: parts of messages until they are joined, what was brought already, and the parts that we sent."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from store.columns import Key, Moment, metadata, of, own_id

# A message on its way in: its parts, until it is stored as a message.
sms_sets = Table(
    "sms_sets",
    metadata,
    own_id(),
    of("conversations"),
    of("messages", optional=True),  # as which it was stored, whole or not
    Column("key", LargeBinary, nullable=False),  # keyed hash of the number it was sent to, its reference and its total
    Column("channel", String(32), nullable=False),
    Column("route", String(48), nullable=False),
    Column("total", Integer, nullable=False),
    Column("held", Integer, nullable=False, server_default=text("0")),  # parts that came
    Column("open", Boolean, nullable=False),  # something of it is not stored as a message yet
    Column("last_at", Moment, nullable=False),
    Index(None, "conversation_id", "open", "id"),
    Index(None, "open", "last_at"),
)

sms_parts = Table(
    "sms_parts",
    metadata,
    own_id(),
    of("sms_sets", name="set_id"),
    Column("number", Integer, nullable=False),
    Column("alphabet", String(8), nullable=False),
    Column("body", LargeBinary),  # sealed; NULL once the whole is stored as a message
    UniqueConstraint("set_id", "number"),
)

# What a network brought, so that what it brings again is known.
sms_deliveries = Table(
    "sms_deliveries",
    metadata,
    own_id(),
    Column("fingerprint", LargeBinary, nullable=False),  # keyed hash
    Column("confirmed", Boolean, nullable=False, server_default=text("false")),  # the network heard that we have it
    Column("at", Moment, nullable=False),
    Index(None, "fingerprint", "id"),
    Index(None, "at"),
)

# What became of each part of what we sent. Without its row of the outbox: a report that came before we had committed the id.
sent_parts = Table(
    "sent_parts",
    metadata,
    own_id(),
    Column("out_id", Key, ForeignKey("outbox.id")),
    Column("channel", String(32), nullable=False),
    Column("vendor_id", String(96), nullable=False),
    Column("delivery", String(16)),
    Column("code", String(32)),
    Column("at", Moment, nullable=False),
    Index(None, "channel", "vendor_id"),
    Index(None, "out_id", "at"),
)
