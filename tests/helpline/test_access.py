"""Who may do what: the file of rules, read strictly, and what it says of a case's transcript."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from helpline.access import FILE, BadRules, May, Rules, about, about_case, rules
from helpline.accounts import Account, Role
from helpline.conversations import Case, CaseState
from helpline.door import may_open
from triage.taxonomy import Level

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WRITTEN = FILE.read_text(encoding="utf-8")


def account(role: Role, number: int = 1, **fields: object) -> Account:
    return Account(number, "name", role, "en", **fields)  # type: ignore[arg-type]


def case(state: CaseState, holder: int | None = None, *, sealed: bool = False) -> Case:
    return Case(7, 3, Level.URGENT, state, NOW, NOW, holder=holder, sealed=sealed)


@pytest.mark.parametrize(
    ("held", "opens"),
    [
        (case(CaseState.WAITING), False),
        (case(CaseState.HELD, 1), True),
        (case(CaseState.HELD, 1, sealed=True), True),
        (case(CaseState.HELD, 2), False),
        (case(CaseState.CLOSED, 1), True),
        (case(CaseState.CLOSED, 1, sealed=True), False),
        (case(CaseState.CLOSED, 2), False),
    ],
    ids=["waiting", "own", "own and sealed", "another's", "own of before", "sealed since", "closed by another"],
)
def test_transcript_opens_for_a_counsellor_who_holds_or_held_it(held: Case, opens: bool) -> None:
    assert may_open(account(Role.COUNSELLOR), held, holds_person=False) is opens


def test_earlier_case_of_a_person_one_holds_opens_unless_it_is_sealed() -> None:
    closed = case(CaseState.CLOSED, 2)
    assert may_open(account(Role.COUNSELLOR), closed, holds_person=True)
    assert not may_open(account(Role.COUNSELLOR), replace(closed, sealed=True), holds_person=True)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.EDITOR, Role.ANALYST, Role.ADMINISTRATOR])
def test_transcript_opens_for_nobody_who_does_not_counsel(role: Role, state: CaseState) -> None:
    assert not may_open(account(role), case(state, 1), holds_person=True)


def test_every_action_is_in_the_file_and_may_be_done_by_somebody() -> None:
    assert set(rules().lines) == set(May)
    assert [action for action in May if not any(rules().ever(action, role) for role in Role)] == []


def test_what_is_not_listed_is_denied() -> None:
    nothing = Rules({})
    assert not nothing.allows(May.OPEN_CASE, about(account(Role.SUPERVISOR)))
    assert not nothing.ever(May.OPEN_CASE, Role.SUPERVISOR)


@pytest.mark.parametrize(
    "change",
    [
        ("see_queue: [[counsellor], [supervisor]]", ""),
        ("see_queue: [[counsellor], [supervisor]]", "see_queues: [[counsellor]]"),
        ("see_queue: [[counsellor], [supervisor]]", "see_queue: [[counselor]]"),
        ("see_queue: [[counsellor], [supervisor]]", "see_queue: [[]]"),
        ("see_queue: [[counsellor], [supervisor]]", "see_queue: counsellor"),
        ("see_queue: [[counsellor], [supervisor]]", "see_queue: [[not counsellor]]"),
    ],
    ids=["action missing", "unknown action", "unknown word", "empty line", "no lines", "role turned round"],
)
def test_rules_that_cannot_be_followed_are_refused(change: tuple[str, str]) -> None:
    assert change[0] in WRITTEN
    with pytest.raises(BadRules):
        Rules.read(WRITTEN.replace(*change))


def test_grant_is_a_fact_and_an_unknown_one_is_none() -> None:
    assert about(account(Role.COUNSELLOR, grants=("picker", "supervisor"))) == {"counsellor", "picker"}


def test_holding_is_not_having_held() -> None:
    assert "held_it" not in about_case(account(Role.COUNSELLOR), case(CaseState.HELD, 1))
    assert "holds" not in about_case(account(Role.COUNSELLOR), case(CaseState.CLOSED, 1))
