"""Referrals as figures count them: the one place of the figures that reads their table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, and_, or_, select

from helpline.figures.facts import ReferralFact
from helpline.referrals import ENDED
from store.figure_queries import OF_PERSON, Span, in_span, person_of, with_person
from store.referral_tables import referrals

_ENDS = frozenset(state.value for state in ENDED)
_COLUMNS = (
    referrals.c.service,
    referrals.c.kind,
    referrals.c.state,
    referrals.c.consent_who,
    referrals.c.created_at,
    referrals.c.sent_at,
    referrals.c.accepted_at,
    referrals.c.ended_at,
)
_TIMES = (referrals.c.sent_at, referrals.c.accepted_at, referrals.c.ended_at)


def referrals_of(db: Connection, span: Span) -> Iterator[ReferralFact]:
    """Referrals that were sent, accepted or ended in the span; one that never left is not counted."""
    here = or_(*(and_(*in_span(time, span)) for time in _TIMES))
    query = with_person(select(*_COLUMNS, *OF_PERSON), referrals).where(here, referrals.c.sent_at.is_not(None))
    for row in db.execute(query.order_by(referrals.c.id)).mappings():
        yield ReferralFact(
            person=person_of(row),
            service=row["service"],
            kind=row["kind"],
            opened_at=row["created_at"],
            sent_at=row["sent_at"],
            accepted_at=row["accepted_at"],
            ended_at=row["ended_at"],
            outcome=row["state"] if row["state"] in _ENDS else None,
            consent=tuple((row["consent_who"] or "").split()),
        )
