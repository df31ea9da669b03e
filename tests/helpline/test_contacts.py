"""Contacts by telephone or in person, and what erasure leaves of a case's records."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpline.accounts import Role
from helpline.cases import CloseReason, NoWayToWrite
from helpline.closing import (
    NotInThePast,
)
from helpline.contacts import Contacts, NewContact, NothingSaid
from helpline.ports import NotFound
from helpline.reassigning import Reassigning, ReassignReason
from helpline.record_ports import Talk
from helpline.resting import Resting
from helpline.wrap_up import WrapUp
from store.record_tables import issues, sign_offs, talks, wrap_ups
from store.tables import cases, messages, notes, outbox
from tests.helpline.harness import WRAPPED_UP, Helpline
from tests.helpline.held_cases import SAFE, account, held_at, state
from triage.taxonomy import Level
from wire import Profile


@pytest.fixture
def urgent(helpline: Helpline, counsellor: int) -> Helpline:
    return held_at(helpline, counsellor, Level.URGENT)


@pytest.fixture
def resting(urgent: Helpline) -> Resting:
    return Resting(urgent.database, urgent.clock, urgent.bell)


@pytest.fixture
def contacts(helpline: Helpline) -> Contacts:
    return Contacts(helpline.database, helpline.clock, helpline.bell)


def talk(helpline: Helpline, note: str = "called from a neighbour's phone", who: str = "person", ago: int = 0) -> Talk:
    return Talk("phone", "they", who, helpline.clock.now() - timedelta(minutes=ago), note)


def test_recorded_contact_is_held_and_nothing_can_be_sent(
    helpline: Helpline, contacts: Contacts, counsellor: int
) -> None:
    told = NewContact(talk(helpline), Level.URGENT, "az", "child", "11-14", "barda")
    case = contacts.record(counsellor, told)
    held = helpline.case()
    assert held is not None
    assert (held.id, held.holder, held.level) == (case, counsellor, Level.URGENT)
    assert helpline.conversation().profile == Profile("child", "11-14", "barda")
    with pytest.raises(NoWayToWrite):
        helpline.desk.reply(case, counsellor, "salam", "k")
    helpline.close(case, counsellor)
    with helpline.database.reading() as db:
        assert db.execute(select(outbox)).all() == []
        assert db.execute(select(messages)).all() == []
        (row,) = db.execute(select(talks)).mappings()
        assert db.scalar(select(cases.c.source)) == "phone"
    assert b"neighbour" not in row["note"]


def test_recorded_contact_handed_back_and_taken_waits_for_no_word(
    helpline: Helpline, contacts: Contacts, counsellor: int
) -> None:
    case = contacts.record(counsellor, NewContact(talk(helpline), Level.URGENT))
    helpline.desk.hand_back(case, counsellor)
    helpline.desk.take(case, helpline.add_counsellor("counsellor-2"))
    helpline.pass_(minutes=30)
    assert [what for what in helpline.sweep() if what in ("held_unanswered", "claim_lapsed")] == []


def test_recorded_contact_given_to_a_colleague_waits_for_no_word(
    helpline: Helpline, contacts: Contacts, counsellor: int
) -> None:
    case = contacts.record(counsellor, NewContact(talk(helpline), Level.URGENT))
    helpline.desk.hand_back(case, counsellor)
    supervisor, colleague = account(9, Role.SUPERVISOR), helpline.add_counsellor("counsellor-2")
    helpline.on_shift(colleague)
    given = Reassigning(helpline.database, helpline.book, helpline.clock, helpline.bell)
    given.to_colleague(case, supervisor, colleague, ReassignReason.LOAD)
    helpline.pass_(minutes=30)
    assert [what for what in helpline.sweep() if what in ("held_unanswered", "claim_lapsed")] == []


@pytest.mark.parametrize("how", ["recorded", "reopened"])
def test_case_in_which_nobody_waits_for_a_word_stays_with_its_holder(
    helpline: Helpline, contacts: Contacts, counsellor: int, how: str
) -> None:
    case = contacts.record(counsellor, NewContact(talk(helpline), Level.URGENT))
    if how == "reopened":
        helpline.close(case, counsellor)
        Resting(helpline.database, helpline.clock, helpline.bell).reopen(case, account(counsellor), "called again")
    helpline.pass_(minutes=30)
    helpline.sweep()
    assert state(helpline) == "held"


def test_two_recorded_contacts_are_two_people(helpline: Helpline, contacts: Contacts, counsellor: int) -> None:
    for _ in range(2):
        contacts.record(counsellor, NewContact(talk(helpline), Level.CONCERN))
    assert helpline.conversation(1).pseudonym != helpline.conversation(2).pseudonym


@pytest.mark.parametrize(
    ("note", "ago", "error"), [(" ", 0, NothingSaid), ("said", -5, NotInThePast)], ids=["no word", "to come"]
)
def test_contact_without_word_or_time_is_refused(
    helpline: Helpline, contacts: Contacts, counsellor: int, note: str, ago: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        contacts.record(counsellor, NewContact(talk(helpline, note, ago=ago), Level.CONCERN))
    assert helpline.database.reading().__enter__().scalar(select(cases.c.id)) is None


@pytest.mark.parametrize(("who", "answered"), [("person", True), ("school", False)])
def test_talk_answers_the_person_only_when_it_was_with_them(
    urgent: Helpline, contacts: Contacts, counsellor: int, who: str, answered: bool
) -> None:
    urgent.say("burdasan?")
    contacts.talked(1, counsellor, talk(urgent, who=who))
    urgent.pass_(minutes=6)
    assert (urgent.sweep().get("held_unanswered") is None) is answered


def test_talk_is_not_written_beside_a_case_of_somebody_else(
    urgent: Helpline, contacts: Contacts, counsellor: int
) -> None:
    with pytest.raises(NotFound):
        contacts.talked(1, urgent.add_counsellor("counsellor-2"), talk(urgent))


# --- erasure


def test_erasure_leaves_counts_of_a_wrap_up_and_no_word(
    urgent: Helpline, contacts: Contacts, counsellor: int, resting: Resting
) -> None:
    contacts.talked(1, counsellor, talk(urgent))
    urgent.desk.note(1, counsellor, "remember")
    resting.snooze(1, counsellor, urgent.clock.now() + timedelta(days=1), "call the aunt")
    fields = {"gender": ("girl",)}
    urgent.closing.save(1, counsellor, WrapUp("child_about_self", WRAPPED_UP.issues, fields, "a summary"))
    colleague = urgent.add_counsellor("counsellor-2")
    number = urgent.closing.ask(1, counsellor, CloseReason.HELPED, SAFE, colleague)
    urgent.closing.refuse(number, colleague, "not yet")
    with urgent.database.unit() as unit:
        unit.erase(1, urgent.clock.now())
    with urgent.database.reading() as db:
        whole = db.execute(select(wrap_ups.c.call_type, wrap_ups.c.fields, wrap_ups.c.summary)).one()
        issue = db.execute(select(issues.c.category, issues.c.subcategory, issues.c.about)).one()
        texts = [
            db.scalar(select(column)) for column in (talks.c.note, sign_offs.c.why, notes.c.body, cases.c.next_step)
        ]
    assert tuple(whole) == ("child_about_self", "{}", None)
    assert tuple(issue) == ("violence", None, None)
    assert texts == [None] * 4
