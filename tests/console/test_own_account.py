"""One's own page: password, sign-ins; and idle screens that lock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpline.passwords import WeakPassword, check_password
from store.account_tables import audit_events
from store.tables import case_events
from tests.console.conftest import PASSWORD, Console
from tests.console.test_accounts import NEW, audited, disclosed
from tests.console.test_second_factor import code_now, set_up
from triage.taxonomy import Level

# --- one's own page


@pytest.mark.parametrize(
    ("old", "new", "again", "status"),
    [
        ("wrong", NEW, NEW, 401),
        (PASSWORD, NEW, "else", 400),
        (PASSWORD, "short", "short", 400),
        (PASSWORD, "counsellor-12", "counsellor-12", 400),
        (PASSWORD, "Password12345", "Password12345", 400),
        (PASSWORD, PASSWORD, PASSWORD, 400),
    ],
    ids=["old one wrong", "not the same twice", "short", "the name", "common", "as before"],
)
def test_password_is_not_changed(console: Console, old: str, new: str, again: str, status: int) -> None:
    person = console.counsellor("counsellor-1").open("/account")
    assert person.post("/account/password", old=old, new=new, again=again).status == status
    assert console.person().sign_in("counsellor-1").path == "/"


def test_changed_password_ends_the_other_sign_ins(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    other = console.person().sign_in("counsellor-1")
    assert person.open("/account").post("/account/password", old=PASSWORD, new=NEW, again=NEW).path == "/account"
    assert other.open("/").path == "/sign-in"
    assert person.open("/").path == "/"


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("x" * 9, "short"),
        ("aaaaaaaaaaaa", "common"),
        ("1234567890", "common"),
        ("Qwertyuiop!1", "common"),
        ("azərbaycan2026", "common"),
        ("пароль123456", "common"),
        ("müşavir123", "name"),
        ("MÜŞAVİR-2026", None),
        ("bir neçə uzun söz", None),
    ],
)
def test_password_that_is_tried_first_is_refused(password: str, why: str | None) -> None:
    if why is None:
        check_password(password, "kimsə")
        return
    with pytest.raises(WeakPassword) as refused:
        check_password(password, "müşavir")
    assert refused.value.why == why


def test_own_sign_in_is_ended_and_anothers_is_not(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    elsewhere, stranger = console.person().sign_in("counsellor-1"), console.counsellor("counsellor-2")
    person.open("/account").post("/account/sign-ins/2/end")
    person.open("/account").post("/account/sign-ins/3/end")
    assert elsewhere.open("/").path == "/sign-in"
    assert stranger.open("/").path == "/"


# --- idle screens


def test_screen_locks_after_a_quarter_of_an_hour_and_the_password_opens_it(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    console.helpline.pass_(minutes=15)
    assert (person.open("/cases/1").path, "counsellor-1" in person.html) == ("/unlock", True)
    assert person.post("/unlock", secret="wrong").status == 401
    assert person.post("/unlock", secret=PASSWORD, back="/account").path == "/account"


def test_code_opens_a_locked_screen(console: Console) -> None:
    person = set_up(console)
    person.open("/")
    console.helpline.pass_(minutes=16)
    assert person.unlock(code_now(console)).path == "/"
    assert person.open("/lock").status == 404  # it is pressed, never opened


def test_part_of_a_locked_page_is_nothing_and_keeps_nothing_open(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    console.helpline.pass_(minutes=16)
    answer = person.client.get("/", headers={"X-Fragment": "live"})
    assert (answer.status_code, answer.text) == (423, "")
    console.helpline.pass_(minutes=14)
    assert person.open("/").path == "/sign-in"


def test_form_sent_from_a_locked_screen_does_nothing_and_gives_back_what_was_typed(console: Console) -> None:
    disclosed(console)
    person = console.counsellor("counsellor-1").post("/cases/1/take")
    console.helpline.send_all()
    console.helpline.pass_(minutes=16)
    page = person.post("/cases/1/reply", text="buradayam, yaz <b>", key="k")
    assert (page.status, "buradayam, yaz &lt;b&gt;" in page.html) == (423, True)
    assert console.helpline.send_all() == []


def test_typing_keeps_the_screen_open(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    secret = person.secret()
    for _ in range(3):
        console.helpline.pass_(minutes=14)
        assert person.post("/here", csrf=secret).status == 204
    assert person.open("/").path == "/"


def test_asking_whether_it_is_open_does_not_keep_it_open(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    for _ in range(3):
        console.helpline.pass_(minutes=4)
        assert person.client.get("/here", headers={"X-Fragment": "lock"}).status_code == 204
    console.helpline.pass_(minutes=4)
    assert person.client.get("/here", headers={"X-Fragment": "lock"}).status_code == 423


def test_screen_is_locked_at_will(console: Console) -> None:
    person = console.counsellor("counsellor-1").post("/lock")
    assert person.path == "/unlock"
    assert person.unlock().path == "/"


def test_sixth_wrong_password_at_the_lock_is_refused_even_when_right(console: Console) -> None:
    person = console.counsellor("counsellor-1").post("/lock")
    for _ in range(5):
        assert person.unlock("wrong").status == 401
    assert person.unlock().status == 429


def test_locked_page_is_told_the_number_of_emergencies_and_nothing_else(console: Console) -> None:
    disclosed(console, Level.EMERGENCY)
    person = console.counsellor("counsellor-1")
    console.helpline.pass_(minutes=15, seconds=1)
    lines: list[str] = []
    with person.client.stream("GET", "/events?case=1") as answer:
        for line in answer.iter_lines():
            lines.append(line)
            if len(lines) == 3:
                console.helpline.clock.time += timedelta(minutes=20)
            if line == "event: over":
                break
    assert lines[:3] == ["event: locked", 'data: {"emergencies": 1}', ""]
    assert [line for line in lines if line.startswith("data: ") and "lists" in line] == []


def test_what_happens_to_an_account_is_audited(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    person.open("/account").post("/account/password", old=PASSWORD, new=NEW, again=NEW)
    person.post("/sign-out")
    console.person().sign_in("counsellor-1")
    assert audited(console) == [
        ("signed_in", 1, None),
        ("password_changed", 1, None),
        ("signed_out", 1, 1),
        ("sign_in_failed", None, 1),
    ]
    with console.helpline.database.reading() as db:
        details = " ".join(db.scalars(select(audit_events.c.detail)))
        assert "counsellor-1" not in details
        assert db.scalars(select(case_events.c.id)).all() == []
