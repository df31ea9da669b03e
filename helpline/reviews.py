"""Sampled review of closed cases: which ones, and by whom never. The same week always draws the same cases."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from helpline.access import May, about, rules
from helpline.accounts import Account
from helpline.cases import CloseReason
from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.reviewed import DrawnReview, Reviewable, Written
from helpline.starting import BAKU
from helpline.supervising import review_plan
from triage.taxonomy import Level

SCORES = (0, 1, 2)
LONGEST = 2000
_CURSOR = "reviews"


class NotScored(ValueError):
    """A question without an answer."""


class Reviewing:
    """Write a review, once. Raise NotFound for whoever may not: a case's own people above all."""

    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def write(self, review: int, account: Account, written: Written) -> None:
        """Raise NotScored. Written already: nothing changes."""
        if written.scores.keys() != review_plan().questions.keys():
            raise NotScored
        now = self._clock.now()
        with self._store.unit() as unit:
            drawn = unit.review_to_write(review)
            if not may_review(account, drawn):
                raise NotFound
            scores = json.dumps(written.scores, separators=(",", ":"), sort_keys=True)
            texts = written.went_well.strip()[:LONGEST], written.to_learn.strip()[:LONGEST]
            if unit.write_review(review, account.id, scores, *texts, now):
                unit.record(drawn.case, account.id, "reviewed", now, {})
        self._bell.ring("cases")


def may_review(account: Account, drawn: DrawnReview) -> bool:
    """Whether this person may look at this case once more: nobody at a case that was in their own hands."""
    facts = set(about(account)) | ({"sealed"} if drawn.sealed else set())
    if account.id not in drawn.hands:
        facts.add("another")
    return rules().allows(May.REVIEW_CASE, facts)


def draw_reviews(unit: Unit, now: datetime) -> int:
    """Draw last week's sample, once: the week ends on Sunday in Baku. Return how many cases were drawn."""
    begins = _monday(now) - timedelta(days=7)
    number = int(begins.astimezone(BAKU).strftime("%G%V"))
    if unit.cursor(_CURSOR) >= number:
        return 0
    week, drawn = week_of(begins), 0
    for stratum, case in sample(unit.closed_between(begins, begins + timedelta(days=7)), week):
        drawn += unit.add_review(case.case, case.holder, week, stratum, now)
    unit.set_cursor(_CURSOR, number)
    return drawn


def sample(closed: Iterable[Reviewable], week: str) -> list[tuple[str, Reviewable]]:
    """The cases of a week that are looked at, with why: of each stratum its share, rounded up, by the seed of the week."""
    by_stratum: dict[str, list[Reviewable]] = defaultdict(list)
    for case in closed:
        by_stratum[_stratum(case, review_plan().strata)].append(case)
    drawn: list[tuple[str, Reviewable]] = []
    for stratum, share in review_plan().strata.items():
        found = sorted(by_stratum[stratum], key=lambda case: _seeded(week, case.case))
        drawn += [(stratum, case) for case in found[: ceil(share * len(found))]]
    return drawn


def week_of(at: datetime) -> str:
    """The week of a moment in Baku: 2026-W45."""
    return at.astimezone(BAKU).strftime("%G-W%V")


def _stratum(case: Reviewable, strata: Mapping[str, float]) -> str:
    fits = {
        "emergency": case.level is Level.EMERGENCY,
        "reopened": case.reopened,
        "false_alarm": case.close_reason == CloseReason.FALSE_ALARM.value,
        "urgent": case.level is Level.URGENT,
        "concern": case.level is Level.CONCERN,
    }
    return next((name for name in strata if fits.get(name)), "")


def _seeded(week: str, case: int) -> str:
    return sha256(f"{week}:{case}".encode()).hexdigest()


def _monday(now: datetime) -> datetime:
    local = now.astimezone(BAKU)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=local.weekday())).astimezone(now.tzinfo)
