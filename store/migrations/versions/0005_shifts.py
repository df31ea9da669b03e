"""Shifts, the alarm that climbs, and what a person was told to expect."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "shifts",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("counsellor_id", key, nullable=False),
        sa.Column("starts_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_shifts_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_ends_at"), "shifts", ["ends_at"])
    op.create_index(op.f("ix_shifts_counsellor_id_starts_at"), "shifts", ["counsellor_id", "starts_at"])
    op.create_table(
        "watches",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("counsellor_id", key, nullable=False),
        sa.Column("began_at", moment, nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("said_so", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("rests_until", moment, nullable=True),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_watches_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
    )
    op.create_index(op.f("ix_watches_counsellor_id_id"), "watches", ["counsellor_id", "id"])
    still = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_watches_open", "watches", ["counsellor_id"], unique=True, sqlite_where=still, postgresql_where=still
    )
