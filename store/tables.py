"""The tables. Addresses are sealed under the address keys, everything a person says under the text keys."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

# The metadata is whole only with them.
import store.account_tables
import store.case_work_tables
import store.editing_tables
import store.figure_tables
import store.guide_tables
import store.matter_tables
import store.record_tables
import store.referral_tables
import store.shift_tables
import store.sms_tables
import store.state_tables
import store.supervision_tables  # noqa: F401
from store.columns import Key, Moment, metadata, of, own_id

senders = Table(
    "senders",
    metadata,
    own_id(),
    Column("channel", String(32), nullable=False),  # the network: `sms` for every SMS route
    # By which an SMS person wrote last, and by which link of it; NULL on other networks.
    Column("route", String(32)),
    Column("link", String(32)),
    Column("address", LargeBinary, nullable=False),  # sealed
    Column("lookup", LargeBinary, nullable=False),  # keyed hash of network and address
    Column("reachable", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("channel", "lookup"),
)

conversations = Table(
    "conversations",
    metadata,
    own_id(),
    of("senders"),
    Column("pseudonym", String(16), nullable=False, unique=True),
    Column("language", String(2)),
    Column("language_hint", String(2)),  # of the messenger's own screen
    Column("language_chosen", Boolean, nullable=False, server_default=text("false")),
    Column("audience", String(16)),
    Column("age_band", String(16)),
    Column("district", String(32)),
    Column("level", Integer, nullable=False, server_default=text("0")),
    Column("quiet", Boolean, nullable=False, server_default=text("false")),
    Column("greeted", Boolean, nullable=False, server_default=text("false")),
    Column("privacy_told", Boolean, nullable=False, server_default=text("false")),
    Column("bulk_stopped", Boolean, nullable=False, server_default=text("false")),
    Column("technical_handoff", Boolean, nullable=False, server_default=text("false")),
    Column("sounds_young", Boolean, nullable=False, server_default=text("false")),
    Column("open_choices", LargeBinary),  # sealed: what was offered tells what it was about
    Column("dialogue", LargeBinary),  # sealed dialogue state
    Column("safety_asked_at", Moment),
    Column("last_inbound_at", Moment),
    Column("last_concern_at", Moment),
    Column("neutral_sent_at", Moment),
    Column("feedback_asked_at", Moment),  # when "did this help?" was last offered
    Column("asking", String(64)),  # the open question of a matter
    # Discreet use: whose phone it is, when we may write (hours of Baku), the keyed hash of a code word, and whether it is asked
    # for before anything that tells of the subject.
    Column("phone", String(8)),  # own | shared; NULL: not told
    Column("write_from", Integer),
    Column("write_until", Integer),
    Column("code_word", LargeBinary),
    Column("code_asked_at", Moment),
    Column("code_given_at", Moment),
    Column("code_waived", Boolean, nullable=False, server_default=text("false")),
    Column("code_tries", Integer, nullable=False, server_default=text("0")),
    Column("code_tried_at", Moment),
    Column("hidden_at", Moment),  # the panic word was said
    # What we start: tips and campaigns only for those who asked for them, one message a day.
    Column("tips_since", Moment),
    Column("tip_due_at", Moment),  # when the next tip without a campaign is looked for
    Column("shared_agreed", Boolean, nullable=False, server_default=text("false")),  # that we write to a shared phone
    Column("started_at", Moment),
    Column("erasure_requested_at", Moment),
    Column("wants_counsellor", String(8)),  # woman | man
    Column("sms_reference", Integer, nullable=False, server_default=text("0")),  # of the last message in parts
    Column("lease", String(64)),
    Column("leased_until", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("sender_id"),
    Index(None, "tip_due_at"),
)

messages = Table(
    "messages",
    metadata,
    own_id(),
    of("conversations"),
    Column("author", String(16), nullable=False),
    of("counsellors", optional=True),
    Column("channel", String(32), nullable=False),
    Column("external_id", String(160)),  # the vendor's, inbound only
    Column("thread_id", String(32)),  # in the person's own thread, by which it can be deleted there
    Column("kind", String(16), nullable=False),
    Column("choice", LargeBinary),  # sealed code of a pressed button
    Column("body", LargeBinary),  # sealed; NULL once erased
    Column("says", String(64)),
    Column("lacks", Integer, nullable=False, server_default=text("0")),  # parts of an SMS that did not come
    Column("level", Integer),
    Column("finding", LargeBinary),  # sealed: risks, speaker, evidence, topics
    Column("language", String(2)),
    Column("at", Moment, nullable=False),
    UniqueConstraint("channel", "external_id"),
    Index(None, "conversation_id", "id"),
)

turns = Table(
    "turns",
    metadata,
    own_id(),
    of("conversations"),
    of("messages"),
    Column("state", String(16), nullable=False),
    Column("reason", String(64)),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    UniqueConstraint("message_id"),
    Index(None, "state", "id"),
    Index(None, "conversation_id", "state", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    own_id(),
    of("conversations", optional=True),  # NULL: an alert to the duty chat
    of("messages", optional=True),
    Column("origin", String(96), nullable=False, unique=True),  # what it answers: the same cause puts it in once
    Column("channel", String(32), nullable=False),
    Column("address", LargeBinary),  # sealed, alerts only
    Column("body", LargeBinary),  # sealed; NULL once erased
    Column("choices", LargeBinary),  # sealed
    Column("lane", Integer, nullable=False),
    Column("neutral", Boolean, nullable=False, server_default=text("false")),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", Moment, nullable=False),
    Column("lease", String(64)),
    Column("leased_until", Moment),
    Column("vendor_id", String(96)),
    Column("delivery", String(16)),
    Column("code", String(32)),
    Column("parts", Integer),  # SMS parts, NULL on other channels
    Column("reference", Integer),  # joins the parts at the phone: one a message, the same for each attempt
    Column("wipes", LargeBinary),  # sealed: ids in the person's thread to delete; the text goes after them
    Column("picture", String(32)),  # a drawing that goes with the text
    Column("campaign_id", Key, ForeignKey("campaigns.id")),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index(None, "state", "channel", "lane", "id"),
    Index(None, "campaign_id", "state"),
    Index(None, "conversation_id", "state", "id"),
    Index(None, "channel", "vendor_id"),
)

cases = Table(
    "cases",
    metadata,
    own_id(),
    of("conversations"),
    Column("level", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    of("counsellors", optional=True, name="holder_id"),
    Column("opened_at", Moment, nullable=False),
    Column("waiting_since", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("alert_due_at", Moment, nullable=False),
    Column("taken_at", Moment),
    Column("unanswered_since", Moment),  # the person's oldest message that the holder has not answered
    Column("safety_silence_at", Moment),
    Column("closed_at", Moment),
    Column("close_reason", String(32)),
    Column("declined", Boolean, nullable=False, server_default=text("false")),
    Column("quick_look", Boolean, nullable=False, server_default=text("false")),
    Column("undelivered_code", String(32)),
    Column("sealed", Boolean, nullable=False, server_default=text("false")),  # to its holder and the supervisors
    Column("step", Integer, nullable=False, server_default=text("0")),  # how far the alarm has climbed
    Column("expected_at", Moment),  # when the person was told that somebody answers
    Column("missed_told_at", Moment),  # when they were told that it takes longer
    Column("first_reply_at", Moment),  # a counsellor's first word to the person
    Column("snoozed_until", Moment),  # a held case rests until then
    Column("next_step", LargeBinary),  # sealed: what comes next, for whoever looks after it
    Column("next_step_at", Moment),
    Column("source", String(16), nullable=False, server_default=text("'message'")),  # message | phone | in_person
    Index(None, "state", "level", "waiting_since"),
    Index(None, "conversation_id", "id"),
    # One open case a conversation, whatever races for it.
    Index(
        "uq_cases_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("state != 'closed'"),
        postgresql_where=text("state != 'closed'"),
    ),
)

case_events = Table(
    "case_events",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors", optional=True),
    Column("what", String(32), nullable=False),
    Column("detail", String(512), nullable=False, server_default=text("'{}'")),  # codes only, never text
    Column("at", Moment, nullable=False),
    Index(None, "case_id", "id"),
)

notes = Table(
    "notes",
    metadata,
    own_id(),
    of("cases"),
    of("counsellors"),
    Column("body", LargeBinary),  # sealed
    Column("at", Moment, nullable=False),
    Index(None, "case_id", "id"),
)

# What a counsellor says that a message called for: the labels of the next training.
verdicts = Table(
    "verdicts",
    metadata,
    own_id(),
    of("messages"),
    of("counsellors"),
    Column("level", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("message_id"),
)

counsellors = Table(
    "counsellors",
    metadata,
    own_id(),
    Column("name", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("password", String(160), nullable=False),  # argon2id
    Column("language", String(2), nullable=False, server_default=text("'az'")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("seen_at", Moment),
    Column("created_at", Moment, nullable=False),
    Column("speaks", String(16), nullable=False, server_default=text("'az ru'")),
    Column("gender", String(8)),  # woman | man
    Column("capacity", Integer, nullable=False, server_default=text("4")),  # cases held at once
    Column("grants", String(64), nullable=False, server_default=text("''")),  # words of data/access.yml
    Column("agency", String(48)),  # a focal point's service: its code in data/services
    Column("vetted_on", String(10)),  # the day of the background check, 2026-12-01
    Column("vetted_until", String(10)),
    Column("totp", LargeBinary),  # sealed secret of the second factor
    Column("totp_confirmed_at", Moment),
    Column("totp_step", BigInteger),  # the last step used: a code works once
    Column("must_change", Boolean, nullable=False, server_default=text("false")),  # somebody else set the password
    Column("ended_at", Moment),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    own_id(),
    Column("token", LargeBinary, nullable=False, unique=True),  # sha256 of the cookie's token
    of("counsellors"),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("second_at", Moment),  # when the second factor was given
    Column("locked_at", Moment),  # idle: the password opens it again
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    own_id(),
    Column("who", LargeBinary, nullable=False),  # keyed hash of name or client address
    Column("at", Moment, nullable=False),
    Index(None, "who", "at"),
)
