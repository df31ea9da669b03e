"""Courses, discreet use, campaigns, safety plans, feedback."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("audience", sa.String(length=16), nullable=True),
        sa.Column("age_band", sa.String(length=16), nullable=True),
        sa.Column("district", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("position", KEY, server_default=sa.text("0"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "feedback",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("helped", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    with op.batch_alter_table("feedback") as batch_op:
        batch_op.create_index(op.f("ix_feedback_item_helped"), ["item", "helped"], unique=False)

    op.create_table(
        "enrolments",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("course", sa.String(length=32), nullable=False),
        sa.Column("child", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("age_band", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lesson", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lesson_id", sa.String(length=32), nullable=True),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_enrolments_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint(
            "conversation_id", "course", "child", name=op.f("uq_enrolments_conversation_id_course_child")
        ),
    )
    with op.batch_alter_table("enrolments") as batch_op:
        batch_op.create_index(op.f("ix_enrolments_state_due_at"), ["state", "due_at"], unique=False)

    op.create_table(
        "safety_plans",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("counsellor_id", KEY, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_safety_plans_conversation_id")
        ),
        sa.ForeignKeyConstraint(["counsellor_id"], ["counsellors.id"], name=op.f("fk_safety_plans_counsellor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_plans")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_safety_plans_conversation_id")),
    )
    op.create_table(
        "lesson_events",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("enrolment_id", KEY, nullable=False),
        sa.Column("lesson", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_lesson_events_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson_events")),
    )
    with op.batch_alter_table("lesson_events") as batch_op:
        batch_op.create_index(op.f("ix_lesson_events_enrolment_id_id"), ["enrolment_id", "id"], unique=False)

    with op.batch_alter_table("conversations") as batch_op:
        batch_op.add_column(sa.Column("feedback_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asking", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("write_from", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("write_until", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("code_word", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("code_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("code_given_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("code_waived", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        batch_op.add_column(sa.Column("code_tries", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch_op.add_column(sa.Column("code_tried_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("tips_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("tip_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("shared_agreed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        batch_op.add_column(sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(op.f("ix_conversations_tip_due_at"), ["tip_due_at"], unique=False)

    with op.batch_alter_table("cases") as batch_op:
        batch_op.create_index(op.f("ix_cases_conversation_id_id"), ["conversation_id", "id"], unique=False)

    with op.batch_alter_table("messages") as batch_op:
        batch_op.add_column(sa.Column("thread_id", sa.String(length=32), nullable=True))

    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("parts", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("wipes", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("picture", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("campaign_id", KEY, nullable=True))
        batch_op.create_index(op.f("ix_outbox_campaign_id_state"), ["campaign_id", "state"], unique=False)
        batch_op.create_foreign_key(op.f("fk_outbox_campaign_id"), "campaigns", ["campaign_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_constraint(op.f("fk_outbox_campaign_id"), type_="foreignkey")
        batch_op.drop_index(op.f("ix_outbox_campaign_id_state"))
        batch_op.drop_column("campaign_id")
        batch_op.drop_column("picture")
        batch_op.drop_column("wipes")
        batch_op.drop_column("parts")

    with op.batch_alter_table("cases") as batch_op:
        batch_op.drop_index(op.f("ix_cases_conversation_id_id"))

    with op.batch_alter_table("messages") as batch_op:
        batch_op.drop_column("thread_id")

    with op.batch_alter_table("conversations") as batch_op:
        batch_op.drop_index(op.f("ix_conversations_tip_due_at"))
        batch_op.drop_column("started_at")
        batch_op.drop_column("shared_agreed")
        batch_op.drop_column("tip_due_at")
        batch_op.drop_column("tips_since")
        batch_op.drop_column("hidden_at")
        batch_op.drop_column("code_tried_at")
        batch_op.drop_column("code_tries")
        batch_op.drop_column("code_waived")
        batch_op.drop_column("code_given_at")
        batch_op.drop_column("code_asked_at")
        batch_op.drop_column("code_word")
        batch_op.drop_column("write_until")
        batch_op.drop_column("write_from")
        batch_op.drop_column("phone")
        batch_op.drop_column("asking")
        batch_op.drop_column("feedback_asked_at")

    with op.batch_alter_table("lesson_events") as batch_op:
        batch_op.drop_index(op.f("ix_lesson_events_enrolment_id_id"))

    op.drop_table("lesson_events")
    op.drop_table("safety_plans")
    with op.batch_alter_table("enrolments") as batch_op:
        batch_op.drop_index(op.f("ix_enrolments_state_due_at"))

    op.drop_table("enrolments")
    with op.batch_alter_table("feedback") as batch_op:
        batch_op.drop_index(op.f("ix_feedback_item_helped"))

    op.drop_table("feedback")
    op.drop_table("campaigns")
