"""Nobody signs off until each open urgent case has an owner, a next step and a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpline.accounts import Account, Role
from helpline.cases import EmptyText
from helpline.handover import HandOver, NotATime, StillHere, StillOpen
from helpline.ports import NotFound
from helpline.transfers import Transfers
from store.supervision_pages import Summary, own_cases, summary, unread_summaries
from store.supervision_tables import hand_over_cases, hand_overs
from store.tables import case_events, cases
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

TOLD, WORRY = "atam məni döyür", "kefim yoxdur"
STEP = "Sabah məktəbə zəng"


@pytest.fixture
def supervisor(helpline: Helpline) -> Account:
    number = helpline.add_counsellor("supervisor-1", role="supervisor")
    helpline.on_shift(number)
    return Account(number, "supervisor-1", Role.SUPERVISOR, "az")


@pytest.fixture
def urgent(helpline: Helpline, counsellor: int) -> Helpline:
    """A counsellor holds an urgent case, number 1."""
    helpline.finds(TOLD, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD)
    helpline.desk.take(1, counsellor)
    helpline.desk.reply(1, counsellor, "buradayam", "k")
    helpline.send_all()
    return helpline


def leaving(helpline: Helpline) -> HandOver:
    return HandOver(helpline.database, helpline.book, helpline.clock, helpline.bell)


def keep(helpline: Helpline, counsellor: int, hours: float = 3, step: str = STEP) -> None:
    leaving(helpline).keep(1, counsellor, step, helpline.clock.now() + timedelta(hours=hours))


def account(number: int, role: Role = Role.COUNSELLOR) -> Account:
    return Account(number, "somebody", role, "az")


def left(helpline: Helpline, reader: Account, number: int = 1) -> Summary:
    with helpline.database.reading() as db:
        found = summary(db, helpline.database.vault, reader, number)
    assert found is not None
    return found


def unread(helpline: Helpline, reader: Account) -> list[int]:
    with helpline.database.reading() as db:
        return [one.id for one in unread_summaries(db, helpline.database.vault, reader, helpline.clock.now())]


def on(helpline: Helpline) -> list[int]:
    with helpline.database.unit() as unit:
        return [watch.counsellor for watch in unit.watches(helpline.clock.now())]


def test_nobody_signs_off_with_an_urgent_case_without_a_next_step(urgent: Helpline, counsellor: int) -> None:
    with pytest.raises(StillOpen) as refused:
        leaving(urgent).sign_off(counsellor, "")
    assert (refused.value.cases, on(urgent)) == ((1,), [counsellor])


def test_step_whose_time_has_passed_is_none(urgent: Helpline, counsellor: int) -> None:
    keep(urgent, counsellor, hours=1)
    urgent.pass_(hours=2)
    urgent.on_shift(counsellor)
    with pytest.raises(StillOpen):
        leaving(urgent).sign_off(counsellor, "")


def test_case_kept_with_a_step_and_a_time_lets_its_counsellor_go(urgent: Helpline, counsellor: int) -> None:
    keep(urgent, counsellor)
    number = leaving(urgent).sign_off(counsellor, "Gecə sakit keçdi")
    (line,) = left(urgent, account(99), number).lines
    assert (line.what, line.next_step, line.next_step_at) == (
        "kept",
        STEP,
        urgent.clock.now() + timedelta(hours=3),
    )
    assert (left(urgent, account(99), number).note, on(urgent)) == ("Gecə sakit keçdi", [])


def test_case_put_back_is_nobodys_and_its_person_is_told(urgent: Helpline, counsellor: int) -> None:
    leaving(urgent).back(1, counsellor)
    assert urgent.send_all() == urgent.text("handed_back")
    number = leaving(urgent).sign_off(counsellor, "")
    assert [(line.case, line.what) for line in left(urgent, account(99), number).lines] == [(1, "returned")]


def test_case_offered_to_a_colleague_keeps_its_counsellor_until_it_is_accepted(
    urgent: Helpline, counsellor: int
) -> None:
    other = urgent.add_counsellor("counsellor-2")
    urgent.on_shift(other)
    transfers = Transfers(urgent.database, urgent.book, urgent.clock, urgent.bell)
    keep(urgent, counsellor)
    offered = transfers.offer(1, counsellor, other, "Sabah məktəbə zəng lazımdır", warm=True)
    with pytest.raises(StillOpen):
        leaving(urgent).sign_off(counsellor, "")
    transfers.accept(offered, other)
    number = leaving(urgent).sign_off(counsellor, "")
    assert [(line.case, line.what) for line in left(urgent, account(99), number).lines] == [(1, "given")]


def test_concern_needs_no_next_step(helpline: Helpline, counsellor: int) -> None:
    helpline.say("insan")
    helpline.desk.take(1, counsellor)
    number = leaving(helpline).sign_off(counsellor, "")
    assert [(line.level, line.what) for line in left(helpline, account(99), number).lines] == [(Level.CONCERN, "kept")]


def test_somebody_without_cases_just_goes(helpline: Helpline, counsellor: int) -> None:
    number = leaving(helpline).sign_off(counsellor, "")
    assert (left(helpline, account(99), number).lines, on(helpline)) == ((), [])


@pytest.mark.parametrize("hours", [-1, 0, 24 * 31], ids=["past", "now", "next month"])
def test_step_is_due_within_thirty_days(urgent: Helpline, counsellor: int, hours: float) -> None:
    with pytest.raises(NotATime):
        keep(urgent, counsellor, hours)


def test_step_needs_words_and_ones_own_case(urgent: Helpline, counsellor: int) -> None:
    with pytest.raises(EmptyText):
        keep(urgent, counsellor, step="  ")
    other = urgent.add_counsellor("counsellor-2")
    for act in (lambda: keep(urgent, other), lambda: leaving(urgent).back(1, other)):
        with pytest.raises(NotFound):
            act()


def test_what_was_typed_is_stored_sealed(urgent: Helpline, counsellor: int) -> None:
    keep(urgent, counsellor)
    leaving(urgent).sign_off(counsellor, "Gecə sakit keçdi")
    with urgent.database.reading() as db:
        stored = [
            db.scalar(select(column)) for column in (cases.c.next_step, hand_over_cases.c.next_step, hand_overs.c.note)
        ]
        audit = "".join(db.scalars(select(case_events.c.detail)))
    assert [STEP.encode() in bytes(body or b"") for body in stored] == [False] * 3
    assert "məktəb" not in audit


def test_summary_is_new_to_others_until_they_read_it(urgent: Helpline, counsellor: int) -> None:
    keep(urgent, counsellor)
    number = leaving(urgent).sign_off(counsellor, "")
    reader = account(urgent.add_counsellor("counsellor-2"))
    assert (unread(urgent, reader), unread(urgent, account(counsellor))) == ([number], [])
    for _ in range(2):
        leaving(urgent).read(number, reader.id)
    assert unread(urgent, reader) == []


def test_summary_of_another_day_is_not_shown_first(urgent: Helpline, counsellor: int) -> None:
    keep(urgent, counsellor)
    leaving(urgent).sign_off(counsellor, "")
    urgent.pass_(hours=25)
    assert unread(urgent, account(99)) == []


def test_sealed_case_in_a_summary_is_only_counted_for_others(
    urgent: Helpline, counsellor: int, supervisor: Account
) -> None:
    keep(urgent, counsellor)
    with urgent.database.unit() as unit:
        unit.seal_case(1, sealed=True)
    number = leaving(urgent).sign_off(counsellor, "")
    seen = [left(urgent, reader, number) for reader in (account(99), account(counsellor), supervisor)]
    assert [(len(one.lines), one.hidden) for one in seen] == [(0, 1), (1, 0), (1, 0)]


def test_supervisor_signs_off_somebody_who_left(urgent: Helpline, counsellor: int, supervisor: Account) -> None:
    urgent.pass_(minutes=5)
    urgent.on_shift(supervisor.id)
    number = leaving(urgent).sign_off_for(supervisor, counsellor)
    assert urgent.case().holder is None  # type: ignore[union-attr]  # the case is open
    found = left(urgent, account(99), number)
    assert (found.name, found.signed_by) == ("counsellor-1", "supervisor-1")
    assert [(line.case, line.what) for line in found.lines] == [(1, "returned")]
    with urgent.database.reading() as db:
        (row,) = db.execute(select(case_events).where(case_events.c.what == "handed_back")).mappings()
    assert (row["counsellor_id"], row["detail"]) == (supervisor.id, f'{{"of":{counsellor}}}')


def test_planned_case_of_somebody_who_left_stays_theirs(urgent: Helpline, counsellor: int, supervisor: Account) -> None:
    keep(urgent, counsellor)
    urgent.pass_(minutes=5)
    urgent.on_shift(supervisor.id)
    number = leaving(urgent).sign_off_for(supervisor, counsellor)
    assert [line.what for line in left(urgent, account(99), number).lines] == ["kept"]


def test_nobody_is_signed_off_while_they_are_on_nor_by_a_counsellor(
    urgent: Helpline, counsellor: int, supervisor: Account
) -> None:
    with pytest.raises(StillHere):
        leaving(urgent).sign_off_for(supervisor, counsellor)
    for who in (account(99), account(supervisor.id, Role.EDITOR)):
        with pytest.raises(NotFound):
            leaving(urgent).sign_off_for(who, counsellor)


def test_wrap_up_shows_what_was_told_and_when(urgent: Helpline, counsellor: int) -> None:
    with urgent.database.reading() as db:
        (one,) = own_cases(db, urgent.database.vault, counsellor, urgent.clock.now())
    assert (one.risks, one.wrote_at, one.answered_at, one.settled) == (
        ("physical_violence",),
        urgent.clock.now(),
        urgent.clock.now(),
        False,
    )


def test_erasure_takes_the_words_of_a_hand_over_with_it(urgent: Helpline, counsellor: int) -> None:
    keep(urgent, counsellor)
    leaving(urgent).sign_off(counsellor, "o uşağın anası zəng edəcək")
    with urgent.database.unit() as unit:
        unit.erase(1, urgent.clock.now())
    with urgent.database.reading() as db:
        words = (hand_over_cases.c.next_step, hand_overs.c.note, cases.c.next_step)
        assert [db.scalar(select(column)) for column in words] == [None, None, None]


@pytest.mark.parametrize("there", [True, False], ids=["its counsellor is there", "nobody of them came"])
def test_next_step_that_is_due_goes_to_the_queue_unless_its_counsellor_is_there(
    urgent: Helpline, counsellor: int, there: bool
) -> None:
    keep(urgent, counsellor, hours=12)
    leaving(urgent).sign_off(counsellor, "")
    urgent.pass_(hours=12, minutes=31)
    if there:
        with urgent.database.unit() as unit:
            unit.begin_watch(counsellor, urgent.clock.now())
    for _ in range(2):
        if there:
            urgent.on_shift(counsellor)
        urgent.sweep()
        urgent.pass_(minutes=2)
    with urgent.database.reading() as db:
        row = db.execute(select(cases.c.state, cases.c.step > 0, cases.c.next_step.is_not(None))).one()
        told = set(db.scalars(select(case_events.c.what)))
    assert tuple(row) == (("held", False, True) if there else ("waiting", True, True))
    assert told & {"step_missed", "overdue"} == (set() if there else {"step_missed", "overdue"})
