"""SMS by any route: one sender on all of them, parts of messages, deliveries, and receipts for each part.

The keyed hash by which a sender is found cannot be made again here, where there is no key: senders of Twilio keep theirs,
and are found by it until they write again (store/intake_rows.py).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("senders") as batch_op:
        batch_op.add_column(sa.Column("route", sa.String(32), nullable=True))
        batch_op.add_column(sa.Column("link", sa.String(32), nullable=True))
    op.execute("UPDATE senders SET route = 'sms_twilio', channel = 'sms' WHERE channel = 'sms_twilio'")
    with op.batch_alter_table("conversations") as batch_op:
        batch_op.add_column(sa.Column("sms_reference", sa.Integer(), server_default=sa.text("0"), nullable=False))
    with op.batch_alter_table("messages") as batch_op:
        batch_op.add_column(sa.Column("lacks", sa.Integer(), server_default=sa.text("0"), nullable=False))
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("reference", sa.Integer(), nullable=True))
    _inbound()
    op.create_table(
        "sent_parts",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("out_id", KEY, nullable=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("vendor_id", sa.String(96), nullable=False),
        sa.Column("delivery", sa.String(16), nullable=True),
        sa.Column("code", sa.String(32), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["out_id"], ["outbox.id"], name=op.f("fk_sent_parts_out_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_parts")),
    )
    op.create_index(op.f("ix_sent_parts_channel_vendor_id"), "sent_parts", ["channel", "vendor_id"])
    op.create_index(op.f("ix_sent_parts_out_id_at"), "sent_parts", ["out_id", "at"])


def _inbound() -> None:
    op.create_table(
        "sms_sets",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("message_id", KEY, nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("route", sa.String(48), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_sms_sets_conversation_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_sms_sets_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_sets")),
    )
    op.create_index(op.f("ix_sms_sets_conversation_id_open_id"), "sms_sets", ["conversation_id", "open", "id"])
    op.create_index(op.f("ix_sms_sets_open_last_at"), "sms_sets", ["open", "last_at"])
    op.create_table(
        "sms_parts",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("set_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("alphabet", sa.String(8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["set_id"], ["sms_sets.id"], name=op.f("fk_sms_parts_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_parts")),
        sa.UniqueConstraint("set_id", "number", name=op.f("uq_sms_parts_set_id_number")),
    )
    op.create_table(
        "sms_deliveries",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_deliveries")),
    )
    op.create_index(op.f("ix_sms_deliveries_fingerprint_id"), "sms_deliveries", ["fingerprint", "id"])
    op.create_index(op.f("ix_sms_deliveries_at"), "sms_deliveries", ["at"])
