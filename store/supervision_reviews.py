"""Rows of sampled review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select, update

from helpline.ports import NotFound
from helpline.reviewed import DrawnReview, Reviewable
from store.rows import Rows
from store.supervision_rows import TAKEN
from store.supervision_tables import reviews
from store.tables import case_events, cases
from triage.taxonomy import Level

_HANDS = (*TAKEN, "replied", "closed")
_REOPENED = "reopened"


class ReviewRows(Rows):
    def closed_between(self, since: datetime, until: datetime) -> Sequence[Reviewable]:
        """The cases closed in a span by somebody of ours."""
        events = case_events.alias("events")
        of_case = events.c.case_id == cases.c.id
        closed_by = select(func.max(events.c.id)).where(of_case, events.c.what == "closed").scalar_subquery()
        again = select(events.c.id).where(of_case, events.c.what == _REOPENED)
        query = (
            select(cases.c.id, cases.c.level, cases.c.close_reason, case_events.c.counsellor_id, again.exists())
            .select_from(cases.join(case_events, case_events.c.id == closed_by))
            .where(cases.c.closed_at >= since, cases.c.closed_at < until, case_events.c.counsellor_id.is_not(None))
            .order_by(cases.c.id)
        )
        return [
            Reviewable(case, holder, Level(level), reason or "", bool(reopened))
            for case, level, reason, holder, reopened in self._db.execute(query)
        ]

    def add_review(self, case: int, holder: int, week: str, stratum: str, at: datetime) -> bool:
        values = {"case_id": case, "holder_id": holder, "week": week, "stratum": stratum, "drawn_at": at}
        return self._insert_once(reviews, values) is not None

    def review_to_write(self, review: int) -> DrawnReview:
        """Raise NotFound."""
        query = (
            select(reviews, cases.c.sealed)
            .join(cases, cases.c.id == reviews.c.case_id)
            .where(reviews.c.id == review)
            .with_for_update(of=reviews)
        )
        row = self._db.execute(query).mappings().first()
        if row is None:
            raise NotFound
        return drawn_review(row, hands_of(self._db, [row["case_id"]]))

    def write_review(
        self, review: int, reviewer: int, scores: str, went_well: str, to_learn: str, at: datetime
    ) -> bool:
        """Keep it, once; return False when it was written before."""
        seal = self._vault.texts.seal
        values = {
            "reviewer_id": reviewer,
            "scores": scores,
            "went_well": seal(went_well) if went_well else None,
            "to_learn": seal(to_learn) if to_learn else None,
            "done_at": at,
        }
        here = (reviews.c.id == review) & reviews.c.done_at.is_(None)
        return self._db.execute(update(reviews).where(here).values(**values)).rowcount == 1


def hands_of(db: Connection, numbers: Sequence[int]) -> Mapping[int, frozenset[int]]:
    """Everybody who had one of these cases in their hands."""
    had_it = select(case_events.c.case_id, case_events.c.counsellor_id).where(
        case_events.c.case_id.in_(numbers),
        case_events.c.what.in_(_HANDS),
        case_events.c.counsellor_id.is_not(None),
    )
    found: dict[int, set[int]] = {}
    for case, counsellor in db.execute(had_it):
        found.setdefault(case, set()).add(counsellor)
    return {case: frozenset(hands) for case, hands in found.items()}


def drawn_review(row: RowMapping, hands: Mapping[int, frozenset[int]]) -> DrawnReview:
    """A row of reviews, with whether its case is sealed."""
    had_it = hands.get(row["case_id"], frozenset()) | {row["holder_id"]}
    return DrawnReview(row["id"], row["case_id"], row["holder_id"], row["sealed"], had_it, row["done_at"])
