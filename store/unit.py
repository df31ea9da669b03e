"""One transaction, with all that the domain may ask of it (helpline.ports.Unit)."""

from __future__ import annotations

from store.account_rows import AccountRows
from store.campaign_rows import CampaignRows
from store.case_rows import CaseRows
from store.case_work_rows import CaseWorkRows
from store.editing_rows import EditingRows
from store.erasure_rows import ErasureRows
from store.figure_rows import FigureRows
from store.joining_rows import JoiningRows
from store.lease_rows import LeaseRows
from store.moving_rows import MovingRows
from store.receipt_rows import ReceiptRows
from store.record_rows import RecordRows
from store.supervision_afterwards import AfterRows
from store.supervision_handovers import HandOverRows
from store.supervision_reviews import ReviewRows


class SqlUnit(
    JoiningRows,
    CampaignRows,
    ErasureRows,
    CaseRows,
    AccountRows,
    ReceiptRows,
    CaseWorkRows,
    RecordRows,
    MovingRows,
    HandOverRows,
    ReviewRows,
    AfterRows,
    EditingRows,
    FigureRows,
    LeaseRows,
):
    """Rows of intake, turns, outbox, campaigns, courses, cases and erasure on one connection."""
