"""The tables of work on a case: what is typed and not sent, who looks, typing shown, the rescue sheet, numbers shown."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, UniqueConstraint

from store.columns import Key, Moment, metadata, of, own_id

# What somebody typed into a case's page and has not sent.
case_drafts = Table(
    "case_drafts",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors"),
    Column("field", String(16), nullable=False),  # reply | note
    Column("body", LargeBinary),  # sealed; NULL once erased
    Column("at", Moment, nullable=False),
    UniqueConstraint("case_id", "counsellor_id", "field"),
)

# Who has a case's page open, and up to which message they had read it before.
case_looks = Table(
    "case_looks",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors"),
    Column("at", Moment, nullable=False),  # the page's last sign of life
    Column("read_to", Key),  # the newest message when the page was opened
    Column("read_before", Key),  # the same of the opening before that: what follows is new
    UniqueConstraint("case_id", "counsellor_id"),
)

# That a counsellor types: the worker shows it where the vendor can.
typing = Table(
    "typing",
    metadata,
    own_id(),
    of("conversations"),
    Column("at", Moment, nullable=False),
    Column("shown_at", Moment),
    UniqueConstraint("conversation_id"),
    Index(None, "at"),
)

# Where help has to go, as the person told it and a counsellor wrote it down.
rescues = Table(
    "rescues",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors"),
    Column("place", LargeBinary),  # sealed; NULL once erased
    Column("at", Moment, nullable=False),
    UniqueConstraint("case_id"),
)

# Each time that a sender's number was shown in an emergency: to whom, why, until when.
reveals = Table(
    "reveals",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors"),
    Column("reason", String(32), nullable=False),
    Column("why", LargeBinary),  # sealed; NULL once erased
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "case_id", "counsellor_id", "until"),
)
