"""A case goes from one counsellor to another: nobody is lost, nobody is surprised, and the person is told once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from helpline.closing import NoReasonGiven
from helpline.conversations import CaseState
from helpline.ports import NotFound
from helpline.transfers import NoHandingNote, NotAReceiver, Transfers
from store.record_tables import transfers
from store.tables import case_events, cases
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

TOLD = "atam məni döyür"


@pytest.fixture
def moving(helpline: Helpline, counsellor: int) -> Transfers:
    """A colleague (number 2), a supervisor (number 3), and an urgent case that the first counsellor holds."""
    helpline.add_counsellor("counsellor-2")
    helpline.add_counsellor("supervisor-1", "supervisor")
    helpline.finds(TOLD, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD)
    helpline.desk.take(1, counsellor)
    helpline.desk.reply(1, counsellor, "Buradayam", "first")
    helpline.send_all()
    return Transfers(helpline.database, helpline.book, helpline.clock, helpline.bell)


def holder(helpline: Helpline) -> int | None:
    case = helpline.case()
    assert case is not None
    assert case.state is CaseState.HELD
    return case.holder


def states(helpline: Helpline) -> list[str]:
    with helpline.database.reading() as db:
        return list(db.scalars(select(transfers.c.state).order_by(transfers.c.id)))


def test_case_is_its_holders_until_it_is_accepted(moving: Transfers, helpline: Helpline, counsellor: int) -> None:
    number = moving.offer(1, counsellor, 2, "speaks Russian better", warm=True)
    assert (holder(helpline), helpline.send_all()) == (counsellor, [])
    helpline.desk.reply(1, counsellor, "hələ mənəm", "second")
    assert helpline.send_all() == ["hələ mənəm"]
    moving.accept(number, 2)
    assert (holder(helpline), states(helpline)) == (2, ["accepted"])
    with pytest.raises(NotFound):
        helpline.desk.reply(1, counsellor, "late", "third")


def test_person_is_told_once_that_another_writes(moving: Transfers, helpline: Helpline, counsellor: int) -> None:
    number = moving.offer(1, counsellor, 2, "shift ends", warm=False)
    moving.accept(number, 2)
    with pytest.raises(NotFound):
        moving.accept(number, 2)
    assert helpline.send_all() == helpline.text("other_counsellor")


def test_refused_case_stays_with_its_holder(moving: Transfers, helpline: Helpline, counsellor: int) -> None:
    number = moving.offer(1, counsellor, 2, "shift ends", warm=True)
    with pytest.raises(NoReasonGiven):
        moving.refuse(number, 2, " ")
    moving.refuse(number, 2, "I know the family")
    assert (holder(helpline), states(helpline), helpline.send_all()) == (counsellor, ["refused"], [])
    with helpline.database.reading() as db:
        why = db.scalar(select(transfers.c.why))
    assert helpline.database.vault.texts.open(why) == "I know the family"


@pytest.mark.parametrize(("minutes", "lapsed"), [(9.9, None), (10, 1)], ids=["before ten minutes", "after ten"])
def test_offer_that_nobody_answers_lapses(
    moving: Transfers, helpline: Helpline, counsellor: int, minutes: float, lapsed: int | None
) -> None:
    number = moving.offer(1, counsellor, 2, "shift ends", warm=False)
    helpline.pass_(minutes=minutes)
    assert helpline.sweep().get("transfer_lapsed") == lapsed
    assert holder(helpline) == counsellor
    if lapsed:
        with pytest.raises(NotFound):
            moving.accept(number, 2)


def test_offer_past_its_time_is_not_accepted_before_the_sweep_saw_it(
    moving: Transfers, helpline: Helpline, counsellor: int
) -> None:
    number = moving.offer(1, counsellor, 2, "shift ends", warm=False)
    helpline.pass_(minutes=10)
    with pytest.raises(NotFound):
        moving.accept(number, 2)


def test_offer_to_a_supervisor_is_answered_by_supervisors(
    moving: Transfers, helpline: Helpline, counsellor: int
) -> None:
    number = moving.offer(1, counsellor, None, "too much for me", warm=True)
    with pytest.raises(NotFound):
        moving.accept(number, 2)
    moving.accept(number, 3)
    assert holder(helpline) == 3


def test_offer_to_a_colleague_is_not_anybody_elses(moving: Transfers, helpline: Helpline, counsellor: int) -> None:
    number = moving.offer(1, counsellor, 2, "shift ends", warm=True)
    with pytest.raises(NotFound):
        moving.accept(number, 3)
    assert holder(helpline) == counsellor


def test_holder_takes_an_offer_back(moving: Transfers, helpline: Helpline, counsellor: int) -> None:
    number = moving.offer(1, counsellor, 2, "shift ends", warm=True)
    moving.take_back(1, counsellor)
    with pytest.raises(NotFound):
        moving.accept(number, 2)
    assert states(helpline) == ["withdrawn"]


def test_second_offer_ends_the_first(moving: Transfers, helpline: Helpline, counsellor: int) -> None:
    first = moving.offer(1, counsellor, 2, "shift ends", warm=True)
    second = moving.offer(1, counsellor, 3, "shift ends", warm=True)
    with pytest.raises(NotFound):
        moving.accept(first, 2)
    moving.accept(second, 3)
    assert states(helpline) == ["withdrawn", "accepted"]


def test_accepting_and_taking_back_at_once_leave_one_holder(
    moving: Transfers, helpline: Helpline, counsellor: int
) -> None:
    number = moving.offer(1, counsellor, None, "shift ends", warm=True)
    others = [helpline.add_counsellor(f"supervisor-{each}", "supervisor") for each in range(4, 8)]

    def attempt(receiver: int) -> bool:
        try:
            moving.accept(number, receiver)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, others)) == [False, False, False, True]
    assert states(helpline) == ["accepted"]


def test_offer_is_over_when_the_case_went_back_to_the_queue(
    moving: Transfers, helpline: Helpline, counsellor: int
) -> None:
    number = moving.offer(1, counsellor, 2, "shift ends", warm=True)
    helpline.say("burdasan?")
    helpline.pass_(minutes=6)
    helpline.sweep()
    with pytest.raises(NotFound):
        moving.accept(number, 2)


@pytest.mark.parametrize("minutes", [4, 6], ids=["a minute later", "after five minutes"])
def test_receiver_has_five_minutes_for_who_waits(
    moving: Transfers, helpline: Helpline, counsellor: int, minutes: float
) -> None:
    number = moving.offer(1, counsellor, 2, "shift ends", warm=True)
    helpline.say("burdasan?")
    helpline.pass_(minutes=4)
    moving.accept(number, 2)
    helpline.pass_(minutes=minutes)
    assert helpline.sweep().get("claim_lapsed") == (1 if minutes > 5 else None)


@pytest.mark.parametrize(
    ("to", "note", "error"),
    [(1, "note", NotAReceiver), (99, "note", NotFound), (2, "  ", NoHandingNote)],
    ids=["to oneself", "to nobody", "without a note"],
)
def test_offer_is_refused(moving: Transfers, counsellor: int, to: int, note: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        moving.offer(1, counsellor, to, note, warm=True)


def test_case_of_another_is_not_offered(moving: Transfers) -> None:
    with pytest.raises(NotFound):
        moving.offer(1, 2, 3, "mine now", warm=True)


def test_sealed_case_goes_to_supervisors_only(moving: Transfers, helpline: Helpline, counsellor: int) -> None:
    with helpline.database.engine.begin() as db:
        db.execute(cases.update().values(sealed=True))
    with pytest.raises(NotAReceiver):
        moving.offer(1, counsellor, 2, "shift ends", warm=True)
    moving.accept(moving.offer(1, counsellor, 3, "shift ends", warm=True), 3)
    assert holder(helpline) == 3


def test_transfer_is_audited_in_codes(moving: Transfers, helpline: Helpline, counsellor: int) -> None:
    moving.accept(moving.offer(1, counsellor, 2, "atam gəldi", warm=True), 2)
    with helpline.database.reading() as db:
        rows = db.execute(select(case_events.c.what, case_events.c.detail).order_by(case_events.c.id)).all()
    assert [tuple(row) for row in rows[-2:]] == [
        ("transfer_offered", '{"to":2,"warm":true}'),
        ("transferred", '{"from":1,"warm":true}'),
    ]
