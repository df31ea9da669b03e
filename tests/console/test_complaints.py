"""Complaints go past the shift: to administrators, never to whom they concern."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from store.account_tables import audit_events, complaints
from tests.console.conftest import Console, Person

SAID = "He shouts at people <b>"


@pytest.fixture
def complained(console: Console) -> Person:
    """Number 1 complained about supervisor-1, number 2."""
    person = console.counsellor("counsellor-1")
    console.counsellor("supervisor-1", "supervisor")
    return person.open("/complaints/new").post("/complaints/new", about="2", text=SAID)


def test_complaint_is_read_and_answered_by_an_administrator(console: Console, complained: Person) -> None:
    administrator = console.counsellor("administrator-1", "administrator").open("/complaints")
    assert "He shouts at people &lt;b&gt;" in administrator.html
    assert administrator.post("/complaints/1", text="We talk with him.").path == "/complaints"
    assert "We talk with him." in complained.open("/complaints/new").html
    assert administrator.post("/complaints/1", text="again").status == 404


def test_complaint_is_sealed_and_the_audit_tells_of_nobody(console: Console, complained: Person) -> None:
    with console.helpline.database.reading() as db:
        kept = db.execute(select(complaints)).mappings().one()
        noted = db.execute(select(audit_events).where(audit_events.c.what == "complaint_made")).mappings().one()
    assert SAID.encode() not in bytes(kept["body"])
    assert (noted["counsellor_id"], noted["about_id"], noted["detail"]) == (None, None, '{"complaint":1}')


def test_whom_it_concerns_never_sees_it(console: Console, complained: Person) -> None:
    administrator = console.counsellor("administrator-1", "administrator").open("/complaints/new")
    complained.open("/complaints/new").post("/complaints/new", about="3", text="The administrator laughs.")
    assert "The administrator laughs." not in administrator.open("/complaints").html
    assert administrator.post("/complaints/2", text="closed").status == 404
    supervisor = console.person().sign_in("supervisor-1")
    for path in ("/complaints", "/complaints/new", "/audit"):
        assert SAID.split(" <")[0] not in supervisor.open(path).html


def test_nobody_answers_their_own(console: Console) -> None:
    administrator = console.counsellor("administrator-1", "administrator").open("/complaints/new")
    administrator.post("/complaints/new", text="The rota is unfair.")
    assert "The rota is unfair." not in administrator.open("/complaints").html
    assert administrator.post("/complaints/1", text="closed").status == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"text": "  "}, 400), ({"text": "x", "about": "99"}, 404)],
    ids=["no words", "nobody of that number"],
)
def test_complaint_that_says_nothing_is_not_kept(console: Console, fields: dict[str, str], status: int) -> None:
    person = console.counsellor("counsellor-1").open("/complaints/new")
    assert person.post("/complaints/new", **fields).status == status
    with console.helpline.database.reading() as db:
        assert db.execute(select(complaints)).all() == []


def test_somebody_outside_is_told_where_one_is_named(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    assert "somebody outside" not in person.open("/complaints/new").html
    other = Console(console.helpline, complaints_to="the board, board@example.org").person().sign_in("counsellor-1")
    assert "the board, board@example.org" in other.open("/complaints/new").html
