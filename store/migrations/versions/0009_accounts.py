"""What accounts leave behind: codes, the audit outside cases, complaints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_recovery_codes_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_counsellor_id"), "recovery_codes", ["counsellor_id"])
    op.create_table(
        "audit_events",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=True),
        sa.Column("about_id", KEY, nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=512), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_audit_events_counsellor_id")),
        sa.ForeignKeyConstraint(["about_id"], ["counsellors.id"], name=op.f("fk_audit_events_about_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    op.create_index(op.f("ix_audit_events_at_id"), "audit_events", ["at", "id"])
    op.create_index(op.f("ix_audit_events_counsellor_id_id"), "audit_events", ["counsellor_id", "id"])
    op.create_index(op.f("ix_audit_events_about_id_id"), "audit_events", ["about_id", "id"])
    op.create_table(
        "complaints",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=True),
        sa.Column("conversation_id", KEY, nullable=True),
        sa.Column("about_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by_id", KEY, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_complaints_counsellor_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_complaints_conversation_id")),
        sa.ForeignKeyConstraint(["about_id"], ["counsellors.id"], name=op.f("fk_complaints_about_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["counsellors.id"], name=op.f("fk_complaints_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
    )
    op.create_index(op.f("ix_complaints_state_id"), "complaints", ["state", "id"])
    op.create_index(op.f("ix_complaints_conversation_id"), "complaints", ["conversation_id"])


def downgrade() -> None:
    op.drop_table("complaints")
    op.drop_table("audit_events")
    op.drop_table("recovery_codes")
