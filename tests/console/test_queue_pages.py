"""The queue's page: what it offers to whom, why a case is where it is, and how few queries it takes."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, update

from store.tables import cases, conversations, counsellors, senders
from tests.console.conftest import Console, Person
from tests.fakes import finding
from triage.taxonomy import Level, Risk, Speaker

SAID = "atam məni döyür"
WISH = "insan"


@pytest.fixture
def urgent(console: Console) -> Console:
    """Somebody told of harm; the case is number 1."""
    console.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say(SAID)
    return console


def why(page: str) -> list[str]:
    return re.findall(r'<li class="flag (\w+)">', page)


def button(page: str) -> str:
    found = re.search(r'id="take-next"[^>]*>([^<]+)</button>', page)
    assert found is not None
    return found[1]


def set_case(console: Console, **values: object) -> None:
    with console.helpline.database.engine.begin() as db:
        db.execute(update(cases).where(cases.c.id == 1).values(**values))


def test_counsellor_takes_the_next_case_and_none_of_their_choice(urgent: Console) -> None:
    person = urgent.counsellor("counsellor-1", grants="")
    assert "/cases/1/take" not in person.html
    assert person.post("/cases/1/take").status == 403
    assert person.open("/").post("/take-next").path == "/cases/1"


@pytest.mark.parametrize(("role", "grants"), [("counsellor", "picker"), ("supervisor", "")])
def test_picker_and_supervisor_may_choose(urgent: Console, role: str, grants: str) -> None:
    person = urgent.counsellor("someone", role=role, grants=grants)
    assert "/cases/1/take" in person.html
    assert person.post("/cases/1/take").path == "/cases/1"


def test_sealed_case_is_shown_to_supervisors_alone(urgent: Console) -> None:
    set_case(urgent, sealed=True)
    person = urgent.counsellor("counsellor-1")
    assert ("/cases/1/take" in person.html, button(person.html)) == (False, "Nobody is waiting")
    assert person.post("/cases/1/take").status == 403
    supervisor = urgent.counsellor("supervisor-1", role="supervisor")
    assert ("sealed" in why(supervisor.html), "/cases/1/take" in supervisor.html) == (True, True)


@pytest.mark.parametrize(
    ("wish", "event_", "speaks", "step", "shows"),
    [
        ("woman", None, "az ru", 0, ["wants_woman", "for_others"]),
        (None, None, "ru", 0, ["speaks_az", "for_others"]),
        (None, "claim_lapsed", "az", 0, ["claim_lapsed"]),
        (None, "held_unanswered", "az", 2, ["held_unanswered", "called_supervisor"]),
        (None, "after_hours", "az", 4, ["after_hours", "called_duty_phone"]),
        (None, "handed_back", "az", 0, ["handed_back"]),
    ],
    ids=["a wish", "another language", "lapsed", "left unanswered", "at night", "handed back"],
)
def test_row_says_why_it_is_where_it_is(
    urgent: Console, wish: str | None, event_: str | None, speaks: str, step: int, shows: list[str]
) -> None:
    set_case(urgent, step=step)
    with urgent.helpline.database.unit() as unit:
        unit.wish(1, wish)
        if event_ is not None:
            unit.record(1, None, event_, urgent.helpline.clock.now(), {})
    assert why(urgent.counsellor("counsellor-1", speaks=speaks).html) == shows


def test_wish_for_a_person_and_what_was_told_are_shown(console: Console) -> None:
    console.helpline.finds(WISH, finding(Level.NONE, Risk.HUMAN_REQUEST, speaker=Speaker.CHILD_SELF))
    console.helpline.say(WISH)
    set_case(console, expected_at=console.helpline.clock.now() + timedelta(minutes=10))
    page = console.counsellor("counsellor-1").html
    assert (why(page), "they were told: answer by 13:10" in page) == (["wants_person"], True)


@pytest.mark.parametrize(
    ("about", "language", "says"),
    [
        ({}, "en", "Take the next case"),
        ({"capacity": 0}, "en", "You cannot take more now"),
        ({"speaks": "ru"}, "en", "Those waiting need a colleague"),
        ({"capacity": 0}, "az", "Əliniz doludur"),
        ({"capacity": 0}, "ru", "Больше сейчас не взять"),
    ],
    ids=["may take", "full", "for others", "full, az", "full, ru"],
)
def test_biggest_button_says_what_it_does_or_why_not(
    urgent: Console, about: dict[str, object], language: str, says: str
) -> None:
    page = urgent.counsellor("counsellor-1", language=language, **about).html
    assert (button(page), 'id="take-next" disabled' in page) == (says, "Take" not in says)


def test_full_counsellor_is_offered_the_emergency(console: Console) -> None:
    console.helpline.finds("kömək", finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say("kömək")
    person = console.counsellor("counsellor-1", capacity=0)
    assert button(person.html) == "Take the emergency"
    assert person.post("/take-next").path == "/cases/1"


def test_rest_takes_off_the_queue_and_ends_with_one_press(urgent: Console) -> None:
    person = urgent.counsellor("counsellor-1")
    resting = person.post("/watch/rest", back="/")
    assert (resting.path, button(resting.html), "On a break until 13:15." in resting.html) == (
        "/",
        "You are on a break",
        True,
    )
    assert "End it to take the next case." in person.post("/take-next").html
    assert button(person.open("/").post("/watch/on", back="/").html) == "Take the next case"


def test_page_says_who_is_on_and_how_many_each_holds(urgent: Console) -> None:
    urgent.counsellor("counsellor-2", capacity=3).post("/take-next")
    page = urgent.counsellor("counsellor-1").html
    held = re.findall(r"<strong>(counsellor-\d)</strong> <span>([^<]+)</span>", page)
    assert held == [("counsellor-1", "0 / 4"), ("counsellor-2", "1 / 3")]


def test_posting_the_same_form_twice_takes_one_case(urgent: Console) -> None:
    urgent.helpline.say(SAID, address="2")
    person = urgent.counsellor("counsellor-1")
    key = person.key()
    assert [person.open("/").post("/take-next", key=key).path for _ in range(2)] == ["/cases/1", "/cases/1"]


def crowd(console: Console, many: int) -> None:
    now = console.helpline.clock.now()
    numbers = range(1, many + 1)
    with console.helpline.database.engine.begin() as db:
        db.execute(
            insert(senders),
            [
                {"id": n, "channel": "telegram", "address": b"x", "lookup": str(n).encode(), "created_at": now}
                for n in numbers
            ],
        )
        db.execute(
            insert(conversations),
            [{"id": n, "sender_id": n, "pseudonym": f"P-{n}", "language": "az", "created_at": now} for n in numbers],
        )
        db.execute(
            insert(cases),
            [
                {
                    "conversation_id": n,
                    "level": 1 + n % 3,
                    "state": "waiting",
                    "reason": "urgent",
                    "opened_at": now,
                    "waiting_since": now,
                    "due_at": now + timedelta(minutes=n),
                    "alert_due_at": now + timedelta(hours=1),
                }
                for n in numbers
            ],
        )


def queries(console: Console, person: Person) -> int:
    seen: list[str] = []
    engine = console.helpline.database.engine

    def count(_db: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        assert person.open("/").status == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(seen)


def test_five_hundred_waiting_take_no_query_a_row(console: Console) -> None:
    crowd(console, 1)
    person = console.counsellor("counsellor-1")
    few = queries(console, person)
    with console.helpline.database.engine.begin() as db:
        for table in (cases, conversations, senders):
            db.execute(table.delete())
        db.execute(update(counsellors).values(seen_at=console.helpline.clock.now()))
    crowd(console, 500)
    assert queries(console, person) == few
    assert "500" in person.html
    began = time.perf_counter()
    person.open("/")
    print(f"500 waiting: {(time.perf_counter() - began) * 1000:.0f} ms, {few} queries")
