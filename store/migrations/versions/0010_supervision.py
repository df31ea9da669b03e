"""Hand-overs, blocks, reviews, breaks, questions after a contact."""

from __future__ import annotations

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
