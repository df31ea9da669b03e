"""Finding closed cases again: one's own, everybody's for a supervisor, and never what would not open."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from store.tables import cases
from tests.console.conftest import Console, Person
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"


@pytest.fixture
def closed(console: Console) -> Console:
    """Case 1 was held by counsellor-1, account 1, and is closed."""
    console.helpline.finds(SAID, finding(Level.CONCERN, Risk.BULLYING))
    console.helpline.say(SAID)
    console.counsellor("counsellor-1")
    console.helpline.press("person")
    console.helpline.desk.take(1, 1)
    console.helpline.close(1, 1)
    return console


def listed(person: Person, query: str = "") -> list[str]:
    return re.findall(r'<a class="button" href="/cases/(\d+)"', person.open(f"/cases{query}").html)


def pseudonym(console: Console) -> str:
    return console.helpline.conversation().pseudonym


def test_own_closed_case_is_found_by_the_beginning_of_its_name(closed: Console) -> None:
    person = closed.person().sign_in("counsellor-1")
    name = pseudonym(closed)
    assert listed(person) == ["1"]
    assert listed(person, f"?named={name[:4].lower()}") == ["1"]
    assert listed(person, "?named=0") == []
    assert listed(person, "?named=%25") == []


def test_colleagues_case_is_not_listed_and_a_supervisor_sees_all(closed: Console) -> None:
    assert listed(closed.counsellor("counsellor-2")) == []
    assert listed(closed.counsellor("supervisor-1", "supervisor")) == ["1"]


def test_sealed_case_is_listed_for_supervisors_alone(closed: Console) -> None:
    with closed.helpline.database.engine.begin() as db:
        db.execute(update(cases).values(sealed=True))
    assert listed(closed.person().sign_in("counsellor-1")) == []
    assert listed(closed.counsellor("supervisor-1", "supervisor")) == ["1"]
