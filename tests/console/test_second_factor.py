"""The second factor: required outside development, each code once, guesses limited, recovery, reset."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from helpline.second_factor import in_groups, looks_like_code, plain_recovery_code, step_of
from store.account_tables import audit_events, recovery_codes
from store.tables import counsellors
from tests.console.conftest import PASSWORD, Console, Person
from tests.helpline.harness import Helpline

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def production(helpline: Helpline) -> Console:
    return Console(helpline, production=True)


def secret_of(console: Console, account: int = 1) -> str:
    with console.helpline.database.reading() as db:
        sealed = db.scalar(select(counsellors.c.totp).where(counsellors.c.id == account))
    assert sealed is not None
    return console.helpline.database.vault.texts.open(sealed)


def code_now(console: Console, account: int = 1, *, off: float = 0) -> str:
    made: str = pyotp.TOTP(secret_of(console, account)).at(console.helpline.clock.now() + timedelta(seconds=off))
    return made


def wrong_code(console: Console) -> str:
    """No code of these minutes."""
    near = {code_now(console, off=30 * step) for step in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222", *map(str, range(300000, 300009))) if code not in near)


def made_codes(person: Person) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code>", person.html)


def set_up(console: Console, name: str = "counsellor-1", role: str = "counsellor") -> Person:
    person = console.counsellor(name, role)
    person.open("/second/set-up")
    return person.post("/second/set-up", code=code_now(console))


def whats(console: Console) -> list[str]:
    with console.helpline.database.reading() as db:
        return list(db.scalars(select(audit_events.c.what).order_by(audit_events.c.id)))


# --- codes


@pytest.mark.parametrize(
    ("off", "fits"),
    [(0, True), (-30, True), (30, True), (-60, False), (60, False)],
    ids=["now", "a step before", "a step after", "two before", "two after"],
)
def test_code_fits_within_a_step_of_now(helpline: Helpline, off: int, fits: bool) -> None:
    now = helpline.clock.now()
    code = pyotp.TOTP(SECRET).at(now + timedelta(seconds=off))
    assert (step_of(SECRET, code, now) is not None) is fits


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "abcdef"])
def test_what_is_no_code_fits_never(helpline: Helpline, typed: str) -> None:
    assert step_of(SECRET, typed, helpline.clock.now()) is None
    assert not looks_like_code(typed)


def test_code_may_be_typed_with_a_space(helpline: Helpline) -> None:
    code = pyotp.TOTP(SECRET).at(helpline.clock.now())
    assert step_of(SECRET, f" {code[:3]} {code[3:]}", helpline.clock.now()) is not None


def test_recovery_code_is_read_however_it_is_typed() -> None:
    assert plain_recovery_code(" ABcd-efgh 2345 ") == plain_recovery_code("abcdefgh2345") == "abcdefgh2345"
    assert in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"


# --- setting up


def test_production_shows_nothing_before_the_second_factor_is_set_up(production: Console) -> None:
    person = production.counsellor("counsellor-1")
    assert person.path == "/second/set-up"
    for path in ("/", "/cases/1", "/account"):
        assert person.open(path).path == "/second/set-up"
    assert person.post("/take-next").status == 423


def test_development_asks_only_who_set_it_up(console: Console) -> None:
    set_up(console)
    assert console.counsellor("counsellor-2").path == "/"
    assert console.person().sign_in("counsellor-1").path == "/second"


def test_setting_up_is_finished_with_a_code_and_shows_ten_recovery_codes_once(production: Console) -> None:
    person = production.counsellor("counsellor-1")
    assert in_groups(secret_of(production)) in person.html
    assert person.post("/second/set-up", code=wrong_code(production)).status == 401
    person.post("/second/set-up", code=code_now(production))
    codes = made_codes(person)
    assert (len(codes), len(set(codes))) == (10, 10)
    assert person.open("/second/set-up").path == "/account"
    assert made_codes(person.open("/account")) == []


def test_picture_is_shown_until_it_is_confirmed(production: Console) -> None:
    person = production.counsellor("counsellor-1")
    answer = person.client.get("/second/picture")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    person.post("/second/set-up", code=code_now(production))
    assert person.open("/second/picture").status == 404


def test_secret_and_codes_are_not_kept_as_they_are(console: Console) -> None:
    person = set_up(console)
    codes = made_codes(person)
    with console.helpline.database.reading() as db:
        kept = b"".join(db.scalars(select(recovery_codes.c.code)))
        sealed = db.scalar(select(counsellors.c.totp))
    assert secret_of(console).encode() not in bytes(sealed or b"")
    assert [code for code in codes if code.replace("-", "").encode() in kept] == []


def test_other_sign_ins_give_a_code_once_it_is_set_up(console: Console) -> None:
    console.accounts.add("counsellor-1", "counsellor", PASSWORD, "en")
    first, second = console.person().sign_in("counsellor-1"), console.person().sign_in("counsellor-1")
    first.open("/second/set-up").post("/second/set-up", code=code_now(console))
    assert second.open("/").path == "/second"
    assert first.open("/").path == "/"


# --- the second step


def test_sign_in_asks_for_the_code_and_goes_on_with_it(console: Console) -> None:
    set_up(console)
    console.helpline.pass_(minutes=1)
    person = console.person().sign_in("counsellor-1")
    assert person.path == "/second"
    assert person.open("/cases/1").path == "/second"
    assert person.post("/second", code=code_now(console)).path == "/"


def test_code_works_once(console: Console) -> None:
    set_up(console)
    used = code_now(console)
    person = console.person().sign_in("counsellor-1")
    assert person.post("/second", code=used).status == 401
    console.helpline.pass_(seconds=30)
    assert person.post("/second", code=used).status == 401
    assert person.post("/second", code=code_now(console)).path == "/"


def test_code_given_by_many_at_once_lets_one_in(console: Console) -> None:
    set_up(console)
    console.helpline.pass_(minutes=1)
    people = [console.person().sign_in("counsellor-1") for _ in range(4)]
    code = code_now(console)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda person: person.post("/second", code=code).path, people))
    assert sorted(answers) == ["/", "/second", "/second", "/second"]


def test_older_code_does_not_work_after_a_newer_one(console: Console) -> None:
    set_up(console)
    console.helpline.pass_(minutes=2)
    older = code_now(console, off=-30)
    console.person().sign_in("counsellor-1").post("/second", code=code_now(console))
    assert console.person().sign_in("counsellor-1").post("/second", code=older).status == 401


def test_sixth_wrong_code_is_refused_even_when_right(console: Console) -> None:
    set_up(console)
    console.helpline.pass_(minutes=1)
    for _ in range(5):
        assert console.person().sign_in("counsellor-1").post("/second", code=wrong_code(console)).status == 401
    person = console.person().sign_in("counsellor-1")
    assert person.post("/second", code=code_now(console)).status == 429
    console.helpline.pass_(minutes=14)
    console.helpline.pass_(minutes=2)
    assert console.person().sign_in("counsellor-1").post("/second", code=code_now(console)).path == "/"


def test_code_of_another_account_is_none(console: Console) -> None:
    set_up(console)
    console.helpline.pass_(minutes=1)
    console.counsellor("counsellor-2").open("/second/set-up")
    other = code_now(console, 2)
    assert console.person().sign_in("counsellor-1").post("/second", code=other).status == 401


def test_unknown_name_never_comes_to_the_second_step(console: Console) -> None:
    set_up(console)
    assert console.person().sign_in("nobody").status == console.person().sign_in("counsellor-1", "wrong").status == 401
    assert console.person().open("/second").path == "/sign-in"


# --- recovery, reset


def test_recovery_code_opens_once(console: Console) -> None:
    codes = made_codes(set_up(console))
    assert console.person().sign_in("counsellor-1").post("/second", code=codes[3].upper()).path == "/"
    assert console.person().sign_in("counsellor-1").post("/second", code=codes[3]).status == 401
    person = console.person().sign_in("counsellor-1").post("/second", code=codes[4])
    assert "Recovery codes left: 8." in person.open("/account").html
    assert whats(console).count("recovery_used") == 2


def test_fresh_recovery_codes_need_the_password_and_end_the_old_ones(console: Console) -> None:
    person = set_up(console)
    old = made_codes(person)
    assert made_codes(person.open("/account").post("/second/codes", password="wrong")) == []
    new = made_codes(person.open("/account").post("/second/codes", password=PASSWORD))
    assert len(new) == 10
    assert console.person().sign_in("counsellor-1").post("/second", code=old[0]).status == 401
    assert console.person().sign_in("counsellor-1").post("/second", code=new[0]).path == "/"


def test_removing_it_needs_the_password(console: Console) -> None:
    person = set_up(console)
    person.open("/account").post("/second/remove", password="wrong")
    assert console.person().sign_in("counsellor-1").path == "/second"
    person.open("/account").post("/second/remove", password=PASSWORD)
    assert console.person().sign_in("counsellor-1").path == "/"


def test_reset_by_an_administrator_ends_the_sign_ins_and_is_set_up_anew(console: Console) -> None:
    person = set_up(console)
    before = secret_of(console)
    administrator = console.counsellor("administrator-1", "administrator").open("/accounts/1")
    administrator.post("/accounts/1/reset-second")
    assert person.open("/").path == "/sign-in"
    person = console.person().sign_in("counsellor-1").open("/second/set-up")
    assert secret_of(console) != before
    assert whats(console)[-2:] == ["second_removed", "signed_in"]


def test_nobody_resets_their_own_second_factor_as_administrator(console: Console) -> None:
    administrator = set_up(console, "administrator-1", "administrator").open("/accounts/1")
    administrator.post("/accounts/1/reset-second")
    assert console.person().sign_in("administrator-1").path == "/second"
