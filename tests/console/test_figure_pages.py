"""Figures over HTTP: who may, what an address may ask for, and that no file has a word of anybody in it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import time
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from console.figure_book import FigureLibrary
from console.figure_files import plain
from helpline.figures.periods import asked_period, containing
from store.account_tables import audit_events
from store.database import Database, open_engine
from tests.conftest import FrozenClock, missing, test_vault
from tests.console.conftest import Console, Person
from tests.helpline.harness import Helpline
from tests.history import write_history

NOVEMBER = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)
MID_NOVEMBER = date(2026, 11, 15)
PATHS = ("/figures", "/figures/chart/people.svg", "/figures/table/people.csv", "/figures/tables.xlsx")
# What of a person must not be in any file: words, addresses, pseudonyms (all have this mark) and the evidence of triage.
TELLING = ("MARKED", "lexicon")


@pytest.fixture
def analyst(console: Console) -> Person:
    write_history(console.helpline.database, NOVEMBER, people=60, said=400)
    console.helpline.clock.time = NOVEMBER + timedelta(days=29, hours=9)
    return console.counsellor("analyst-1", "analyst")


def got(person: Person, path: str) -> bytes:
    return person.client.get(path).content


def text_of(pdf: bytes) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        missing("pdftotext (Debian: poppler-utils)")
    return subprocess.run([str(program), "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def test_page_tells_the_month(analyst: Person) -> None:
    analyst.open("/figures")
    assert analyst.status == 200
    assert "<h1>Figures: November 2026</h1>" in analyst.html
    assert "November 2026: 59 people wrote" in analyst.html or "people wrote; for the first time" in analyst.html


def test_every_file_that_leaves_is_audited_and_a_look_is_not(console: Console, analyst: Person) -> None:
    for path in ("/figures", "/figures/table/people.csv", "/figures/tables.xlsx", "/figures/report.pdf"):
        assert analyst.client.get(path).status_code == 200
    with console.helpline.database.reading() as db:
        noted = db.execute(select(audit_events.c.what, audit_events.c.detail).order_by(audit_events.c.id)).all()
    files = [json.loads(row.detail) for row in noted if row.what == "figures_exported"]
    assert files == [{"kind": kind, "period": "2026-11"} for kind in ("csv", "xlsx", "pdf")]


@pytest.mark.parametrize("role", ["counsellor", "focal_point", "editor", "administrator"])
def test_figures_are_closed_to_other_roles(console: Console, role: str) -> None:
    person = console.counsellor("somebody", role)
    assert [person.client.get(path).status_code for path in PATHS] == [403] * len(PATHS)


def test_stranger_is_led_to_the_door(console: Console) -> None:
    stranger = console.person()
    assert [stranger.open(path).path for path in PATHS] == ["/sign-in"] * len(PATHS)


ADDRESSES = [
    pytest.param("period=decade", id="no such period"),
    pytest.param("period=month&from=2026-13-40", id="no such day"),
    pytest.param("period=own&from=2026-11-09&to=2026-11-01", id="ends before it begins"),
    pytest.param("period=own&from=2021-01-01&to=2026-11-01", id="longer than three years"),
    pytest.param("period=month&from=9999-01-01", id="a year too far"),
    pytest.param("period=<script>alert(1)</script>", id="a script"),
]


@pytest.mark.parametrize("query", ADDRESSES)
def test_hostile_address_shows_this_month(console: Console, query: str) -> None:
    person = console.counsellor("supervisor-1", "supervisor").open(f"/figures?{query}")
    assert (person.status, "<h1>Figures: November 2026</h1>" in person.html) == (200, True)
    assert "alert(1)" not in person.html


def test_unknown_district_is_the_whole_country(console: Console) -> None:
    person = console.counsellor("supervisor-1", "supervisor").open("/figures?district=%3Cb%3E")
    assert "<h1>Figures: November 2026</h1>" in person.html


def test_every_file_of_a_month_is_without_anybody(analyst: Person) -> None:
    codes = ("people", "topic", "risk", "district", "waiting", "verdict", "indicators", "days", "lesson")
    files = [got(analyst, f"/figures/table/{code}.csv").decode() for code in codes]
    files += [got(analyst, f"/figures/chart/{code}.svg").decode() for code in ("people", "topic", "hour")]
    with zipfile.ZipFile(io.BytesIO(got(analyst, "/figures/tables.xlsx"))) as book:
        files += [book.read(name).decode(errors="replace") for name in book.namelist()]
    files += [text_of(got(analyst, "/figures/report.pdf")), analyst.open("/figures").html]
    assert [(word, place) for place, file in enumerate(files) for word in TELLING if word in file] == []


def test_no_file_shows_less_than_five(analyst: Person) -> None:
    """Shown numbers of people are five at least, in every file alike."""
    rows = got(analyst, "/figures/table/topic.csv").decode().splitlines()[2:]
    numbers = [row.rpartition(",")[2] for row in rows]
    assert numbers
    assert [number for number in numbers if number != "< 5" and int(number) < 5] == []


def test_picture_is_kept_by_this_browser_alone(analyst: Person) -> None:
    answer = analyst.client.get("/figures/chart/people.svg?period=month")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert analyst.client.get("/figures").headers["Cache-Control"] == "no-store"


def test_name_of_a_file_is_figure_and_period(analyst: Person) -> None:
    paths = (
        "/figures/table/risk.csv?period=week&from=2026-11-18",
        "/figures/report.pdf?from=2026-11-18&district=barda",
    )
    told = [analyst.client.get(path).headers["Content-Disposition"] for path in paths]
    assert told == ['attachment; filename="risk-2026-w47.csv"', 'attachment; filename="figures-2026-11.pdf"']


@pytest.mark.parametrize("language", ["az", "ru", "en"])
def test_report_is_written_in_each_language(console: Console, language: str) -> None:
    person = console.counsellor("supervisor-1", "supervisor", language)
    title = {"az": "Aylıq hesabat", "ru": "Отчёт за месяц", "en": "Monthly report"}[language]
    assert title in text_of(got(person, "/figures/report.pdf"))


@pytest.mark.parametrize("cell", ["=1+1", "+994", "-5", "@SUM(A1)", "\t=1", "\r=1"])
def test_cell_never_becomes_a_formula(cell: str) -> None:
    assert plain(cell) == f"'{cell}"


def test_workbook_has_no_formula(analyst: Person) -> None:
    with zipfile.ZipFile(io.BytesIO(got(analyst, "/figures/tables.xlsx"))) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets")]
    assert len(sheets) > 10
    assert [sheet for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet] == []


PERIODS = [
    pytest.param("week", "2026-11-01", "2026-10-26", "2026-11-01", "2026-w44", id="Sunday ends the week"),
    pytest.param("month", "2026-02-10", "2026-02-01", "2026-02-28", "2026-02", id="February"),
    pytest.param("quarter", "2026-11-30", "2026-10-01", "2026-12-31", "2026-q4", id="last quarter"),
    pytest.param("year", "2026-01-01", "2026-01-01", "2026-12-31", "2026", id="year"),
]


@pytest.mark.parametrize(("kind", "day", "first", "last", "code"), PERIODS)
def test_period_is_whole_days(kind: str, day: str, first: str, last: str, code: str) -> None:
    period = asked_period(kind, day, "", NOVEMBER.date())
    assert (period.first.isoformat(), period.last.isoformat(), period.code) == (first, last, code)


def test_periods_follow_each_other_without_a_gap() -> None:
    for kind in ("week", "month", "quarter", "year"):
        period = containing(kind, NOVEMBER.date())
        assert period.after().before() == period
        assert period.after().first == period.last + timedelta(days=1)


@pytest.mark.slow
def test_month_of_a_hundred_thousand_messages_is_quick_once_counted(sqlite_url: str, clock: FrozenClock) -> None:
    engine = open_engine(sqlite_url)
    database = Database(engine, test_vault())
    write_history(database, NOVEMBER, people=8_000, said=100_000)
    clock.time = NOVEMBER + timedelta(days=30, hours=9)
    counted = FigureLibrary(database, clock).book(containing("month", MID_NOVEMBER))
    person = Console(Helpline(database, clock)).counsellor("supervisor-1", "supervisor")
    began = time.perf_counter()
    person.open("/figures?from=2026-11-15")
    assert (person.status, time.perf_counter() - began < 1.0) == (200, True)
    assert counted.until == MID_NOVEMBER.replace(day=30)
    engine.dispose()
