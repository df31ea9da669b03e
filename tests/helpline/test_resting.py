"""Cases that rest until a day, and cases that are opened again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpline.accounts import Role
from helpline.ports import NotFound
from helpline.record_ports import HasOpenCase
from helpline.resting import NoNextStep, NoReason, NotInTheFuture, PersonWaits, Resting
from store.tables import cases
from tests.fakes import finding
from tests.helpline.harness import Helpline
from tests.helpline.held_cases import TOLD, account, events, held_at, state
from triage.taxonomy import Level, Risk


@pytest.fixture
def urgent(helpline: Helpline, counsellor: int) -> Helpline:
    return held_at(helpline, counsellor, Level.URGENT)


@pytest.fixture
def resting(urgent: Helpline) -> Resting:
    return Resting(urgent.database, urgent.clock, urgent.bell)


def snoozed(helpline: Helpline) -> bool:
    with helpline.database.reading() as db:
        return db.scalar(select(cases.c.snoozed_until)) is not None


def test_snoozed_case_wakes_at_its_time_and_sends_nothing(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=2), "ask about school")
    urgent.pass_(days=1)
    assert (urgent.sweep().get("woke"), snoozed(urgent)) == (None, True)
    urgent.pass_(days=1)
    urgent.bell.rung.clear()
    assert (urgent.sweep()["woke"], snoozed(urgent), urgent.send_all()) == (1, False, [])
    assert "cases" in urgent.bell.rung
    assert urgent.sweep().get("woke") is None
    case = urgent.case()
    assert case is not None
    assert case.holder == counsellor


@pytest.mark.parametrize("level", [Level.NONE, Level.EMERGENCY], ids=["a message", "a rising level"])
def test_snoozed_case_is_woken_by_the_person(urgent: Helpline, resting: Resting, counsellor: int, level: Level) -> None:
    resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=2), "ask about school")
    urgent.pass_(minutes=1)
    urgent.finds("burdasan?", finding(level, Risk.PHYSICAL_VIOLENCE))
    urgent.say("burdasan?")
    assert snoozed(urgent) is False
    urgent.pass_(minutes=6)
    assert urgent.sweep()["held_unanswered"] == 1


def test_snoozed_case_is_not_put_back_while_it_rests(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=2), "ask about school")
    urgent.pass_(days=1)
    assert urgent.sweep().get("held_unanswered") is None


@pytest.mark.parametrize(
    ("days", "step", "error"),
    [(2, "  ", NoNextStep), (0, "call", NotInTheFuture), (-1, "call", NotInTheFuture), (93, "call", NotInTheFuture)],
    ids=["no next step", "now", "past", "after months"],
)
def test_rest_without_day_or_step_is_refused(
    urgent: Helpline, resting: Resting, counsellor: int, days: int, step: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=days), step)


def test_case_does_not_rest_while_the_person_waits(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    urgent.say("burdasan?")
    with pytest.raises(PersonWaits):
        resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=1), "call")


# --- opening again


def test_closed_case_opens_again_with_its_history(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    urgent.close(1, counsellor)
    urgent.send_all()
    resting.reopen(1, account(counsellor), "the school called back")
    case = urgent.case()
    assert case is not None
    assert (case.id, case.holder, case.level) == (1, counsellor, Level.URGENT)
    assert urgent.conversation().level is Level.URGENT
    assert events(urgent)[0] == "opened"
    assert events(urgent)[-1] == "reopened"
    assert urgent.send_all() == []


def test_case_is_not_opened_again_beside_another(urgent: Helpline, resting: Resting, counsellor: int) -> None:
    urgent.close(1, counsellor)
    urgent.pass_(hours=1)
    urgent.say(TOLD)
    with pytest.raises(HasOpenCase) as refused:
        resting.reopen(1, account(counsellor), "again")
    assert refused.value.case == 2


@pytest.mark.parametrize(
    ("who", "why", "error"),
    [("another", "again", NotFound), ("holder", "  ", NoReason)],
    ids=["a colleague's", "without a reason"],
)
def test_case_is_not_opened_again(
    urgent: Helpline, resting: Resting, counsellor: int, who: str, why: str, error: type[Exception]
) -> None:
    urgent.close(1, counsellor)
    person = counsellor if who == "holder" else urgent.add_counsellor("counsellor-2")
    with pytest.raises(error):
        resting.reopen(1, account(person), why)
    assert state(urgent) == "closed"


def test_case_that_is_open_does_not_open_again(urgent: Helpline, resting: Resting) -> None:
    with pytest.raises(NotFound):
        resting.reopen(1, account(9, Role.SUPERVISOR), "again")
