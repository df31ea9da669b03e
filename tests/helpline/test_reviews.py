"""Sampled review: the same week draws the same cases, and nobody reviews their own."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from helpline.accounts import Account, Role
from helpline.cases import CloseReason
from helpline.ports import NotFound
from helpline.reviewed import Reviewable, Written
from helpline.reviews import NotScored, Reviewing, sample, week_of
from helpline.supervising import review_plan
from store.supervision_review_pages import all_reviews, figures, reviews_of, to_review
from store.supervision_tables import reviews
from tests.fakes import finding
from tests.helpline.closed_cases import close
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

SCORES = dict.fromkeys(review_plan().questions, 2)
WORDS = Written(SCORES, "Sakit yazıb", "Nömrəni tez vermək")
TOLD = "atam məni döyür"


def closed(
    level: Level, count: int, first: int = 1, reason: str = "helped", *, reopened: bool = False
) -> list[Reviewable]:
    return [Reviewable(first + number, 1, level, reason, reopened) for number in range(count)]


@pytest.mark.parametrize(
    ("cases", "drawn"),
    [
        (closed(Level.EMERGENCY, 7), {"emergency": 7}),
        (closed(Level.URGENT, 20), {"urgent": 4}),
        (closed(Level.URGENT, 1), {"urgent": 1}),
        (closed(Level.CONCERN, 40), {"concern": 2}),
        (closed(Level.CONCERN, 9, reason="false_alarm"), {"false_alarm": 9}),
        (closed(Level.CONCERN, 9, reopened=True), {"reopened": 9}),
        ([], {}),
    ],
    ids=["all emergencies", "a fifth of urgent", "never none", "a twentieth", "false alarms", "reopened", "quiet week"],
)
def test_each_stratum_has_its_share(cases: list[Reviewable], drawn: dict[str, int]) -> None:
    assert Counter(stratum for stratum, _ in sample(cases, "2026-W45")) == drawn


def test_week_is_the_seed() -> None:
    week = closed(Level.URGENT, 50)
    assert sample(week, "2026-W45") == sample(list(reversed(week)), "2026-W45")
    assert sample(week, "2026-W45") != sample(week, "2026-W46")


@pytest.fixture
def drawn(helpline: Helpline, counsellor: int) -> Helpline:
    """An emergency was closed last week, and the new week drew it."""
    helpline.finds(TOLD, finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD)
    helpline.desk.take(1, counsellor)
    close(helpline, 1, counsellor, CloseReason.HELPED)
    helpline.pass_(days=7)
    helpline.sweep()
    return helpline


@pytest.fixture
def supervisor(helpline: Helpline) -> Account:
    return Account(helpline.add_counsellor("supervisor-1", role="supervisor"), "s", Role.SUPERVISOR, "az")


def reviewing(helpline: Helpline) -> Reviewing:
    return Reviewing(helpline.database, helpline.clock, helpline.bell)


def waiting(helpline: Helpline, who: Account) -> list[tuple[int, str]]:
    with helpline.database.reading() as db:
        return [(row.case, row.stratum) for row in to_review(db, who)]


def test_week_is_drawn_once_after_it_is_over(drawn: Helpline, supervisor: Account) -> None:
    drawn.sweep()
    drawn.pass_(days=1)
    drawn.sweep()
    assert waiting(drawn, supervisor) == [(1, "emergency")]


def test_week_that_goes_on_is_not_drawn(helpline: Helpline, counsellor: int, supervisor: Account) -> None:
    helpline.say("insan")
    helpline.desk.take(1, counsellor)
    close(helpline, 1, counsellor, CloseReason.FALSE_ALARM)
    helpline.sweep()
    assert waiting(helpline, supervisor) == []


def test_nobody_reviews_a_case_of_their_own(drawn: Helpline, counsellor: int) -> None:
    holder = Account(counsellor, "c", Role.SUPERVISOR, "az")
    with pytest.raises(NotFound):
        reviewing(drawn).write(1, holder, WORDS)
    assert waiting(drawn, holder) == []


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.EDITOR, Role.ANALYST, Role.FOCAL_POINT, Role.ADMINISTRATOR])
def test_only_a_supervisor_reviews(drawn: Helpline, role: Role) -> None:
    with pytest.raises(NotFound):
        reviewing(drawn).write(1, Account(99, "x", role, "az"), WORDS)


def test_review_reaches_whom_it_is_about_and_nobody_else(drawn: Helpline, supervisor: Account, counsellor: int) -> None:
    reviewing(drawn).write(1, supervisor, WORDS)
    vault = drawn.database.vault
    with drawn.database.reading() as db:
        mine, others, every = (
            reviews_of(db, vault, counsellor),
            reviews_of(db, vault, supervisor.id),
            all_reviews(db, vault),
        )
        stored = db.execute(select(reviews.c.went_well, reviews.c.to_learn)).one()
    assert [(one.scores, one.went_well, one.to_learn) for one in mine] == [
        (SCORES, "Sakit yazıb", "Nömrəni tez vermək")
    ]
    assert (others, every, waiting(drawn, supervisor)) == ([], mine, [])
    assert [b"Sakit" in stored.went_well, "Nömrə".encode() in stored.to_learn] == [False, False]


def test_review_is_written_once(drawn: Helpline, supervisor: Account) -> None:
    for scores in (SCORES, dict.fromkeys(SCORES, 0)):
        reviewing(drawn).write(1, supervisor, replace(WORDS, scores=scores))
    with drawn.database.reading() as db:
        assert {one.counts for one in figures(db, review_plan().questions)} == {(0, 0, 1)}


def test_review_answers_every_question(drawn: Helpline, supervisor: Account) -> None:
    with pytest.raises(NotScored):
        reviewing(drawn).write(1, supervisor, replace(WORDS, scores={"safety": 2}))


def test_week_is_that_of_baku(helpline: Helpline) -> None:
    assert week_of(helpline.clock.now()) == "2026-W45"


def test_erasure_takes_the_words_of_a_review_and_leaves_the_score(drawn: Helpline, supervisor: Account) -> None:
    reviewing(drawn).write(1, supervisor, WORDS)
    with drawn.database.unit() as unit:
        unit.erase(1, drawn.clock.now())
    with drawn.database.reading() as db:
        row = db.execute(select(reviews)).mappings().one()
    assert (row["went_well"], row["to_learn"], row["scores"] is None) == (None, None, False)
