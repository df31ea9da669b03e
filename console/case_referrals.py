"""The referrals' part of a case's page: what was passed to whom, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from console.case_features import Act, Posted, Refusal
from console.parts import ConsoleParts
from helpline.access import May, about_case, rules
from helpline.accounts import SignedIn
from helpline.referral_services import Services
from helpline.referral_table import table
from store import referral_pages as queries
from store.case_pages import CasePage


class CaseReferrals:
    """It has no forms of its own: a referral has a page."""

    leaves: frozenset[str] = frozenset()
    refusals: Mapping[type[Exception], Refusal] = {}
    actions: Mapping[str, Act] = {}

    def __init__(self, parts: ConsoleParts) -> None:
        self._clock = parts.clock
        self._services = Services(parts.book.directory, table())

    def back(self, action: str) -> str:
        return "#referrals"

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        rows, now = queries.of_person(db, page.row.case.conversation), self._clock.now()
        language = "ru" if who.account.language == "ru" else "az"
        return {
            "referrals": rows,
            "referral_names": {row.id: self._services.name(row.service, language) for row in rows},
            "referral_late": {row.id for row in rows if row.late(now)},
            "referral_stale": {row.id for row in rows if row.stale(now, table().stale)},
            "may_refer": rules().allows(May.REFER, about_case(who.account, page.row.case)),
        }
