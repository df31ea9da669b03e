"""What somebody typed into a case's page and did not send: their own alone."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from store.case_work_tables import case_drafts
from store.sealing import Vault


def drafts_of(db: Connection, vault: Vault, case: int, counsellor: int) -> Mapping[str, str]:
    """By field: reply, note."""
    here = (case_drafts.c.case_id == case) & (case_drafts.c.counsellor_id == counsellor)
    query = select(case_drafts.c.field, case_drafts.c.body).where(here, case_drafts.c.body.is_not(None))
    return {row.field: vault.texts.open(row.body) for row in db.execute(query)}
