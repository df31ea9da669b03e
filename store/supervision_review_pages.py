"""What the pages of sampled review show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func, select

from helpline.accounts import Account
from helpline.reviews import may_review
from store.sealing import Vault
from store.supervision_reviews import drawn_review, hands_of
from store.supervision_tables import contact_answers, reviews
from store.tables import cases, conversations, counsellors
from triage.taxonomy import Level

MOST = 200
# Fewer answers than that are not shown.
LEAST = 5


@dataclass(frozen=True)
class ToReview:
    id: int
    case: int
    pseudonym: str
    level: Level
    stratum: str
    week: str
    holder: str


@dataclass(frozen=True)
class Reviewed:
    """A written review, as the counsellor concerned and the supervisors read it."""

    case: int
    pseudonym: str
    level: Level
    week: str
    holder: str
    reviewer: str
    scores: Mapping[str, int]
    went_well: str | None = field(repr=False)
    to_learn: str | None = field(repr=False)
    done_at: datetime


@dataclass(frozen=True)
class Figure:
    """A question's answers: how many, and how many of 0, 1 and 2."""

    question: str
    counts: tuple[int, int, int]


@dataclass(frozen=True)
class Helped:
    """Answers to "did talking help?" of a week and level."""

    week: str
    level: Level
    counts: Mapping[str, int]


def to_review(db: Connection, account: Account) -> list[ToReview]:
    """The drawn cases that this person may look at, the oldest week first, the most pressing level first."""
    order = (reviews.c.week, cases.c.level.desc(), reviews.c.id)
    rows = db.execute(_selected().where(reviews.c.done_at.is_(None)).order_by(*order).limit(MOST)).mappings().all()
    hands = hands_of(db, [row["case_id"] for row in rows])
    return [_to_review(row) for row in rows if may_review(account, drawn_review(row, hands))]


def drawn(db: Connection, number: int) -> ToReview | None:
    row = db.execute(_selected().where(reviews.c.id == number)).mappings().first()
    return None if row is None else _to_review(row)


def reviews_of(db: Connection, vault: Vault, counsellor: int) -> list[Reviewed]:
    """What was said of somebody's work, the newest first."""
    return _written(db, vault, reviews.c.holder_id == counsellor)


def all_reviews(db: Connection, vault: Vault) -> list[Reviewed]:
    return _written(db, vault, reviews.c.id.is_not(None))


def figures(db: Connection, questions: Mapping[str, object]) -> list[Figure]:
    """Of all written reviews, without a word and without whose work it was."""
    written = db.scalars(select(reviews.c.scores).where(reviews.c.done_at.is_not(None)))
    scores = [json.loads(body) for body in written]
    return [
        Figure(code, (_count(scores, code, 0), _count(scores, code, 1), _count(scores, code, 2))) for code in questions
    ]


def helped(db: Connection) -> list[Helped]:
    """How people answered after a contact, by week and level, the newest week first; of a few it would tell who."""
    by = (contact_answers.c.week, contact_answers.c.level)
    query = select(*by, contact_answers.c.answer, func.count()).group_by(*by, contact_answers.c.answer)
    found: dict[tuple[str, int], dict[str, int]] = {}
    for week, level, answer, count in db.execute(query):
        found.setdefault((week, level), {})[answer] = count
    ordered = sorted((key, counts) for key, counts in found.items() if sum(counts.values()) >= LEAST)
    return [Helped(week, Level(level), counts) for (week, level), counts in reversed(ordered)]


def _count(scores: list[Mapping[str, int]], code: str, value: int) -> int:
    return sum(one.get(code) == value for one in scores)


def _selected() -> Select[tuple[object, ...]]:
    holder, reviewer = counsellors.alias("holder"), counsellors.alias("reviewer")
    joined = (
        reviews.join(cases, cases.c.id == reviews.c.case_id)
        .join(conversations, conversations.c.id == cases.c.conversation_id)
        .join(holder, holder.c.id == reviews.c.holder_id)
        .outerjoin(reviewer, reviewer.c.id == reviews.c.reviewer_id)
    )
    names = (holder.c.name.label("holder_name"), reviewer.c.name.label("reviewer_name"))
    return select(reviews, cases.c.level, cases.c.sealed, conversations.c.pseudonym, *names).select_from(joined)


def _to_review(row: RowMapping) -> ToReview:
    return ToReview(
        row["id"],
        row["case_id"],
        row["pseudonym"],
        Level(row["level"]),
        row["stratum"],
        row["week"],
        row["holder_name"],
    )


def _written(db: Connection, vault: Vault, where: ColumnElement[bool]) -> list[Reviewed]:
    query = _selected().where(where, reviews.c.done_at.is_not(None)).order_by(reviews.c.done_at.desc()).limit(MOST)
    return [_reviewed(row, vault) for row in db.execute(query).mappings()]


def _reviewed(row: RowMapping, vault: Vault) -> Reviewed:
    well, learn = row["went_well"], row["to_learn"]
    return Reviewed(
        case=row["case_id"],
        pseudonym=row["pseudonym"],
        level=Level(row["level"]),
        week=row["week"],
        holder=row["holder_name"],
        reviewer=row["reviewer_name"],
        scores=json.loads(row["scores"]),
        went_well=None if well is None else vault.texts.open(well),
        to_learn=None if learn is None else vault.texts.open(learn),
        done_at=row["done_at"],
    )
