"""The tables of what is kept beside a case's transcript: wrap-ups, sign-offs, attempts, talks, transfers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, String, Table, Text, UniqueConstraint, text

from store.columns import Moment, metadata, of, own_id


def _only_one(name: str, state: str) -> Index:
    """At most one row of a case in this state, whatever races for it."""
    where = text(f"state = '{state}'")
    return Index(name, "case_id", unique=True, sqlite_where=where, postgresql_where=where)


# What a case was, in the codes of data/wrap_up.yml. A draft until the case closes, and editable as long as it is held.
wrap_ups = Table(
    "wrap_ups",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors"),
    Column("call_type", String(32)),
    Column("fields", Text, nullable=False, server_default=text("'{}'")),  # codes only, never text
    Column("summary", LargeBinary),  # sealed
    Column("saved_at", Moment, nullable=False),
    UniqueConstraint("case_id"),
)

issues = Table(
    "issues",
    metadata,
    own_id(),
    of("cases"),
    Column("category", String(32), nullable=False),
    Column("subcategory", String(48)),
    Column("about", String(24)),
    Column("status", String(24)),
    Index(None, "case_id", "id"),
)

# A second person's word that a case may close. One may be open at a time.
sign_offs = Table(
    "sign_offs",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors", name="asked_by_id"),
    of("counsellors", optional=True, name="asked_of_id"),  # NULL: any supervisor
    Column("reason", String(32), nullable=False),
    Column("answers", String(512), nullable=False),  # of the safety checklist, codes
    Column("state", String(16), nullable=False),  # asked | signed | refused | overtaken | withdrawn
    Column("why", LargeBinary),  # sealed: why it was refused
    Column("asked_at", Moment, nullable=False),
    of("counsellors", optional=True, name="answered_by_id"),
    Column("answered_at", Moment),
    _only_one("uq_sign_offs_asked", "asked"),
    Index(None, "case_id", "id"),
)

# Attempts to reach somebody who is silent; `inside`: in the hours that the person called safe.
attempts = Table(
    "attempts",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors"),
    Column("way", String(16), nullable=False),  # message | phone
    Column("inside", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "case_id", "id"),
)

# Talks by telephone or in person.
talks = Table(
    "talks",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors"),
    Column("way", String(16), nullable=False),  # phone | in_person
    Column("direction", String(16), nullable=False),  # they | we: who began it
    Column("who", String(16), nullable=False),
    Column("note", LargeBinary),  # sealed; NULL once erased
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Index(None, "case_id", "id"),
)

# A held case offered to a colleague. While it is offered its holder holds it. One may be open at a time.
transfers = Table(
    "transfers",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors", name="from_id"),
    of("counsellors", optional=True, name="to_id"),  # NULL: any supervisor
    Column("warm", Boolean, nullable=False),  # the receiver reads the case before answering
    Column("note", LargeBinary),  # sealed
    Column("state", String(16), nullable=False),  # offered | accepted | refused | withdrawn | lapsed
    Column("why", LargeBinary),  # sealed: why it was refused
    Column("offered_at", Moment, nullable=False),
    Column("lapses_at", Moment, nullable=False),
    of("counsellors", optional=True, name="answered_by_id"),
    Column("answered_at", Moment),
    _only_one("uq_transfers_offered", "offered"),
    Index(None, "state", "lapses_at"),
    Index(None, "case_id", "id"),
)
