"""What each finished day came to, and what is held back of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "tallies",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("figure", sa.String(32), nullable=False),
        sa.Column("value", sa.String(128), nullable=False),
        sa.Column("district", sa.String(32), server_default=sa.text("''"), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False),
        sa.Column("spread", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tallies")),
        sa.UniqueConstraint("day", "figure", "value", "district", name=op.f("uq_tallies_day_figure_value_district")),
    )
    op.create_index(op.f("ix_tallies_district_day"), "tallies", ["district", "day"])
    op.create_table(
        "held_back",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("cell", sa.LargeBinary(), nullable=False),
        sa.Column("waiting", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_back")),
        sa.UniqueConstraint("cell", name=op.f("uq_held_back_cell")),
    )


def downgrade() -> None:
    op.drop_table("held_back")
    op.drop_table("tallies")
