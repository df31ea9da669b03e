"""Supervision's pages: who gets in, what each may do, and that a form posted wrongly or twice does nothing more."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from console.words import HERE
from store.supervision_tables import breaks, hand_overs
from store.tables import case_events
from tests.console.conftest import Console, Person
from tests.fakes import finding
from tests.helpline.closed_cases import close
from triage.taxonomy import Level, Risk

TOLD = "atam məni döyür <b>&"
SUPERVISORS = ["/board", "/board/load", "/reviews"]


@pytest.fixture
def urgent(console: Console) -> Console:
    """A child has told of harm; its case is number 1, and it waits."""
    console.helpline.finds(TOLD, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say(TOLD)
    return console


@pytest.fixture
def held(urgent: Console) -> tuple[Console, Person, Person]:
    """The case is a counsellor's (account 1), and a supervisor (account 2) is on."""
    counsellor = urgent.counsellor("counsellor-1")
    urgent.helpline.desk.take(1, 1)
    supervisor = urgent.counsellor("supervisor-1", role="supervisor")
    urgent.helpline.desk.reply(1, 1, "buradayam", "k")
    urgent.helpline.send_all()
    return urgent, counsellor.open("/handover"), supervisor.open("/cases/1")


def happened(console: Console) -> list[str]:
    with console.helpline.database.reading() as db:
        looks = case_events.c.what == "viewed"
        return list(db.scalars(select(case_events.c.what).where(~looks).order_by(case_events.c.id)))


def soon(console: Console, **parts: float) -> str:
    return (console.helpline.clock.now() + timedelta(**parts)).astimezone(HERE).strftime("%Y-%m-%dT%H:%M")


# --- getting in


@pytest.mark.parametrize("path", SUPERVISORS)
@pytest.mark.parametrize("role", ["counsellor", "editor", "analyst", "focal_point", "administrator"])
def test_pages_of_supervisors_are_closed_to_others(console: Console, path: str, role: str) -> None:
    assert console.counsellor("somebody", role=role).open(path).status == 403


@pytest.mark.parametrize("path", [*SUPERVISORS, "/handover", "/handover/1", "/reviews/mine", "/reviews/1"])
def test_stranger_is_led_to_the_door(console: Console, path: str) -> None:
    assert console.person().open(path).path == "/sign-in"


@pytest.mark.parametrize("path", ["/handover/1", "/reviews/1", "/handover/99999999999"])
def test_what_is_not_there_is_not_found(console: Console, path: str) -> None:
    assert console.counsellor("supervisor-1", role="supervisor").open(path).status == 404


@pytest.mark.parametrize(
    "path",
    ["/handover/sign-off", "/handover/cases/1/keep", "/handover/cases/1/back", "/board/sign-off", "/cases/1/seal"],
)
def test_form_of_another_site_does_nothing(held: tuple[Console, Person, Person], path: str) -> None:
    console, counsellor, supervisor = held
    before = happened(console)
    assert [person.post(path, csrf="wrong").status for person in (counsellor, supervisor)] == [403, 403]
    assert happened(console) == before


# --- the board


def test_board_shows_people_and_times_and_no_word_of_anybody(held: tuple[Console, Person, Person]) -> None:
    console, _, supervisor = held
    console.helpline.say("burdayam")
    html = supervisor.open("/board").html
    assert "counsellor-1" in html
    assert "Cases: 1 of 4" in html
    assert "döyür" not in html


def test_supervisor_signs_off_somebody_who_left(held: tuple[Console, Person, Person]) -> None:
    console, _, supervisor = held
    assert supervisor.open("/board").post("/board/sign-off", counsellor="1").status == 409
    console.helpline.pass_(minutes=5)
    signed = supervisor.open("/board").post("/board/sign-off", counsellor="1")
    assert (signed.status, signed.path) == (200, "/handover/1")
    assert "signed off for a colleague: supervisor-1" in signed.html


@pytest.mark.parametrize("counsellor", ["", "x", "999", "2", "1'--", "²"])
def test_nobody_else_is_signed_off(held: tuple[Console, Person, Person], counsellor: str) -> None:
    console, _, supervisor = held
    console.helpline.pass_(minutes=5)
    posted = supervisor.open("/board").post("/board/sign-off", counsellor=counsellor)
    assert posted.status in (400, 404)
    assert happened(console).count("handed_back") == 0


# --- a case


def test_case_is_given_to_a_colleague_and_leaves_its_holder(held: tuple[Console, Person, Person]) -> None:
    console, counsellor, supervisor = held
    colleague = console.counsellor("counsellor-2")
    given = supervisor.open("/cases/1").post("/cases/1/assign", colleague="3", reason="load")
    assert (given.status, colleague.open("/cases/1").status) == (200, 200)
    late = counsellor.post("/cases/1/reply", text="yazdığım", key="z")
    assert late.status in (403, 409)
    assert "yazdığım" in late.html


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("assign", {"colleague": "2", "reason": "load"}),
        ("unassign", {"reason": "load"}),
        ("seal", {"reason": "known"}),
        ("block", {"reason": "prank", "hours": "24"}),
        ("unblock", {}),
    ],
)
def test_counsellor_does_nothing_of_a_supervisors(
    held: tuple[Console, Person, Person], action: str, fields: dict[str, str]
) -> None:
    console, counsellor, _ = held
    before = happened(console)
    assert counsellor.post(f"/cases/1/{action}", **fields).status == 409
    assert happened(console) == before
    assert f"/cases/1/{action}" not in counsellor.open("/cases/1").html


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("assign", {"colleague": "x", "reason": "load"}),
        ("assign", {"colleague": "1", "reason": "because <b>"}),
        ("seal", {"reason": ""}),
        ("block", {"reason": "prank", "hours": "1e9"}),
        ("block", {"reason": "prank", "hours": "8760"}),
    ],
    ids=["no colleague", "no such reason", "no reason", "no number", "a year"],
)
def test_form_that_asks_for_what_there_is_not_changes_nothing(
    held: tuple[Console, Person, Person], action: str, fields: dict[str, str]
) -> None:
    console, _, supervisor = held
    before = happened(console)
    assert supervisor.post(f"/cases/1/{action}", **fields).status in (400, 404)
    assert happened(console) == before


def test_sealed_case_is_closed_to_who_held_it_after_it_closed(held: tuple[Console, Person, Person]) -> None:
    console, counsellor, supervisor = held
    supervisor.post("/cases/1/seal", reason="colleague")
    assert "Sealed: only its holder" in counsellor.open("/cases/1").html
    console.helpline.desk.hand_back(1, 1)
    assert counsellor.open("/cases/1").status == 403
    assert supervisor.open("/cases/1").status == 200


def test_block_is_shown_on_the_case_until_it_is_lifted(held: tuple[Console, Person, Person]) -> None:
    _, counsellor, supervisor = held
    supervisor.post("/cases/1/block", reason="prank", hours="168")
    assert "Blocked: prank. Ends: 09.11.2026" in counsellor.open("/cases/1").html
    assert "Blocked:" not in supervisor.open("/cases/1").post("/cases/1/unblock").html


def test_supervisor_sees_until_when_a_text_stays_though_erasure_was_asked(held: tuple[Console, Person, Person]) -> None:
    console, counsellor, supervisor = held
    console.helpline.say("sil")
    assert "The text stays sealed until 02.12.2026" in supervisor.open("/cases/1").html
    assert "stays sealed" not in counsellor.open("/cases/1").html


# --- hand-over


def test_case_is_kept_and_the_shift_signed_off(held: tuple[Console, Person, Person]) -> None:
    console, counsellor, supervisor = held
    assert "Cases without a next step: 1" in counsellor.html
    counsellor.post("/handover/cases/1/keep", step="zəng <b>", due=soon(console, hours=3))
    assert "zəng &lt;b&gt;" in counsellor.html
    signed = counsellor.post("/handover/sign-off", note="sakit gecə")
    assert (signed.status, signed.path) == (200, "/handover/1")
    first = supervisor.open("/")
    assert "sakit gecə" in first.html
    assert "sakit gecə" not in first.post("/handover/1/read").html


def test_case_is_offered_to_a_colleague_and_waits_for_their_answer(held: tuple[Console, Person, Person]) -> None:
    _, counsellor, supervisor = held
    for to, given, status in (("x", "zəng", 400), ("2", "", 400), ("1", "zəng", 409)):
        assert counsellor.post("/handover/cases/1/give", to=to, given=given).status == status
    assert "waiting for a colleague" in counsellor.post("/handover/cases/1/give", to="2", given="zəng").html
    assert counsellor.post("/handover/sign-off").status == 409
    assert supervisor.open("/").post("/transfers/1/accept").path == "/cases/1"
    assert counsellor.open("/handover").post("/handover/sign-off").path == "/handover/1"


def test_what_was_told_in_a_sealed_case_stays_closed_to_the_next_holder(held: tuple[Console, Person, Person]) -> None:
    console, _, supervisor = held
    supervisor.post("/cases/1/seal", reason="known")
    close(console.helpline, 1, 1)
    console.helpline.pass_(days=1)
    console.helpline.say("salam, yenə mən")
    console.helpline.press("person")
    colleague = console.counsellor("counsellor-2")
    console.helpline.desk.take(2, 3)
    boss = console.counsellor("supervisor-2", role="supervisor")
    pages = [who.open("/cases/2").html for who in (colleague, boss)]
    assert ["salam, yenə mən" in html for html in pages] == [True, True]
    assert ["atam məni" in html for html in pages] == [False, True]
    assert colleague.open("/cases/1").status == 403


def test_case_that_is_opened_again_shows_nothing_of_a_younger_sealed_one(held: tuple[Console, Person, Person]) -> None:
    console, counsellor, supervisor = held
    close(console.helpline, 1, 1)
    console.helpline.pass_(days=1)
    console.helpline.finds("məni döyən sizdə işləyir", finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say("məni döyən sizdə işləyir")
    console.counsellor("counsellor-2")
    console.helpline.desk.take(2, 3)
    supervisor = console.person().sign_in("supervisor-1").open("/cases/2")
    assert supervisor.post("/cases/2/seal", reason="colleague").status == 200
    close(console.helpline, 2, 3)
    console.helpline.pass_(minutes=1)
    counsellor = console.person().sign_in("counsellor-1").open("/cases/1")
    counsellor.post("/cases/1/reopen", why="məktəb zəng etdi")
    console.helpline.say("salam, yenə mən")
    pages = [who.open("/cases/1").html for who in (counsellor, supervisor)]
    assert ["salam, yenə mən" in html for html in pages] == [True, True]
    assert ["sizdə işləyir" in html for html in pages] == [False, True]


def test_next_holder_learns_nothing_of_what_a_sealed_case_was_about(held: tuple[Console, Person, Person]) -> None:
    console, _, supervisor = held
    supervisor.post("/cases/1/seal", reason="known")
    close(console.helpline, 1, 1)
    console.helpline.pass_(days=1)
    console.helpline.say("salam, yenə mən")
    console.helpline.press("person")
    colleague = console.counsellor("counsellor-2")
    console.helpline.desk.take(2, 3)
    boss = console.counsellor("supervisor-2", role="supervisor")
    assert ["/cases/1" in who.open("/cases/2").html for who in (colleague, boss)] == [False, True]


def test_page_of_a_sealed_case_names_nobody_to_others(held: tuple[Console, Person, Person]) -> None:
    console, _, supervisor = held
    colleague = console.counsellor("counsellor-2")
    assert "This case is with counsellor-1" in colleague.open("/cases/1").html
    supervisor.post("/cases/1/seal", reason="colleague")
    assert ("counsellor-1" in colleague.open("/cases/1").html, colleague.status) == (False, 403)


def test_open_page_is_told_nothing_of_a_case_that_does_not_open(held: tuple[Console, Person, Person]) -> None:
    console, counsellor, _ = held
    told: dict[str, object] = {}
    for name, person in (("holder", counsellor), ("colleague", console.counsellor("counsellor-2"))):
        with person.client.stream("GET", "/events?case=1") as answer:
            for line in answer.iter_lines():
                if line.startswith("data: {") and name not in told:
                    told[name] = json.loads(line.removeprefix("data: "))["case"]
                    console.helpline.pass_(minutes=31)
                if line == "event: over":
                    break
        console.helpline.clock.time -= timedelta(minutes=31)
    assert (told["holder"] != "", told["colleague"]) == (True, "")


def test_shift_is_not_signed_off_by_force(held: tuple[Console, Person, Person]) -> None:
    console, counsellor, _ = held
    refused = counsellor.post("/handover/sign-off", note="gedirəm")
    assert refused.status == 409
    assert "gedirəm" in refused.html
    with console.helpline.database.reading() as db:
        assert db.execute(select(hand_overs.c.id)).all() == []


@pytest.mark.parametrize("due", ["", "tomorrow", "2020-01-01T10:00", "2027-12-01T10:00"])
def test_time_that_is_none_keeps_what_was_typed(held: tuple[Console, Person, Person], due: str) -> None:
    _, counsellor, _ = held
    refused = counsellor.post("/handover/cases/1/keep", step="zəng edəcəyəm", due=due)
    assert refused.status == 400
    assert re.search(r"<textarea[^>]*>zəng edəcəyəm<", refused.html)


def test_another_keeps_and_returns_nothing(held: tuple[Console, Person, Person]) -> None:
    console, _, supervisor = held
    for path in ("keep", "back"):
        posted = supervisor.open("/handover").post(f"/handover/cases/1/{path}", step="x", due=soon(console, hours=1))
        assert posted.status == 409
    assert "next_step" not in happened(console)


# --- breaks and reviews


def test_break_is_offered_on_the_first_page_and_answered_once(held: tuple[Console, Person, Person]) -> None:
    console, counsellor, supervisor = held
    with console.helpline.database.unit() as unit:
        unit.offer_break(1, "load", 1, console.helpline.clock.now())
    assert "It has been a heavy shift" in counsellor.open("/").html
    assert supervisor.open("/").post("/breaks/1/take").status == 404
    assert "It has been a heavy shift" not in counsellor.post("/breaks/1/decline").html
    assert counsellor.open("/").post("/breaks/1/take").status == 404
    with console.helpline.database.reading() as db:
        assert list(db.scalars(select(breaks.c.answer))) == ["declined"]


def test_break_after_an_emergency_is_fifteen_minutes_off_the_queue(console: Console) -> None:
    console.helpline.finds(TOLD, finding(Level.EMERGENCY, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say(TOLD)
    person = console.counsellor("counsellor-1").open("/")
    console.helpline.desk.take(1, 1)
    console.helpline.sweep()
    assert "An emergency is closed" not in person.open("/").html
    console.helpline.close(1, 1)
    console.helpline.sweep()
    page = person.open("/").post("/breaks/1/take")
    assert (page.status, "An emergency is closed" in page.html) == (200, False)
    with console.helpline.database.unit() as unit:
        assert unit.watches(console.helpline.clock.now())[0].rests(console.helpline.clock.now())


def test_review_is_written_and_reaches_whom_it_is_about(held: tuple[Console, Person, Person]) -> None:
    console, counsellor, supervisor = held
    with console.helpline.database.unit() as unit:
        unit.add_review(1, 1, "2026-W45", "urgent", console.helpline.clock.now())
    page = supervisor.open("/reviews/1")
    scores = {f"score-{code}": "2" for code in ("safety", "heard", "pace", "referral", "record")}
    missing = page.post("/reviews/1", went_well="sakit <b>", **{**scores, "score-pace": "3"})
    assert missing.status == 400
    assert "sakit &lt;b&gt;" in missing.html
    assert page.post("/reviews/1", went_well="sakit <b>", **scores).path == "/reviews"
    assert "sakit &lt;b&gt;" in counsellor.open("/reviews/mine").html
    assert "sakit" not in supervisor.open("/reviews/mine").html
