"""Accounts: looked after by administrators, one's own page, sign-ins, idle screens that lock."""

from __future__ import annotations

import contextlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpline.accounts import Account, Role
from helpline.conversations import CaseState
from helpline.passwords import WeakPassword, check_password
from helpline.ports import NotFound
from helpline.staff import LastAdministrator, OwnAccount, Staff
from helpline.vetting import Vetting, vetting
from store.account_tables import audit_events
from store.tables import case_events, counsellors
from tests.console.conftest import LIGHT, PASSWORD, Console, Person
from tests.console.test_second_factor import code_now, set_up
from tests.fakes import finding
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"
NEW = "another long password"
FIELDS = {"role": "counsellor", "speaks": "az", "capacity": "3", "gender": "woman"}


@pytest.fixture
def administrator(console: Console) -> Person:
    """Number 1."""
    return console.counsellor("administrator-1", "administrator")


def disclosed(console: Console, level: Level = Level.URGENT) -> None:
    console.helpline.finds(SAID, finding(level, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say(SAID)


def row(console: Console, account: int) -> dict[str, object]:
    with console.helpline.database.reading() as db:
        return dict(db.execute(select(counsellors).where(counsellors.c.id == account)).mappings().one())


def audited(console: Console) -> list[tuple[str, object, object]]:
    columns = (audit_events.c.what, audit_events.c.counsellor_id, audit_events.c.about_id)
    with console.helpline.database.reading() as db:
        return [tuple(found) for found in db.execute(select(*columns).order_by(audit_events.c.id))]


def once(person: Person) -> str:
    found = re.search(r"<code>([a-z2-9-]+)</code>", person.html)
    assert found is not None
    return found[1]


# --- where each lands


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("counsellor", "/"),
        ("supervisor", "/"),
        ("administrator", "/accounts"),
    ],
)
def test_everyone_lands_on_the_first_section_they_may_see(console: Console, role: str, path: str) -> None:
    person = console.counsellor("somebody-1", role)
    assert (person.status, person.path) == (200, path)
    assert person.open("/").path == path


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_role_signs_in_switches_the_language_and_signs_out(console: Console, role: str) -> None:
    person = console.counsellor("somebody-1", role)
    assert person.status == 200
    person.open("/account").post("/language", language="az", back="/account")
    assert (person.path, "Hesabım" in person.html) == ("/account", True)
    assert person.post("/sign-out").path == "/sign-in"


def test_role_without_the_right_is_told_so_in_words(console: Console) -> None:
    person = console.counsellor("counsellor-1").open("/accounts")
    assert (person.status, "Your role does not include it" in person.html) == (403, True)


# --- looked after


def test_added_person_chooses_a_password_before_anything_else(console: Console, administrator: Person) -> None:
    administrator.post("/accounts", name="counsellor-1", role="counsellor", language="en")
    given = once(administrator)
    assert given not in administrator.open("/accounts/2").html
    person = console.person().sign_in("counsellor-1", given)
    assert person.path == "/new-password"
    assert person.open("/").path == "/new-password"
    assert person.post("/new-password", old=given, new=NEW, again=NEW).path == "/"
    assert console.person().sign_in("counsellor-1", given).status == 401
    assert console.person().sign_in("counsellor-1", NEW).path == "/"


@pytest.mark.parametrize(
    ("name", "role", "language"),
    [
        ("administrator-1", "counsellor", "az"),
        ("", "counsellor", "az"),
        ("x" * 65, "counsellor", "az"),
        ("counsellor-1", "king", "az"),
        ("counsellor-1", "counsellor", "fr"),
    ],
    ids=["name taken", "no name", "overlong", "unknown role", "unknown language"],
)
def test_account_that_cannot_be_is_not_added(
    console: Console, administrator: Person, name: str, role: str, language: str
) -> None:
    assert administrator.post("/accounts", name=name, role=role, language=language).status == 400
    with console.helpline.database.reading() as db:
        assert db.scalars(select(counsellors.c.id)).all() == [1]


def test_what_an_administrator_sets_is_kept_and_audited(console: Console, administrator: Person) -> None:
    console.accounts.add("counsellor-1", "counsellor", PASSWORD, "en")
    changed = {**FIELDS, "grants": "picker", "vetted_on": "2026-01-01", "vetted_until": "2027-01-01"}
    assert administrator.post("/accounts/2", **changed).status == 200
    kept = row(console, 2)
    names = ("role", "speaks", "capacity", "gender", "grants", "agency", "vetted_on", "vetted_until")
    assert [kept[name] for name in names] == [
        *("counsellor", "az", 3, "woman", "picker", None, "2026-01-01", "2027-01-01")
    ]
    assert audited(console)[-1] == ("account_changed", 1, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "king"},
        {"speaks": "fr"},
        {"capacity": "0"},
        {"capacity": "many"},
        {"gender": "x"},
        {"grants": "supervisor"},
        {"role": "focal_point"},
        {"vetted_on": "yesterday"},
        {"vetted_on": "2026-02-01", "vetted_until": "2026-01-01"},
        {"vetted_until": "2026-01-01"},
    ],
    ids=[
        *("role", "language", "capacity of none", "capacity of words", "gender", "grant that is a role"),
        *("focal point without agency", "no day", "end before beginning", "end without beginning"),
    ],
)
def test_what_cannot_be_set_changes_nothing(console: Console, administrator: Person, fields: dict[str, str]) -> None:
    console.accounts.add("counsellor-1", "counsellor", PASSWORD, "en")
    before = row(console, 2)
    assert administrator.post("/accounts/2", **{**FIELDS, **fields}).status == 400
    assert row(console, 2) == before


def test_focal_point_works_for_an_agency_of_the_directory(console: Console, administrator: Person) -> None:
    console.accounts.add("focal-1", "focal_point", PASSWORD, "en")
    administrator.open("/accounts/2")
    assert 'value="commission_barda"' in administrator.html
    administrator.post("/accounts/2", **{**FIELDS, "role": "focal_point", "agency": "commission_barda"})
    assert row(console, 2)["agency"] == "commission_barda"


def test_agency_that_is_in_no_directory_is_refused(console: Console, administrator: Person) -> None:
    console.accounts.add("focal-1", "focal_point", PASSWORD, "en")
    fields = {**FIELDS, "role": "focal_point", "agency": "an_agency"}
    assert administrator.post("/accounts/2", **fields).status == 400


def test_nobody_changes_their_own_role_or_check(console: Console, administrator: Person) -> None:
    console.accounts.add("administrator-2", "administrator", PASSWORD, "en")
    assert administrator.post("/accounts/1", **FIELDS).status == 400
    own = {**FIELDS, "role": "administrator", "vetted_on": "2026-01-01"}
    assert administrator.post("/accounts/1", **own).status == 400
    assert (row(console, 1)["role"], row(console, 1)["vetted_on"]) == ("administrator", None)


def test_nobody_ends_or_resets_their_own_account(console: Console, administrator: Person) -> None:
    console.accounts.add("administrator-2", "administrator", PASSWORD, "en")
    for path in ("end", "reset-password"):
        assert administrator.open("/accounts/1").post(f"/accounts/1/{path}").status == 400
    assert console.person().sign_in("administrator-1").path == "/accounts"


def staff_of(console: Console) -> Staff:
    helpline = console.helpline
    return Staff(helpline.database, helpline.book, helpline.clock, helpline.bell, LIGHT)


def test_last_administrator_stays(console: Console) -> None:
    console.accounts.add("administrator-1", "administrator", PASSWORD, "en")
    with pytest.raises(LastAdministrator):
        staff_of(console).end(None, 1)
    console.accounts.add("administrator-2", "administrator", PASSWORD, "en")
    staff_of(console).end(2, 1)
    with pytest.raises(OwnAccount):
        staff_of(console).end(2, 2)
    assert row(console, 2)["active"] is True


def test_administrators_who_end_each_other_at_once_leave_one(console: Console) -> None:
    for number in (1, 2):
        console.accounts.add(f"administrator-{number}", "administrator", PASSWORD, "en")
    ended: list[int] = []

    def end(by: int, number: int) -> None:
        with contextlib.suppress(LastAdministrator, NotFound):
            staff_of(console).end(by, number)
            ended.append(number)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(end, (1, 2), (2, 1)))
    assert len(ended) == 1


def test_ended_account_is_out_at_once_and_its_cases_wait_again(console: Console, administrator: Person) -> None:
    disclosed(console)
    person = console.counsellor("counsellor-1").post("/cases/1/take")
    console.helpline.send_all()
    administrator.post("/accounts/2/end")
    assert person.open("/").path == "/sign-in"
    assert console.person().sign_in("counsellor-1").status == 401
    case = console.helpline.case()
    assert case is not None
    assert (case.state, case.holder) == (CaseState.WAITING, None)
    assert len(console.helpline.send_all()) == 1
    assert audited(console)[-2:] == [("account_ended", 1, 2), ("sign_in_failed", None, None)]


def test_other_role_ends_the_sign_ins(console: Console, administrator: Person) -> None:
    console.accounts.add("administrator-2", "administrator", PASSWORD, "en")
    disclosed(console)
    person = console.counsellor("counsellor-1").post("/cases/1/take")
    administrator.post("/accounts/3", **{**FIELDS, "role": "editor"})
    assert person.open("/cases/1").path == "/sign-in"
    case = console.helpline.case()
    assert case is not None
    assert case.state is CaseState.WAITING


def test_password_reset_ends_the_sign_ins_and_asks_for_a_new_one(console: Console, administrator: Person) -> None:
    person = console.counsellor("counsellor-1")
    administrator.open("/accounts/2").post("/accounts/2/reset-password")
    given = once(administrator)
    assert person.open("/").path == "/sign-in"
    assert console.person().sign_in("counsellor-1").status == 401
    assert console.person().sign_in("counsellor-1", given).path == "/new-password"


def test_administrator_sees_who_is_signed_in_and_ends_it(console: Console, administrator: Person) -> None:
    person = console.counsellor("counsellor-1")
    assert "End all sign-ins of counsellor-1" in administrator.open("/accounts").html
    administrator.post("/accounts/2/sign-ins/end")
    assert person.open("/").path == "/sign-in"
    assert "End all sign-ins of counsellor-1" not in administrator.open("/accounts").html


def test_live_page_of_an_ended_sign_in_says_over(console: Console, administrator: Person) -> None:
    person = console.counsellor("counsellor-1")
    lines: list[str] = []
    with person.client.stream("GET", "/events") as answer:
        for line in answer.iter_lines():
            lines.append(line)
            if len(lines) == 3:
                staff_of(console).end_sign_ins(1, 2)
            if line == "event: over":
                break
    assert lines[-1] == "event: over"


@pytest.mark.parametrize(
    "path",
    ["", "/end", "/reset-password", "/reset-second", "/sign-ins/end"],
)
def test_what_is_asked_of_no_account_is_404(administrator: Person, path: str) -> None:
    assert administrator.post(f"/accounts/99{path}", **FIELDS).status == 404


# --- the background check


def checked(on: str | None, until: str | None) -> Account:
    return Account(1, "name", Role.COUNSELLOR, "en", vetted_on=on, vetted_until=until)


@pytest.mark.parametrize(
    ("on", "until", "stands"),
    [
        (None, None, Vetting.MISSING),
        ("2026-11-03", None, Vetting.MISSING),
        ("2026-11-02", None, Vetting.VALID),
        ("2025-01-01", "2026-11-01", Vetting.EXPIRED),
        ("2025-01-01", "2026-11-02", Vetting.ENDS_SOON),
        ("2025-01-01", "2026-12-02", Vetting.ENDS_SOON),
        ("2025-01-01", "2026-12-03", Vetting.VALID),
    ],
    ids=["none", "from tomorrow", "from today", "ended", "last day", "a month left", "more than a month"],
)
def test_check_counts_from_its_day_to_its_last_day(
    helpline: Helpline, on: str | None, until: str | None, stands: Vetting
) -> None:
    assert vetting(checked(on, until), helpline.clock.now()) is stands


def production_person(helpline: Helpline, **days: str) -> tuple[Console, Person]:
    console = Console(helpline, production=True)
    disclosed(console)
    person = console.counsellor("counsellor-1")
    with console.helpline.database.engine.begin() as db:
        db.execute(counsellors.update().where(counsellors.c.id == 1).values(**days))
    person.post("/second/set-up", code=code_now(console))
    return console, person


def test_production_opens_no_case_to_somebody_without_a_valid_check(helpline: Helpline) -> None:
    console, person = production_person(helpline, vetted_on="2025-01-01", vetted_until="2026-11-01")
    assert person.open("/").status == 200
    for path in ("/take-next", "/cases/1/take"):
        assert person.open("/").post(path).status == 403
    assert person.open("/cases/1").status == 403
    assert console.helpline.case() is not None
    assert "background check" in person.html
    with console.helpline.database.unit() as unit:
        assert not unit.staffed(console.helpline.clock.now())


def test_production_opens_the_case_with_a_valid_check(helpline: Helpline) -> None:
    console, person = production_person(helpline, vetted_on="2025-01-01", vetted_until="2026-11-02")
    assert person.open("/").post("/take-next").path == "/cases/1"
    assert "ends on 02.11.2026" in person.open("/account").html
    with console.helpline.database.unit() as unit:
        assert unit.staffed(console.helpline.clock.now())


def test_somebody_without_a_valid_check_is_nobody_whom_people_are_promised(helpline: Helpline) -> None:
    console, person = production_person(helpline, vetted_on="2025-01-01", vetted_until="2026-11-01")
    console.helpline.pass_(minutes=2)
    person.open("/").open("/account").post("/here")
    with console.helpline.database.unit() as unit:
        assert unit.staffed(console.helpline.clock.now()) is False
    assert person.open("/handover").status == 403


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
