"""What was ticked on the list for the first shift."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "guide_ticks",
        sa.Column("counsellor_id", KEY, autoincrement=False, nullable=False),
        sa.Column("point", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_guide_ticks_counsellor_id")),
        sa.PrimaryKeyConstraint("counsellor_id", "point", name=op.f("pk_guide_ticks")),
    )
