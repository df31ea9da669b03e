"""What a counsellor does on a case: drafts, looks, typing, the rescue sheet, numbers shown."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _of_case(
        "case_drafts",
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("case_id", "counsellor_id", "field", name="uq_case_drafts_case_id_counsellor_id_field"),
    )
    _of_case(
        "case_looks",
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("read_to", KEY, nullable=True),
        sa.Column("read_before", KEY, nullable=True),
        sa.UniqueConstraint("case_id", "counsellor_id", name="uq_case_looks_case_id_counsellor_id"),
    )
    op.create_table(
        "typing",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("shown_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_typing_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_typing"),
        sa.UniqueConstraint("conversation_id", name="uq_typing_conversation_id"),
    )
    op.create_index("ix_typing_at", "typing", ["at"])
    _of_case(
        "rescues",
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("case_id", name="uq_rescues_case_id"),
    )
    _of_case(
        "reveals",
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
    )
    op.create_index("ix_reveals_case_id_counsellor_id_until", "reveals", ["case_id", "counsellor_id", "until"])


def _of_case(name: str, *parts: sa.Column[Any] | sa.Constraint) -> None:
    """A table of what one counsellor has on one case."""
    op.create_table(
        name,
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{name}_case_id"),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=f"fk_{name}_counsellor_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
