"""Versions of texts and what people verified."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("state IN ('draft', 'sent', 'reviewed')")
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    _verifications()
    _text_versions()
    _text_steps()


def _person(name: str, table: str, *, optional: bool = False) -> list[sa.schema.SchemaItem]:
    key = sa.ForeignKeyConstraint([name], ["counsellors.id"], name=op.f(f"fk_{table}_{name}"))
    return [sa.Column(name, KEY, nullable=optional), key]


def _verifications() -> None:
    op.create_table(
        "verifications",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("record", sa.String(64), nullable=False),
        *_person("counsellor_id", "verifications"),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("heard", sa.String(8), nullable=False),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("verified_on", sa.String(10), nullable=False),
        sa.Column("valid_until", sa.String(10), nullable=False),
        sa.Column("show", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("corrected", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(8), nullable=False),
        *_person("decided_by_id", "verifications", optional=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_index(op.f("ix_verifications_record_id"), "verifications", ["record", "id"])
    op.create_index(
        "uq_verifications_waiting",
        "verifications",
        ["record"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def _text_versions() -> None:
    op.create_table(
        "text_versions",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("text_key", sa.String(96), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("base", sa.String(64), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_person("counsellor_id", "text_versions"),
        *_person("reviewer_id", "text_versions", optional=True),
        *_person("publisher_id", "text_versions", optional=True),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("reviewed_at", MOMENT, nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_versions")),
        sa.UniqueConstraint("text_key", "number", name=op.f("uq_text_versions_text_key_number")),
    )
    op.create_index(
        "uq_text_versions_open", "text_versions", ["text_key"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _text_steps() -> None:
    version = sa.ForeignKeyConstraint(
        ["text_version_id"], ["text_versions.id"], name=op.f("fk_text_steps_text_version_id")
    )
    op.create_table(
        "text_steps",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("text_version_id", KEY, nullable=False),
        version,
        *_person("counsellor_id", "text_steps"),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_steps")),
    )
    op.create_index(op.f("ix_text_steps_text_version_id_id"), "text_steps", ["text_version_id", "id"])
