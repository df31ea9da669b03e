"""Wrap-ups, issues, sign-offs, attempts, talks, transfers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _wrap_ups()
    _issues()
    _sign_offs()
    _attempts()
    _talks()
    _transfers()


def _id() -> sa.Column[int]:
    return sa.Column("id", KEY, primary_key=True, autoincrement=True)


def _of(table: str, column: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(column, KEY, sa.ForeignKey(f"{table}.id"), nullable=optional)


def _only_one(table: str, name: str, state: str) -> None:
    where = sa.text(f"state = '{state}'")
    op.create_index(name, table, ["case_id"], unique=True, sqlite_where=where, postgresql_where=where)


def _wrap_ups() -> None:
    op.create_table(
        "wrap_ups",
        _id(),
        _of("cases", "case_id"),
        _of("counsellors", "counsellor_id"),
        sa.Column("call_type", sa.String(32)),
        sa.Column("fields", sa.Text(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("summary", sa.LargeBinary()),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.UniqueConstraint("case_id", name="uq_wrap_ups_case_id"),
    )


def _issues() -> None:
    op.create_table(
        "issues",
        _id(),
        _of("cases", "case_id"),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("subcategory", sa.String(48)),
        sa.Column("about", sa.String(24)),
        sa.Column("status", sa.String(24)),
    )
    op.create_index("ix_issues_case_id_id", "issues", ["case_id", "id"])


def _sign_offs() -> None:
    op.create_table(
        "sign_offs",
        _id(),
        _of("cases", "case_id"),
        _of("counsellors", "asked_by_id"),
        _of("counsellors", "asked_of_id", optional=True),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("answers", sa.String(512), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("why", sa.LargeBinary()),
        sa.Column("asked_at", MOMENT, nullable=False),
        _of("counsellors", "answered_by_id", optional=True),
        sa.Column("answered_at", MOMENT),
    )
    _only_one("sign_offs", "uq_sign_offs_asked", "asked")
    op.create_index("ix_sign_offs_case_id_id", "sign_offs", ["case_id", "id"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        _id(),
        _of("cases", "case_id"),
        _of("counsellors", "counsellor_id"),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_attempts_case_id_id", "attempts", ["case_id", "id"])


def _talks() -> None:
    op.create_table(
        "talks",
        _id(),
        _of("cases", "case_id"),
        _of("counsellors", "counsellor_id"),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("who", sa.String(16), nullable=False),
        sa.Column("note", sa.LargeBinary()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
    )
    op.create_index("ix_talks_case_id_id", "talks", ["case_id", "id"])


def _transfers() -> None:
    op.create_table(
        "transfers",
        _id(),
        _of("cases", "case_id"),
        _of("counsellors", "from_id"),
        _of("counsellors", "to_id", optional=True),
        sa.Column("warm", sa.Boolean(), nullable=False),
        sa.Column("note", sa.LargeBinary()),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("why", sa.LargeBinary()),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.Column("lapses_at", MOMENT, nullable=False),
        _of("counsellors", "answered_by_id", optional=True),
        sa.Column("answered_at", MOMENT),
    )
    _only_one("transfers", "uq_transfers_offered", "offered")
    op.create_index("ix_transfers_state_lapses_at", "transfers", ["state", "lapses_at"])
    op.create_index("ix_transfers_case_id_id", "transfers", ["case_id", "id"])
