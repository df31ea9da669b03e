"""The audit as supervisors read it, and as a table."""

from __future__ import annotations

import csv
import io
import re

import pytest
from sqlalchemy import select

from console.words import texts
from store.account_tables import audit_events
from tests.conftest import ROOT
from tests.console.conftest import Console, Person
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "atam məni döyür"


@pytest.fixture
def supervisor(console: Console) -> Person:
    """Number 1; counsellor-1, number 2, holds case 1, which the supervisor looked at; case 2 waits."""
    person = console.counsellor("supervisor-1", "supervisor")
    console.helpline.finds(SAID, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    console.helpline.say(SAID)
    counsellor = console.counsellor("counsellor-1").post("/cases/1/take")
    console.helpline.pass_(minutes=1)
    counsellor.post("/cases/1/note", text="sirr <b>")
    console.helpline.say(SAID, address="700000002")
    console.helpline.pass_(minutes=1)
    return person.open("/cases/1").open("/audit")


def table(person: Person, query: str = "") -> list[list[str]]:
    answer = person.client.get(f"/audit.csv{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))[1:]


def done(rows: list[list[str]]) -> list[tuple[str, str]]:
    return [(row[1], row[2]) for row in rows]


def test_looks_and_changes_stand_in_one_list_newest_first(supervisor: Person) -> None:
    rows = done(table(supervisor))
    assert rows[0] == ("supervisor-1", "viewed")
    assert rows.count(("counsellor-1", "noted")) == 1
    assert rows[-1] == ("supervisor-1", "signed in")


def test_no_text_is_in_the_audit(supervisor: Person) -> None:
    for page in (supervisor.html, supervisor.client.get("/audit.csv").text):
        assert [word for word in ("sirr", "döyür", "700000001") if word in page] == []


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("?case=1&what=viewed", [("supervisor-1", "viewed"), ("counsellor-1", "viewed")]),
        ("?case=2", [("the system itself", "opened")]),
        ("?person=2&what=noted", [("counsellor-1", "noted")]),
        ("?person=1&what=noted", []),
        (
            "?what=signed_in&from=2026-11-02&until=2026-11-02",
            [("counsellor-1", "signed in"), ("supervisor-1", "signed in")],
        ),
        ("?until=2026-11-01", []),
        ("?from=2026-11-03", []),
        ("?case=99", []),
    ],
    ids=["who looked", "one case", "a person's", "another's", "one day", "before", "after", "no such case"],
)
def test_filter_shows_what_fits(supervisor: Person, query: str, told: list[tuple[str, str]]) -> None:
    assert done(table(supervisor, query)) == told


def test_case_says_who_looked_at_it(supervisor: Person) -> None:
    html = supervisor.open("/audit?case=1").html
    assert "Looked at or changed case 1" in html
    assert "supervisor-1: 1, last 02.11.2026 13:02:00" in html


def test_case_leads_those_who_may_to_its_audit(console: Console, supervisor: Person) -> None:
    assert 'href="/audit?case=1"' in supervisor.open("/cases/1").html
    holder = console.person().sign_in("counsellor-1").open("/cases/1")
    assert (holder.status, 'href="/audit' in holder.html) == (200, False)


def test_day_ends_at_midnight_of_baku(console: Console, supervisor: Person) -> None:
    console.helpline.pass_(hours=11)  # 00:02 of the next day in Baku
    console.counsellor("counsellor-2")
    after = console.counsellor("supervisor-2", "supervisor")
    assert done(table(after, "?what=signed_in&from=2026-11-03")) == [
        ("supervisor-2", "signed in"),
        ("counsellor-2", "signed in"),
    ]


def test_supervisors_look_is_seen_by_another(console: Console, supervisor: Person) -> None:
    other = console.counsellor("supervisor-2", "supervisor")
    assert ("supervisor-1", "viewed") in done(table(other, "?case=1"))


def test_download_is_audited_itself(console: Console, supervisor: Person) -> None:
    table(supervisor, "?case=1")
    with console.helpline.database.reading() as db:
        newest = db.execute(select(audit_events).order_by(audit_events.c.id.desc())).mappings().first()
    assert newest is not None
    assert (newest["what"], newest["counsellor_id"]) == ("audit_exported", 1)
    assert '"case":1' in newest["detail"]


@pytest.mark.parametrize("query", ["?case=x", "?person=-1", "?from=yesterday", "?case=1%27--", "?until=2026-13-01"])
def test_filter_that_is_none_is_refused(supervisor: Person, query: str) -> None:
    assert supervisor.open(f"/audit{query}").status == 400
    assert supervisor.client.get(f"/audit.csv{query}").status_code == 400


@pytest.mark.parametrize("role", ["counsellor", "focal_point", "editor", "analyst", "administrator"])
@pytest.mark.parametrize("path", ["/audit", "/audit?case=1", "/audit.csv?case=1"])
def test_audit_is_read_by_supervisors_alone(console: Console, role: str, path: str) -> None:
    assert console.counsellor("somebody-1", role).open(path).status == 403


def test_name_that_looks_like_a_formula_is_text_in_the_table(console: Console, supervisor: Person) -> None:
    console.counsellor("=cmd()|1")
    assert done(table(supervisor, "?person=3")) == [("'=cmd()|1", "signed in")]


def test_every_line_is_in_words_of_the_reader(console: Console, supervisor: Person) -> None:
    reader = console.counsellor("supervisor-2", "supervisor", "ru")
    assert [row for row in table(reader) if row[2].isascii()] == []


def test_every_line_that_the_code_writes_has_a_word() -> None:
    written = {
        what
        for folder in ("helpline", "store", "console", "gateway")
        for file in (ROOT / folder).rglob("*.py")
        for what in re.findall(r'(?:note|write)_audit\(\s*(?:db, )?[\w.]+, "(\w+)"', file.read_text(encoding="utf-8"))
    }
    words = texts(ROOT / "data", "en")
    assert len(written) > 10
    assert [what for what in sorted(written) if f"audit.what.{what}" not in words] == []


def test_codes_that_name_an_account_or_a_moment_are_said_as_such(console: Console, supervisor: Person) -> None:
    """Whom a case was offered to, and until when it rests; the form's own secret says nothing to a reader."""
    now = console.helpline.clock.now()
    with console.helpline.database.unit() as unit:
        unit.record(1, 2, "transfer_offered", now, {"to": 1, "warm": True})
        unit.record(1, 2, "snoozed", now, {"until": "2026-11-03T09:00:00+00:00", "key": "once"})
    told = {row[2]: row[5] for row in table(supervisor)}
    assert told["let rest"] == "until: 03.11.2026 13:00:00"
    assert told["offered to a colleague"] == "now: supervisor-1, together: yes"
