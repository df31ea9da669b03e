"""What the counsellors' room needs of cases, counsellors, sign-ins and conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    with op.batch_alter_table("cases") as batch_op:
        batch_op.add_column(sa.Column("sealed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        batch_op.add_column(sa.Column("step", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("expected_at", moment, nullable=True))
        batch_op.add_column(sa.Column("missed_told_at", moment, nullable=True))
        batch_op.add_column(sa.Column("first_reply_at", moment, nullable=True))
        batch_op.add_column(sa.Column("snoozed_until", moment, nullable=True))
        batch_op.add_column(sa.Column("next_step", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("next_step_at", moment, nullable=True))
        batch_op.add_column(
            sa.Column("source", sa.String(length=16), server_default=sa.text("'message'"), nullable=False)
        )
    with op.batch_alter_table("counsellors") as batch_op:
        batch_op.add_column(sa.Column("speaks", sa.String(length=16), server_default=sa.text("'az ru'"), nullable=False))
        batch_op.add_column(sa.Column("gender", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("capacity", sa.Integer(), server_default=sa.text("4"), nullable=False))
        batch_op.add_column(sa.Column("grants", sa.String(length=64), server_default=sa.text("''"), nullable=False))
        batch_op.add_column(sa.Column("agency", sa.String(length=48), nullable=True))
        batch_op.add_column(sa.Column("vetted_on", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("vetted_until", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("totp", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("totp_confirmed_at", moment, nullable=True))
        batch_op.add_column(sa.Column("totp_step", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("must_change", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        batch_op.add_column(sa.Column("ended_at", moment, nullable=True))
    with op.batch_alter_table("sign_ins") as batch_op:
        batch_op.add_column(sa.Column("second_at", moment, nullable=True))
        batch_op.add_column(sa.Column("locked_at", moment, nullable=True))
    with op.batch_alter_table("conversations") as batch_op:
        batch_op.add_column(sa.Column("wants_counsellor", sa.String(length=8), nullable=True))
