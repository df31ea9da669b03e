"""What readers said of the texts: counts of an item in a language on a channel."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from store.matter_tables import feedback


@dataclass(frozen=True)
class FeedbackCount:
    """`form`: telegram | sms."""

    item: str
    language: str
    form: str
    helped: int
    answers: int


def feedback_counts(db: Connection) -> list[FeedbackCount]:
    """Every item that was answered about, in the order of the items."""
    of = (feedback.c.item, feedback.c.language, feedback.c.form)
    helped = func.sum(case((feedback.c.helped, 1), else_=0))
    query = select(*of, helped.label("helped"), func.count().label("answers")).group_by(*of).order_by(*of)
    return [FeedbackCount(row.item, row.language, row.form, row.helped, row.answers) for row in db.execute(query)]
