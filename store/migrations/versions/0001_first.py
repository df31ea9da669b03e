"""The first schema: sealed from the start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:

    op.create_table(
        "beats",
        sa.Column("part", sa.String(length=64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_beats")),
    )
    op.create_table(
        "counsellors",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password", sa.String(length=160), nullable=False),
        sa.Column("language", sa.String(length=2), server_default=sa.text("'az'"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counsellors")),
        sa.UniqueConstraint("name", name=op.f("uq_counsellors_name")),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
    op.create_table(
        "senders",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("reachable", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_senders")),
        sa.UniqueConstraint("channel", "lookup", name=op.f("uq_senders_channel_lookup")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_who_at"), "sign_in_failures", ["who", "at"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("sender_id", KEY, nullable=False),
        sa.Column("pseudonym", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("language_hint", sa.String(length=2), nullable=True),
        sa.Column("language_chosen", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=True),
        sa.Column("age_band", sa.String(length=16), nullable=True),
        sa.Column("district", sa.String(length=32), nullable=True),
        sa.Column("level", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("quiet", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("greeted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("privacy_told", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("bulk_stopped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("technical_handoff", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sounds_young", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("open_choices", sa.LargeBinary(), nullable=True),
        sa.Column("dialogue", sa.LargeBinary(), nullable=True),
        sa.Column("safety_asked_at", MOMENT, nullable=True),
        sa.Column("last_inbound_at", MOMENT, nullable=True),
        sa.Column("last_concern_at", MOMENT, nullable=True),
        sa.Column("neutral_sent_at", MOMENT, nullable=True),
        sa.Column("erasure_requested_at", MOMENT, nullable=True),
        sa.Column("lease", sa.String(length=64), nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.id"], name=op.f("fk_conversations_sender_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_conversations_pseudonym")),
        sa.UniqueConstraint("sender_id", name=op.f("uq_conversations_sender_id")),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_sign_ins_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sa.UniqueConstraint("token", name=op.f("uq_sign_ins_token")),
    )
    op.create_table(
        "cases",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("holder_id", KEY, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("waiting_since", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("alert_due_at", MOMENT, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("unanswered_since", MOMENT, nullable=True),
        sa.Column("safety_silence_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("close_reason", sa.String(length=32), nullable=True),
        sa.Column("declined", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("quick_look", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("undelivered_code", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_cases_conversation_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["counsellors.id"], name=op.f("fk_cases_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index(
        op.f("ix_cases_state_level_waiting_since"), "cases", ["state", "level", "waiting_since"], unique=False
    )
    op.create_index(
        "uq_cases_open",
        "cases",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("state != 'closed'"),
        postgresql_where=sa.text("state != 'closed'"),
    )
    op.create_table(
        "messages",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("counsellor_id", KEY, nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("external_id", sa.String(length=160), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("choice", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("says", sa.String(length=64), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("finding", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_messages_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_messages_channel_external_id")),
    )
    op.create_index(op.f("ix_messages_conversation_id_id"), "messages", ["conversation_id", "id"], unique=False)
    op.create_table(
        "case_events",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=512), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id")),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_case_events_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_events")),
    )
    op.create_index(op.f("ix_case_events_case_id_id"), "case_events", ["case_id", "id"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notes_case_id")),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_notes_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_case_id_id"), "notes", ["case_id", "id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=True),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("origin", sa.String(length=96), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("choices", sa.LargeBinary(), nullable=True),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("neutral", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("lease", sa.String(length=64), nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("vendor_id", sa.String(length=96), nullable=True),
        sa.Column("delivery", sa.String(length=16), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_outbox_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_outbox_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("origin", name=op.f("uq_outbox_origin")),
    )
    op.create_index(op.f("ix_outbox_channel_vendor_id"), "outbox", ["channel", "vendor_id"], unique=False)
    op.create_index(
        op.f("ix_outbox_conversation_id_state_id"), "outbox", ["conversation_id", "state", "id"], unique=False
    )
    op.create_index(op.f("ix_outbox_state_channel_lane_id"), "outbox", ["state", "channel", "lane", "id"], unique=False)
    op.create_table(
        "turns",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_turns_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_turns_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turns")),
        sa.UniqueConstraint("message_id", name=op.f("uq_turns_message_id")),
    )
    op.create_index(
        op.f("ix_turns_conversation_id_state_id"), "turns", ["conversation_id", "state", "id"], unique=False
    )
    op.create_index(op.f("ix_turns_state_id"), "turns", ["state", "id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a helpline's record is not taken down by a migration")
