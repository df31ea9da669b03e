"""Referrals to agencies and the consent they rest on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("wanted", sa.LargeBinary(), nullable=True),
        sa.Column("shared", sa.LargeBinary(), nullable=True),
        sa.Column("unverified_agreed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("asked_consent_at", MOMENT, nullable=True),
        sa.Column("answer", sa.Boolean(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("consent_who", sa.String(length=32), nullable=True),
        sa.Column("consent_how", sa.String(length=16), nullable=True),
        sa.Column("consent_at", MOMENT, nullable=True),
        sa.Column("consent_version", sa.String(length=32), nullable=True),
        sa.Column("suspicion", sa.String(length=8), nullable=True),
        sa.Column("may_ask", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("consent_by", KEY, nullable=True),
        sa.Column("override_reason", sa.String(length=32), nullable=True),
        sa.Column("override_text", sa.LargeBinary(), nullable=True),
        sa.Column("override_asked_by", KEY, nullable=True),
        sa.Column("override_asked_at", MOMENT, nullable=True),
        sa.Column("override_agreed_by", KEY, nullable=True),
        sa.Column("override_agreed_at", MOMENT, nullable=True),
        sa.Column("told", sa.String(length=16), nullable=True),
        sa.Column("told_text", sa.LargeBinary(), nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.Column("end_text", sa.LargeBinary(), nullable=True),
        sa.Column("ask_at", MOMENT, nullable=True),
        sa.Column("ask_tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("loop", sa.String(length=16), nullable=True),
        sa.Column("created_by", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'waiting', 'revoked') OR consent_at IS NOT NULL OR override_agreed_by IS NOT NULL",
            name="ck_referrals_rests_on_something",
        ),
        sa.CheckConstraint(
            "consent_at IS NULL OR (consent_who IS NOT NULL AND consent_how IS NOT NULL AND consent_version IS NOT NULL)",
            name="ck_referrals_consent_is_whole",
        ),
        sa.CheckConstraint(
            "override_agreed_by IS NULL OR (override_asked_by IS NOT NULL AND override_reason IS NOT NULL "
            "AND override_agreed_by <> override_asked_by)",
            name="ck_referrals_two_people",
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_referrals_case_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_referrals_conversation_id")),
        *(
            sa.ForeignKeyConstraint([column], ["counsellors.id"], name=op.f(f"fk_referrals_{column}"))
            for column in ("consent_by", "override_asked_by", "override_agreed_by", "created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("reference", name=op.f("uq_referrals_reference")),
    )
    with op.batch_alter_table("referrals") as batch_op:
        for columns in (
            ["case_id", "id"],
            ["conversation_id", "id"],
            ["state", "due_at"],
            ["service", "state"],
            ["ask_at"],
        ):
            batch_op.create_index(op.f(f"ix_referrals_{'_'.join(columns)}"), columns, unique=False)

    op.create_table(
        "referral_calls",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("referral_id", KEY, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("desk", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referrals.id"], name=op.f("fk_referral_calls_referral_id")),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_referral_calls_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_calls")),
    )
    with op.batch_alter_table("referral_calls") as batch_op:
        batch_op.create_index(op.f("ix_referral_calls_referral_id_id"), ["referral_id", "id"], unique=False)

    op.create_table(
        "excluded_agencies",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_excluded_agencies_conversation_id")
        ),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_excluded_agencies_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_excluded_agencies")),
        sa.UniqueConstraint("conversation_id", "service", name=op.f("uq_excluded_agencies_conversation_id_service")),
    )


def downgrade() -> None:
    for table in ("excluded_agencies", "referral_calls", "referrals"):
        op.drop_table(table)
