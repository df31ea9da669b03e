"""The directory in the console, through the real door."""

from __future__ import annotations

import re

import pytest

from helpline.directory import day_of
from helpline.phrasebook import Phrasebook
from store.database import Database
from store.editing_pages import OverlayReader
from tests.conftest import ROOT, FrozenClock
from tests.console.conftest import Console, Person
from tests.helpline.harness import Helpline

RIGHT = {"heard": "right", "role": "editor", "how": "call", "on": "2026-11-02", "until": "2027-03-01"}
DIFFERS = {**RIGHT, "heard": "differs"}


def own_book(database: Database, clock: FrozenClock, *, drafts: bool = True) -> Phrasebook:
    """A book of this test alone, as a process opens it."""
    today = lambda: day_of(clock.now())  # noqa: E731  # a clock's day
    return Phrasebook(ROOT / "data", drafts=drafts, today=today, overlay=OverlayReader(database))


@pytest.fixture
def helpline(database: Database, clock: FrozenClock) -> Helpline:
    return Helpline(database, clock, book=own_book(database, clock))


def told(person: Person) -> bool:
    return 'class="told yes"' in person.html


def test_verified_number_is_told_until_its_last_day(console: Console, clock: FrozenClock) -> None:
    editor = console.counsellor("editor-1", "editor")
    assert not told(editor.open("/directory/child_line"))
    editor.post("/directory/child_line/verify", show="1", **RIGHT)
    assert (editor.status, editor.path, told(editor)) == (200, "/directory/child_line", True)
    clock.pass_(days=120)
    assert not told(console.counsellor("editor-2", "editor").open("/directory/child_line"))


def test_what_is_verified_here_is_told_by_another_process_and_after_a_restart(
    console: Console, database: Database, clock: FrozenClock
) -> None:
    other = own_book(database, clock)
    assert "child_line" not in other.numbers
    editor = console.counsellor("editor-1", "editor").open("/directory/child_line")
    editor.post("/directory/child_line/verify", show="1", **RIGHT)
    assert other.reload()
    assert other.numbers["child_line"] == own_book(database, clock).numbers["child_line"] == "116111"


def test_corrected_number_waits_for_a_second_person_and_is_withheld_meanwhile(console: Console) -> None:
    editor = console.counsellor("editor-1", "editor").open("/directory/child_line")
    editor.post("/directory/child_line/verify", show="1", **RIGHT)
    editor.post("/directory/child_line/verify", show="1", **{**DIFFERS, "new.number": "116 222"})
    assert not told(editor)
    assert "child_line" not in console.helpline.book.numbers
    other = console.counsellor("supervisor-1", "supervisor").open("/directory/child_line")
    number = re.search(r'name="correction" value="(\d+)"', other.html)
    assert number is not None
    other.post("/directory/child_line/decide", correction=number[1], decision="accept")
    assert (other.status, told(other)) == (200, True)
    assert console.helpline.book.numbers["child_line"] == "116 222"


def test_refused_correction_leaves_what_was_there(console: Console) -> None:
    editor = console.counsellor("editor-1", "editor").open("/directory/child_line")
    editor.post("/directory/child_line/verify", show="1", **RIGHT)
    editor.post("/directory/child_line/verify", **{**DIFFERS, "new.number": "116 222"})
    other = console.counsellor("supervisor-1", "supervisor").open("/directory/child_line")
    other.post("/directory/child_line/decide", correction="2", decision="refuse")
    assert console.helpline.book.numbers["child_line"] == "116111"


def test_nobody_accepts_their_own_correction(console: Console) -> None:
    editor = console.counsellor("editor-1", "editor").open("/directory/child_line")
    editor.post("/directory/child_line/verify", **{**DIFFERS, "new.number": "116 222"})
    editor.post("/directory/child_line/decide", correction="1", decision="accept")
    assert editor.status == 403


def test_second_decision_on_a_correction_is_told_that_it_comes_late(console: Console) -> None:
    console.counsellor("editor-1", "editor").open("/directory/child_line").post(
        "/directory/child_line/verify", **{**DIFFERS, "new.number": "116 222"}
    )
    first = console.counsellor("supervisor-1", "supervisor").open("/directory/child_line")
    second = console.counsellor("supervisor-2", "supervisor").open("/directory/child_line")
    first.post("/directory/child_line/decide", correction="1", decision="refuse")
    assert second.post("/directory/child_line/decide", correction="1", decision="accept").status == 409


@pytest.mark.parametrize("code", ["police", "rescue", "ambulance"])
def test_first_day_numbers_cannot_be_changed(console: Console, code: str) -> None:
    editor = console.counsellor("editor-1", "editor").open(f"/directory/{code}")
    before = dict(console.helpline.book.numbers)
    editor.post(f"/directory/{code}/verify", **{**DIFFERS, "new.number": "999"})
    assert (editor.status, console.helpline.book.numbers) == (422, before)


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        pytest.param("child_line", {"new.number": "<b>1</b>"}, id="markup instead of a number"),
        pytest.param("child_line", {"new.number": "call me"}, id="words instead of a number"),
        pytest.param("child_line", {}, id="nothing differs"),
        pytest.param("child_line", {"hours.mon": "9 to 5"}, id="hours that cannot be read"),
        pytest.param("child_line", {"new.name.az": "Polis"}, id="a field that is not for correction"),
        pytest.param("child_line", {"new.number": "116 222", "until": "2026-01-01"}, id="over already"),
        pytest.param("child_line", {"new.number": "116 222", "until": "2036-01-01"}, id="for ten years"),
        pytest.param("child_line", {"new.number": "116 222", "on": "2026-12-01"}, id="verified in the future"),
        pytest.param("child_line", {"new.number": "116 222", "on": "yesterday"}, id="no date"),
        pytest.param("child_line", {"new.number": "116 222", "role": "friend"}, id="an unknown role"),
        pytest.param("need_criterion", {"new.value": "310"}, id="an amount that its text does not say"),
        pytest.param("commission_barda", {"new.address.az": "Bərdə, Nizami 1"}, id="an address in one language"),
    ],
)
def test_correction_that_cannot_be_kept_is_refused(console: Console, code: str, fields: dict[str, str]) -> None:
    editor = console.counsellor("editor-1", "editor").open(f"/directory/{code}")
    editor.post(f"/directory/{code}/verify", **{**DIFFERS, **fields})
    assert editor.status == 422
    assert 'role="alert"' in editor.html


def test_place_that_every_district_has_is_told_once_two_people_know_where_it_is(console: Console) -> None:
    editor = console.counsellor("editor-1", "editor").open("/directory/commission_barda")
    where = {
        "new.address.az": "Bərdə, Nizami küçəsi 1",
        "new.address.ru": "Барда, улица Низами 1",
        "hours.mon": "09:00-18:00",
    }
    editor.post("/directory/commission_barda/verify", **{**DIFFERS, **where})
    other = console.counsellor("supervisor-1", "supervisor").open("/directory/commission_barda")
    other.post("/directory/commission_barda/decide", correction="1", decision="accept")
    places = console.helpline.book.directory.places("barda", day_of(console.helpline.clock.now()))
    assert [(place.code, place.address) for place in places] == [
        ("commission_barda", {"az": "Bərdə, Nizami küçəsi 1", "ru": "Барда, улица Низами 1"})
    ]


def test_search_needs_no_diacritics(console: Console) -> None:
    reader = console.counsellor("counsellor-1").open("/directory?q=SEKI komissiya")
    assert "/directory/commission_shaki" in reader.html
    assert "/directory/commission_barda" not in reader.html


@pytest.mark.parametrize(("role", "status"), [("counsellor", 403), ("focal_point", 403), ("analyst", 403)])
def test_role_that_may_not_verify_is_refused(console: Console, role: str, status: int) -> None:
    person = console.counsellor("person-1", role).open("/directory/child_line")
    secret = re.search(r'name="csrf" value="([^"]+)"', person.html)
    sent = person.post("/directory/child_line/verify", csrf=secret[1] if secret else "x", show="1", **RIGHT)
    assert sent.status == status


def test_stranger_and_foreign_form_change_nothing(console: Console) -> None:
    assert console.person().open("/directory").path == "/sign-in"
    editor = console.counsellor("editor-1", "editor").open("/directory/child_line")
    assert editor.post("/directory/child_line/verify", csrf="forged", show="1", **RIGHT).status == 403
    assert "child_line" not in console.helpline.book.numbers


def test_unknown_record_is_not_there(console: Console) -> None:
    assert console.counsellor("editor-1", "editor").open("/directory/nowhere").status == 404
