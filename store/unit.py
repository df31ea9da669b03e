"""One transaction, with all that the domain may ask of it (helpline.ports.Unit)."""

from __future__ import annotations

from store.account_rows import AccountRows
from store.campaign_rows import CampaignRows
from store.case_rows import CaseRows
from store.editing_rows import EditingRows
from store.erasure_rows import ErasureRows
from store.intake_rows import IntakeRows


class SqlUnit(
    IntakeRows,
    CampaignRows,
    ErasureRows,
    CaseRows,
    AccountRows,
    EditingRows,
):
    """Rows of intake, turns, outbox, campaigns, courses, cases and erasure on one connection."""
