"""Assigning, sealing, the load of hard cases, and the numbers that supervision goes by."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, select

from helpline.access import May, about_case, rules
from helpline.accounts import Account, Role
from helpline.cases import CloseReason
from helpline.conversations import CaseState
from helpline.door import may_open
from helpline.ports import NotFound
from helpline.reassigning import NotOnShift, Reassigning, ReassignReason
from helpline.sealing_cases import Sealing, SealReason
from helpline.supervising import BadSupervision, ReviewPlan, Supervision, review_plan, supervision
from helpline.watches import Watch
from helpline.wellbeing import Breaks
from store.supervision_board import board, load
from store.supervision_pages import break_offer
from store.supervision_tables import takes
from store.tables import case_events, cases
from tests.fakes import finding
from tests.helpline.closed_cases import close
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

TOLD = "atam məni döyür"


@pytest.fixture
def supervisor(helpline: Helpline) -> Account:
    number = helpline.add_counsellor("supervisor-1", role="supervisor")
    helpline.on_shift(number)
    return Account(number, "supervisor-1", Role.SUPERVISOR, "az")


@pytest.fixture
def urgent(helpline: Helpline, counsellor: int, supervisor: Account) -> Helpline:
    """A case that a counsellor holds and has answered."""
    helpline.finds(TOLD, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD)
    helpline.desk.take(1, counsellor)
    helpline.desk.reply(1, counsellor, "buradayam", "k")
    helpline.send_all()
    return helpline


def other(helpline: Helpline) -> int:
    number = helpline.add_counsellor("counsellor-2")
    helpline.on_shift(number)
    return number


def reassigning(helpline: Helpline) -> Reassigning:
    return Reassigning(helpline.database, helpline.book, helpline.clock, helpline.bell)


def events(helpline: Helpline) -> list[tuple[str, int | None]]:
    with helpline.database.reading() as db:
        query = select(case_events.c.what, case_events.c.counsellor_id).order_by(case_events.c.id)
        return [(row.what, row.counsellor_id) for row in db.execute(query)]


def holder(helpline: Helpline) -> int | None:
    case = helpline.case()
    return None if case is None else case.holder


# --- assigning


def test_case_goes_to_a_colleague_and_the_person_is_told_once(urgent: Helpline, supervisor: Account) -> None:
    colleague = other(urgent)
    for _ in range(2):
        reassigning(urgent).to_colleague(1, supervisor, colleague, ReassignReason.LOAD)
    assert urgent.send_all() == urgent.text("other_counsellor")
    assert (holder(urgent), events(urgent)[-1]) == (colleague, ("assigned", colleague))


def test_waiting_case_given_to_a_colleague_is_told_as_taken(helpline: Helpline, supervisor: Account) -> None:
    helpline.finds(TOLD, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    helpline.say(TOLD)
    colleague = other(helpline)
    reassigning(helpline).to_colleague(1, supervisor, colleague, ReassignReason.OTHER)
    assert helpline.send_all() == helpline.text("counsellor_here")
    helpline.pass_(minutes=6)
    assert helpline.sweep()["claim_lapsed"] == 1


def test_answered_case_does_not_lapse_because_it_changed_hands(urgent: Helpline, supervisor: Account) -> None:
    reassigning(urgent).to_colleague(1, supervisor, other(urgent), ReassignReason.LOAD)
    urgent.pass_(minutes=6)
    assert not urgent.sweep().keys() & {"held_unanswered", "claim_lapsed"}


def test_resting_case_changes_hands_without_a_word(urgent: Helpline, supervisor: Account) -> None:
    with urgent.database.engine.begin() as db:
        db.execute(cases.update().values(snoozed_until=urgent.clock.now().replace(hour=20)))
    reassigning(urgent).to_colleague(1, supervisor, other(urgent), ReassignReason.LOAD)
    assert urgent.send_all() == []


def test_case_is_given_to_nobody_who_is_not_on(urgent: Helpline, supervisor: Account, counsellor: int) -> None:
    away = urgent.add_counsellor("counsellor-3")
    editor = urgent.add_counsellor("editor-1", role="editor")
    urgent.on_shift(editor)
    for somebody in (away, editor, 999):
        with pytest.raises(NotOnShift):
            reassigning(urgent).to_colleague(1, supervisor, somebody, ReassignReason.LOAD)
    assert (holder(urgent), urgent.send_all()) == (counsellor, [])


def test_case_goes_back_to_the_queue_once(urgent: Helpline, supervisor: Account) -> None:
    for _ in range(2):
        reassigning(urgent).to_queue(1, supervisor, ReassignReason.LEFT)
    assert urgent.send_all() == urgent.text("handed_back")
    assert (holder(urgent), events(urgent)[-1]) == (None, ("unassigned", supervisor.id))


def test_counsellor_assigns_and_seals_nothing(urgent: Helpline, counsellor: int) -> None:
    mine, colleague = Account(counsellor, "c", Role.COUNSELLOR, "az"), other(urgent)
    sealing = Sealing(urgent.database, urgent.clock, urgent.bell)
    with pytest.raises(NotFound):
        reassigning(urgent).to_colleague(1, mine, colleague, ReassignReason.LOAD)
    with pytest.raises(NotFound):
        reassigning(urgent).to_queue(1, mine, ReassignReason.LOAD)
    with pytest.raises(NotFound):
        sealing.seal(1, mine, SealReason.KNOWN)
    assert holder(urgent) == counsellor


def test_closed_case_is_not_assigned(urgent: Helpline, supervisor: Account, counsellor: int) -> None:
    close(urgent, 1, counsellor, CloseReason.HELPED)
    with pytest.raises(NotFound):
        reassigning(urgent).to_colleague(1, supervisor, other(urgent), ReassignReason.LOAD)


def test_case_assigned_to_two_at_once_has_one_holder(urgent: Helpline, supervisor: Account) -> None:
    colleagues = [other(urgent), urgent.add_counsellor("counsellor-3")]
    urgent.on_shift(colleagues[1])
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda to: reassigning(urgent).to_colleague(1, supervisor, to, ReassignReason.LOAD), colleagues))
    assert holder(urgent) == [who for what, who in events(urgent) if what == "assigned"][-1]


# --- sealing


def test_sealed_case_is_its_holders_and_the_supervisors(urgent: Helpline, supervisor: Account, counsellor: int) -> None:
    sealing = Sealing(urgent.database, urgent.clock, urgent.bell)
    sealing.seal(1, supervisor, SealReason.COLLEAGUE)
    case = urgent.case()
    assert case is not None
    mine = Account(counsellor, "c", Role.COUNSELLOR, "az")
    theirs = Account(other(urgent), "d", Role.COUNSELLOR, "az")
    opens = [may_open(who, case, holds_person=False) for who in (mine, theirs, supervisor)]
    assert (opens, rules().allows(May.TAKE_ANY, about_case(theirs, case))) == ([True, False, True], False)


def test_sealing_is_written_down_once_each_way(urgent: Helpline, supervisor: Account) -> None:
    sealing = Sealing(urgent.database, urgent.clock, urgent.bell)
    for _ in range(2):
        sealing.seal(1, supervisor, SealReason.COLLEAGUE)
    for _ in range(2):
        sealing.unseal(1, supervisor, SealReason.CLEARED)
    assert [what for what, _ in events(urgent)][-2:] == ["sealed", "unsealed"]


# --- hard cases and breaks


def taken(helpline: Helpline, number: int, level: Level, counsellor: int, risk: Risk = Risk.BULLYING) -> None:
    """A person of their own tells something, and a counsellor takes their case."""
    text = f"text {number}"
    helpline.finds(text, finding(level, risk))
    helpline.say(text, address=f"7000001{number:02}")
    helpline.press("person", address=f"7000001{number:02}")
    with helpline.database.reading() as db:
        newest = db.scalars(select(cases.c.id).where(cases.c.state == CaseState.WAITING.value)).one()
    helpline.desk.take(newest, counsellor)
    helpline.sweep()


def offered(helpline: Helpline, counsellor: int) -> str | None:
    with helpline.database.reading() as db:
        found = break_offer(db, counsellor, helpline.clock.now())
    return None if found is None else found.why


def hard(helpline: Helpline) -> list[bool]:
    with helpline.database.reading() as db:
        return list(db.scalars(select(takes.c.hard).order_by(takes.c.id)))


@pytest.mark.parametrize(
    ("level", "risk", "weighs"),
    [
        (Level.EMERGENCY, Risk.NEGLECT, True),
        (Level.URGENT, Risk.NEGLECT, True),
        (Level.CONCERN, Risk.SUICIDE_SELF_HARM, True),
        (Level.CONCERN, Risk.BULLYING, False),
    ],
    ids=["emergency", "urgent", "concern about dying", "concern about bullying"],
)
def test_hard_case_is_known_by_level_or_by_what_was_told(
    helpline: Helpline, counsellor: int, level: Level, risk: Risk, weighs: bool
) -> None:
    taken(helpline, 1, level, counsellor, risk)
    helpline.sweep()
    assert hard(helpline) == [weighs]


def test_break_is_offered_after_the_set_load_and_not_before(helpline: Helpline, counsellor: int) -> None:
    for number in range(supervision().hard_cases - 1):
        taken(helpline, number, Level.URGENT, counsellor)
    assert offered(helpline, counsellor) is None
    taken(helpline, 50, Level.URGENT, counsellor)
    assert offered(helpline, counsellor) == "load"


def test_break_is_offered_after_an_emergency(helpline: Helpline, counsellor: int) -> None:
    taken(helpline, 1, Level.EMERGENCY, counsellor)
    close(helpline, 1, counsellor, CloseReason.HELPED)
    helpline.sweep()
    assert offered(helpline, counsellor) == "emergency"


def break_of(helpline: Helpline, counsellor: int) -> int:
    with helpline.database.reading() as db:
        found = break_offer(db, counsellor, helpline.clock.now())
    assert found is not None
    return found.id


def watches(helpline: Helpline) -> tuple[Watch, ...]:
    with helpline.database.unit() as unit:
        return unit.watches(helpline.clock.now())


def test_break_taken_is_fifteen_minutes_off_the_queue(helpline: Helpline, counsellor: int) -> None:
    taken(helpline, 1, Level.EMERGENCY, counsellor)
    close(helpline, 1, counsellor, CloseReason.HELPED)
    helpline.sweep()
    breaks = Breaks(helpline.database, helpline.clock, helpline.bell)
    number = break_of(helpline, counsellor)
    breaks.take(number, counsellor)
    with pytest.raises(NotFound):
        breaks.take(number, counsellor)
    (watch,) = watches(helpline)
    assert watch.rests_until == helpline.clock.now() + supervision().break_for
    assert offered(helpline, counsellor) is None


def test_break_declined_changes_nothing_else(helpline: Helpline, counsellor: int) -> None:
    taken(helpline, 1, Level.EMERGENCY, counsellor)
    close(helpline, 1, counsellor, CloseReason.HELPED)
    helpline.sweep()
    breaks = Breaks(helpline.database, helpline.clock, helpline.bell)
    number = break_of(helpline, counsellor)
    with pytest.raises(NotFound):
        breaks.decline(number, other(helpline))
    breaks.decline(number, counsellor)
    helpline.sweep()
    assert (offered(helpline, counsellor), watches(helpline)[0].rests_until) == (None, None)


def test_load_is_counted_once_however_often_time_passes(helpline: Helpline, counsellor: int) -> None:
    taken(helpline, 1, Level.URGENT, counsellor)
    for _ in range(3):
        helpline.sweep()
    _, (row,) = load(helpline.database, helpline.clock.now(), 14)
    assert (row.total, row.days[0]) == ((1, 1), (1, 1))


# --- the board


def test_board_counts_who_waits_who_is_on_and_who_left(urgent: Helpline, counsellor: int, supervisor: Account) -> None:
    urgent.say(TOLD, address="700000002")
    urgent.sweep()
    urgent.pass_(minutes=16)
    urgent.on_shift(supervisor.id)
    seen = board(urgent.database, urgent.clock.now())
    (waiting,) = [one for one in seen.waiting if one.count]
    assert (waiting.level, waiting.count, waiting.overdue) == (Level.URGENT, 1, 1)
    assert [(one.name, one.held) for one in seen.people] == [("supervisor-1", 0)]
    assert [(one.name, one.held, one.urgent) for one in seen.gone] == [("counsellor-1", 1, 1)]
    assert seen.contacts == 2


def test_board_names_held_cases_that_wait_for_a_reply(urgent: Helpline) -> None:
    urgent.say("burdayam")
    urgent.pass_(minutes=6)
    (row,) = board(urgent.database, urgent.clock.now()).unanswered
    assert (row.case, row.holder, row.late) == (1, "counsellor-1", True)


# --- the numbers


def test_shipped_files_can_be_followed() -> None:
    assert [len(supervision().blocks), len(review_plan().questions)] == [3, 5]


GOOD = """
hard_cases: 4
break_minutes: 15
load_days: 14
block_hours: [24]
asked_after_hours: {concern: 24}
asked_within_days: 14
"""


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("hard_cases: 4", "hard_cases: many"),
        ("break_minutes: 15", ""),
        ("block_hours: [24]", "block_hours: [721]"),
        ("block_hours: [24]", "block_hours: []"),
        ("{concern: 24}", "{panic: 24}"),
        ("{concern: 24}", "{emergency: 23}"),
        ("{concern: 24}", "{none: 24}"),
    ],
    ids=["no number", "missing", "over 30 days", "no block", "no level", "an emergency too soon", "nothing told"],
)
def test_numbers_that_cannot_be_followed_stop_the_start(said: str, instead: str) -> None:
    Supervision.read(GOOD)
    with pytest.raises(BadSupervision):
        Supervision.read(GOOD.replace(said, instead))


@pytest.mark.parametrize(
    "text",
    [
        "strata: {urgent: 2}\nquestions: {a: {az: x, ru: x, en: x}}",
        "strata: {urgent: 1}\nquestions: {a: {az: x, ru: x}}",
        "x",
    ],
    ids=["a share above all", "a language is missing", "no file"],
)
def test_reviews_that_cannot_be_followed_stop_the_start(text: str) -> None:
    with pytest.raises(BadSupervision):
        ReviewPlan.read(text)


# --- many at once


def _asked_of(helpline: Helpline, act: Callable[[], object]) -> int:
    """How many statements something asks the database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(helpline.database.engine, "before_cursor_execute", note)
    act()
    event.remove(helpline.database.engine, "before_cursor_execute", note)
    return len(asked)


def test_board_asks_as_much_for_many_cases_as_for_one(urgent: Helpline) -> None:
    now = urgent.clock.now()
    one = _asked_of(urgent, lambda: board(urgent.database, now))
    for number in range(40):
        urgent.receive(TOLD, address=f"70000{number:04}")
    while urgent.take() is not None:
        pass
    assert _asked_of(urgent, lambda: board(urgent.database, now)) == one
