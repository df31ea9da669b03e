"""Shifts: planned by a supervisor, seen by everybody who takes cases, kept from everybody else."""

from __future__ import annotations

import pytest

from store.shift_tables import shifts, watches
from tests.console.conftest import Console, Person
from tests.fakes import finding
from triage.taxonomy import Level, Risk

FORM = {"counsellor": "1", "day": "2026-11-03", "begins": "09:00", "ends": "14:00", "week": "2026-11-02"}


def supervisor(console: Console, language: str = "en") -> Person:
    return console.counsellor("supervisor-1", role="supervisor", language=language).open("/shifts")


def planned(console: Console) -> list[tuple[int, str, str]]:
    with console.helpline.database.reading() as db:
        rows = db.execute(shifts.select().order_by(shifts.c.starts_at)).mappings().all()
    return [(row["counsellor_id"], f"{row['starts_at']:%d %H:%M}", f"{row['ends_at']:%d %H:%M}") for row in rows]


def test_supervisor_plans_several_shifts_a_day_and_over_midnight(console: Console) -> None:
    person = supervisor(console)
    for begins, ends in (("09:00", "13:00"), ("14:00", "18:00"), ("21:00", "06:00")):
        assert person.post("/shifts/add", **{**FORM, "begins": begins, "ends": ends}).path == "/shifts"
    assert planned(console) == [
        (1, "03 05:00", "03 09:00"),
        (1, "03 10:00", "03 14:00"),
        (1, "03 17:00", "04 02:00"),
    ]
    assert "21:00–06:00" in person.html


def test_supervisor_removes_a_shift_and_removing_it_again_does_nothing(console: Console) -> None:
    person = supervisor(console)
    person.post("/shifts/add", **FORM)
    for _ in range(2):
        assert person.post("/shifts/1/remove", week="2026-11-02").path == "/shifts"
    assert planned(console) == []


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("counsellor", "99", "This account takes no cases. Choose from the list."),
        ("counsellor", "<b>", "This account takes no cases. Choose from the list."),
        ("day", "2026-02-31", "There is no such day."),
        ("begins", "25:00", "Write the time as 09:00."),
        ("ends", "", "Write the time as 09:00."),
        ("ends", "08:30", "A shift is 16 hours at most."),
        ("day", "2026-10-01", "This shift is over already."),
    ],
    ids=["nobody", "hostile", "no day", "no hour", "nothing", "too long", "past"],
)
def test_shift_that_cannot_be_is_refused_and_what_was_typed_stays(
    console: Console, field: str, value: str, says: str
) -> None:
    person = supervisor(console).post("/shifts/add", **{**FORM, field: value})
    assert (person.status, says in person.html, planned(console)) == (400, True, [])
    kept = next(name for name in ("begins", "ends", "day") if name != field)
    assert f'value="{FORM[kept]}"' in person.html
    assert "<b>" not in person.html


def test_shift_that_overlaps_is_refused_also_when_it_is_posted_twice(console: Console) -> None:
    person = supervisor(console)
    assert [person.post("/shifts/add", **FORM).status for _ in range(2)] == [200, 400]
    assert len(planned(console)) == 1


def test_counsellor_sees_the_week_and_plans_nothing(console: Console) -> None:
    supervisor(console).post("/shifts/add", **FORM)
    person = console.counsellor("counsellor-1").open("/shifts")
    assert ("supervisor-1" in person.html, "/shifts/add" in person.html, "/remove" in person.html) == (
        True,
        False,
        False,
    )
    assert [person.post(path, **FORM).status for path in ("/shifts/add", "/shifts/1/remove")] == [403, 403]
    assert len(planned(console)) == 1


@pytest.mark.parametrize("role", ["editor", "analyst", "focal_point", "administrator"])
def test_shifts_are_not_for_those_who_take_no_cases(console: Console, role: str) -> None:
    person = console.counsellor("someone", role=role)
    assert [person.open("/shifts").status, person.post("/watch/on", csrf="x").status] == [403, 403]


def test_stranger_is_led_to_the_sign_in(console: Console) -> None:
    assert console.person().open("/shifts").path == "/sign-in"
    assert console.person().post("/shifts/add", csrf="guess", **FORM).path == "/sign-in"
    assert planned(console) == []


@pytest.mark.parametrize("path", ["/shifts/add", "/shifts/1/remove", "/watch/on", "/watch/rest", "/watch/off"])
def test_form_of_another_site_does_nothing(console: Console, path: str) -> None:
    assert supervisor(console).post(path, csrf="guess", **FORM).status == 403
    with console.helpline.database.reading() as db:
        assert db.execute(watches.select()).all() == []


@pytest.mark.parametrize("week", ["2026-12-30", "9999-99-99", "'--", "0001-01-01"])
def test_any_week_that_is_asked_for_is_a_page(console: Console, week: str) -> None:
    assert supervisor(console).open(f"/shifts?week={week}").status == 200


def test_holiday_is_marked(console: Console) -> None:
    page = supervisor(console).open("/shifts?week=2026-11-09").html
    assert (page.count("public holiday"), "Working hours: 09:00–18:00" in page) == (1, True)


def test_going_off_and_coming_back(console: Console) -> None:
    person = console.counsellor("counsellor-1").open("/shifts")
    off = person.post("/watch/off")
    assert (off.path, "You are not on shift now." in off.html) == ("/shifts", True)
    with console.helpline.database.unit() as unit:
        assert unit.staffed(console.helpline.clock.now()) is False
    assert "You are on shift while the console is open." in person.post("/watch/on", back="/shifts").html


def test_nobody_goes_off_with_a_case_in_hand(console: Console) -> None:
    console.helpline.finds("kömək", finding(Level.URGENT, Risk.NEGLECT))
    console.helpline.say("kömək")
    person = console.counsellor("counsellor-1").post("/take-next").open("/shifts")
    refused = person.post("/watch/off")
    assert (refused.status, "You still hold cases." in refused.html, 'href="/handover"' in refused.html) == (
        409,
        True,
        True,
    )
    with console.helpline.database.unit() as unit:
        assert unit.staffed(console.helpline.clock.now()) is True
