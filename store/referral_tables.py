"""The tables of referrals. What the database itself refuses: one that left without consent or two people's decision."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from store.columns import Moment, metadata, of, own_id

# Nothing leaves the house on less; a draft, one that waits for agreement and one taken back may lack it.
RESTS_ON_SOMETHING = (
    "state IN ('draft', 'waiting', 'revoked') OR consent_at IS NOT NULL OR override_agreed_by IS NOT NULL"
)
CONSENT_IS_WHOLE = (
    "consent_at IS NULL OR (consent_who IS NOT NULL AND consent_how IS NOT NULL AND consent_version IS NOT NULL)"
)
TWO_PEOPLE = (
    "override_agreed_by IS NULL OR (override_asked_by IS NOT NULL AND override_reason IS NOT NULL "
    "AND override_agreed_by <> override_asked_by)"
)

referrals = Table(
    "referrals",
    metadata,
    own_id(),
    of("cases"),
    of("conversations"),
    Column("reference", String(16), nullable=False, unique=True),  # what stands on the letter
    Column("service", String(64), nullable=False),  # its code in the directory
    Column("kind", String(32), nullable=False),
    Column("role", String(16), nullable=False),  # of the recipient: which fields it may see
    Column("state", String(16), nullable=False),
    Column("wanted", LargeBinary),  # sealed: needs, fields, risks, texts; NULL once erased
    Column("shared", LargeBinary),  # sealed: what left, by field; NULL before, and once erased
    Column("unverified_agreed", Boolean, nullable=False, server_default=text("false")),
    Column("asked_consent_at", Moment),  # the consent text was sent to the person
    Column("answer", Boolean),  # what they pressed
    Column("answered_at", Moment),
    Column("consent_who", String(32)),
    Column("consent_how", String(16)),
    Column("consent_at", Moment),
    Column("consent_version", String(32)),
    Column("suspicion", String(8)),  # whether a caregiver is the suspected person
    Column("may_ask", Boolean, nullable=False, server_default=text("false")),
    of("counsellors", optional=True, name="consent_by"),
    Column("override_reason", String(32)),
    Column("override_text", LargeBinary),  # sealed
    of("counsellors", optional=True, name="override_asked_by"),
    Column("override_asked_at", Moment),
    of("counsellors", optional=True, name="override_agreed_by"),
    Column("override_agreed_at", Moment),
    Column("told", String(16)),  # of a referral without consent: open | told | not_safe
    Column("told_text", LargeBinary),  # sealed
    Column("told_at", Moment),
    Column("sent_at", Moment),
    Column("due_at", Moment),
    Column("accepted_at", Moment),
    Column("ended_at", Moment),
    Column("end_reason", String(32)),
    Column("end_text", LargeBinary),  # sealed
    Column("ask_at", Moment),  # when the person is asked, or their answer is given up
    Column("ask_tries", Integer, nullable=False, server_default=text("0")),
    Column("loop", String(16)),
    of("counsellors", name="created_by"),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    CheckConstraint(RESTS_ON_SOMETHING, name="ck_referrals_rests_on_something"),
    CheckConstraint(CONSENT_IS_WHOLE, name="ck_referrals_consent_is_whole"),
    CheckConstraint(TWO_PEOPLE, name="ck_referrals_two_people"),
    Index(None, "case_id", "id"),
    Index(None, "conversation_id", "id"),
    Index(None, "state", "due_at"),
    Index(None, "service", "state"),
    Index(None, "ask_at"),
)

# Calls to the service about a referral: when, which desk, what came of it.
referral_calls = Table(
    "referral_calls",
    metadata,
    own_id(),
    of("referrals"),
    of("counsellors"),
    Column("desk", String(16), nullable=False),  # the office of who answered, never a name
    Column("outcome", String(16), nullable=False),
    Column("place", LargeBinary),  # sealed: which desk, as told
    Column("at", Moment, nullable=False),
    Index(None, "referral_id", "id"),
)

# Agencies that must not learn of a person: somebody there is the one who harms. Kept of the person, for every case of theirs.
excluded_agencies = Table(
    "excluded_agencies",
    metadata,
    own_id(),
    of("conversations"),
    Column("service", String(64), nullable=False),
    of("counsellors"),
    Column("at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "service"),
)
