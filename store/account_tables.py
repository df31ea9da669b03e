"""The tables of accounts beside `counsellors` and `sign_ins`: recovery codes, the audit outside cases, complaints."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, text

from store.columns import Moment, metadata, of, own_id

# What opens an account when the telephone with its second factor is lost; each once.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    own_id(),
    of("counsellors"),
    Column("code", LargeBinary, nullable=False),  # keyed hash
    Column("made_at", Moment, nullable=False),
    Column("used_at", Moment),
    Index(None, "counsellor_id"),
)

# What happens outside cases: sign-ins, accounts, exports, texts published. Inside cases it is case_events.
audit_events = Table(
    "audit_events",
    metadata,
    own_id(),
    of("counsellors", optional=True),  # who did it; NULL: the service, or somebody who was not let in
    of("counsellors", optional=True, name="about_id"),  # the account it was done to
    Column("what", String(32), nullable=False),
    Column("detail", String(512), nullable=False, server_default=text("'{}'")),  # codes only, never text
    Column("at", Moment, nullable=False),
    Index(None, "at", "id"),
    Index(None, "counsellor_id", "id"),
    Index(None, "about_id", "id"),
)

# About the helpline or somebody who works there; read by administrators, never by the person it is about.
complaints = Table(
    "complaints",
    metadata,
    own_id(),
    of("counsellors", optional=True),  # who complains, where it is one of us
    of("conversations", optional=True),  # who complains, where it is a person who wrote to us
    of("counsellors", optional=True, name="about_id"),  # who never sees it
    Column("state", String(16), nullable=False),  # open | answered
    Column("body", LargeBinary),  # sealed; NULL once erased
    Column("answer", LargeBinary),  # sealed
    of("counsellors", optional=True, name="answered_by_id"),
    Column("at", Moment, nullable=False),
    Column("answered_at", Moment),
    Index(None, "state", "id"),
    Index(None, "conversation_id"),
)
