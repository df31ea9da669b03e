"""All that some finished days are counted from."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection

from helpline.figures.facts import Facts
from helpline.figures.periods import begins_at, containing, days
from store.figure_more_queries import answers_of, sent_of, steps_of
from store.figure_queries import Span, cases_of, messages_of, verdicts_of
from store.figure_referrals import referrals_of
from store.sealing import Vault


def facts_of(db: Connection, vault: Vault, first: date, last: date) -> Facts:
    """Of days of one month, both in it; of messages also what the same people wrote earlier that month."""
    span, since = _span(first, last), begins_at(containing("month", first).first)
    return Facts(
        messages=tuple(messages_of(db, vault, since, span)),
        cases=tuple(cases_of(db, span)),
        verdicts=tuple(verdicts_of(db, span)),
        steps=tuple(steps_of(db, span)),
        sent=tuple(sent for day in days(first, last) for sent in sent_of(db, _span(day, day))),
        answers=tuple(answers_of(db, span)),
        referrals=tuple(referrals_of(db, span)),
    )


def _span(first: date, last: date) -> Span:
    return Span(begins_at(first), begins_at(last + timedelta(days=1)))
