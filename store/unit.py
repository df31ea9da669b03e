"""One transaction, with all that the domain may ask of it (helpline.ports.Unit)."""

from __future__ import annotations

from store.case_rows import CaseRows
from store.intake_rows import IntakeRows
from store.started_rows import StartedRows


class SqlUnit(IntakeRows, StartedRows, CaseRows):
    """Rows of intake, turns, outbox and cases on one connection."""
