"""Accounts: where each lands, looked after by administrators, the background check."""

from __future__ import annotations

import contextlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from helpline.accounts import Account, Role
from helpline.conversations import CaseState
from helpline.ports import NotFound
from helpline.staff import LastAdministrator, OwnAccount, Staff
from helpline.vetting import Vetting, vetting
from store.account_tables import audit_events
from store.tables import counsellors
from tests.console.conftest import LIGHT, PASSWORD, Console, Person
from tests.console.test_second_factor import code_now
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
