"""What a counsellor does on a case: drafts, looks, changed messages, numbers shown."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
