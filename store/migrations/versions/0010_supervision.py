"""Hand-overs, blocks, reviews, breaks, questions after a contact."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "contact_answers",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_answers")),
    )
    with op.batch_alter_table("contact_answers") as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_answers_week_level"), ["week", "level"], unique=False)

    op.create_table(
        "hand_overs",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("signed_by", KEY, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_hand_overs_counsellor_id")),
        sa.ForeignKeyConstraint(["signed_by"], ["counsellors.id"], name=op.f("fk_hand_overs_signed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_overs")),
    )
    with op.batch_alter_table("hand_overs") as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_overs_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_overs_counsellor_id_at"), ["counsellor_id", "at"], unique=False)

    op.create_table(
        "hand_over_reads",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("hand_over_id", KEY, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_hand_over_reads_counsellor_id")),
        sa.ForeignKeyConstraint(["hand_over_id"], ["hand_overs.id"], name=op.f("fk_hand_over_reads_hand_over_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over_reads")),
        sa.UniqueConstraint(
            "hand_over_id", "counsellor_id", name=op.f("uq_hand_over_reads_hand_over_id_counsellor_id")
        ),
    )
    op.create_table(
        "blocks",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("disclosed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_blocks_case_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_blocks_conversation_id")),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_blocks_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
    )
    with op.batch_alter_table("blocks") as batch_op:
        batch_op.create_index(
            "uq_blocks_open",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "hand_over_cases",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("hand_over_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("next_step", sa.LargeBinary(), nullable=True),
        sa.Column("next_step_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_hand_over_cases_case_id")),
        sa.ForeignKeyConstraint(["hand_over_id"], ["hand_overs.id"], name=op.f("fk_hand_over_cases_hand_over_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over_cases")),
        sa.UniqueConstraint("hand_over_id", "case_id", name=op.f("uq_hand_over_cases_hand_over_id_case_id")),
    )
    with op.batch_alter_table("hand_over_cases") as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_over_cases_case_id"), ["case_id"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("holder_id", KEY, nullable=False),
        sa.Column("reviewer_id", KEY, nullable=True),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("stratum", sa.String(length=16), nullable=False),
        sa.Column("scores", sa.String(length=256), nullable=True),
        sa.Column("went_well", sa.LargeBinary(), nullable=True),
        sa.Column("to_learn", sa.LargeBinary(), nullable=True),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reviews_case_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["counsellors.id"], name=op.f("fk_reviews_holder_id")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["counsellors.id"], name=op.f("fk_reviews_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("case_id", "week", name=op.f("uq_reviews_case_id_week")),
    )
    with op.batch_alter_table("reviews") as batch_op:
        batch_op.create_index(batch_op.f("ix_reviews_done_at"), ["done_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_reviews_holder_id_done_at"), ["holder_id", "done_at"], unique=False)

    op.create_table(
        "breaks",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_breaks_counsellor_id")),
        sa.ForeignKeyConstraint(["event_id"], ["case_events.id"], name=op.f("fk_breaks_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaks")),
        sa.UniqueConstraint("event_id", name=op.f("uq_breaks_event_id")),
    )
    with op.batch_alter_table("breaks") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_breaks_counsellor_id_offered_at"), ["counsellor_id", "offered_at"], unique=False
        )

    op.create_table(
        "takes",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("case_id", KEY, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_takes_case_id")),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_takes_counsellor_id")),
        sa.ForeignKeyConstraint(["event_id"], ["case_events.id"], name=op.f("fk_takes_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takes")),
        sa.UniqueConstraint("event_id", name=op.f("uq_takes_event_id")),
    )
    with op.batch_alter_table("takes") as batch_op:
        batch_op.create_index(batch_op.f("ix_takes_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_takes_counsellor_id_at"), ["counsellor_id", "at"], unique=False)
