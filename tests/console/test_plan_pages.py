"""The safety plan on a case's page: built, looked at as the person will see it, and sent."""

from __future__ import annotations

import html
import re

import pytest

from helpline.safety_plans import LONGEST_STEP
from store.tables import case_events
from tests.console.conftest import Console, Person
from tests.fakes import finding
from triage.taxonomy import Level, Risk

SAID = "yaşamaq istəmirəm"


def holder(console: Console, channel: str = "telegram", language: str = "en") -> Person:
    console.helpline.finds(SAID, finding(Level.URGENT, Risk.SUICIDE_SELF_HARM))
    console.helpline.say(SAID, channel=channel)
    person = console.counsellor("counsellor-1", language=language).post("/cases/1/take")
    console.helpline.send_all()
    return person


def preview(person: Person) -> list[str]:
    found = re.search(r'<ol class="preview">(.*?)</ol>', person.html, re.DOTALL)
    return (
        []
        if found is None
        else [html.unescape(text) for text in re.findall(r'<p dir="auto">(.*?)</p>', found[1], re.DOTALL)]
    )


def last_event(console: Console) -> tuple[str, str]:
    with console.helpline.database.reading() as db:
        row = db.execute(case_events.select().order_by(case_events.c.id.desc())).first()
    assert row is not None
    return row.what, row.detail


@pytest.mark.parametrize(
    ("language", "title", "build"),
    [
        ("az", "Təhlükəsizlik planı", "Ölüm fikirləri: altı addım"),
        ("ru", "План безопасности", "Мысли о смерти: шесть шагов"),
        ("en", "Safety plan", "Thoughts of dying: six steps"),
    ],
)
def test_holder_finds_a_form_for_each_kind_in_their_language(
    console: Console, language: str, title: str, build: str
) -> None:
    page = holder(console, language=language).html
    assert title in page
    assert build in page
    assert re.findall(r'name="kind" value="(\w+)"', page) == ["suicide", "home"]
    assert page.count(f'maxlength="{LONGEST_STEP}"') == 14


@pytest.mark.parametrize(
    ("channel", "shown", "parts"),
    [
        ("sms_twilio", ["1/2 Necə başlayır: <b>yata & bilmirəm", "2/2 Kimə deyirəm: nənəmə"], ["1", "1", "2"]),
        ("telegram", None, []),
    ],
)
def test_saved_plan_is_shown_as_it_will_go_out(
    console: Console, channel: str, shown: list[str] | None, parts: list[str]
) -> None:
    person = holder(console, channel).post("/cases/1/plan", kind="suicide", signs="<b>yata & bilmirəm", tell="nənəmə")
    assert (person.status, person.path) == (200, "/cases/1")
    assert "<b>yata" not in person.html
    seen = preview(person)
    assert re.findall(r"SMS parts: (\d)", person.html) == parts
    person.post("/cases/1/send-plan", key=person.key())
    assert console.helpline.send_all() == seen
    if shown is not None:
        assert seen[:-1] == shown


def test_sent_plan_stands_in_the_transcript_and_the_audit(console: Console) -> None:
    person = holder(console).post("/cases/1/plan", kind="home", room="qonaq otağı")
    assert last_event(console) == ("plan_saved", '{"kind":"home","steps":1}')
    person.post("/cases/1/send-plan", key=person.key())
    assert last_event(console) == ("plan_sent", '{"kind":"home"}')
    assert "safety plan sent" in person.html


def test_too_long_a_step_keeps_what_was_typed(console: Console) -> None:
    long = "ş" * (LONGEST_STEP + 1)
    person = holder(console).post("/cases/1/plan", kind="suicide", signs=long, tell="nənəmə")
    assert person.status == 400
    assert "A step is too long" in person.html
    assert f">{long}</textarea>" in person.html
    assert ">nənəmə</textarea>" in person.html
    assert preview(person) == []


def test_empty_plan_is_not_saved(console: Console) -> None:
    person = holder(console).post("/cases/1/plan", kind="suicide", signs=" ")
    assert person.status == 400
    assert "The plan has no step yet" in person.html


@pytest.mark.parametrize("fields", [{}, {"kind": "pact"}], ids=["no kind", "a kind that there is not"])
def test_plan_of_no_kind_is_404(console: Console, fields: dict[str, str]) -> None:
    assert holder(console).post("/cases/1/plan", **fields).status == 404


def test_plan_written_while_the_case_went_back_is_kept_on_the_page(console: Console) -> None:
    person = holder(console)
    secret = person.secret()
    console.helpline.desk.hand_back(1, 1)
    late = person.post("/cases/1/plan", csrf=secret, kind="home", room="qonaq otağı")
    assert late.status == 403
    assert "qonaq otağı" in late.html


def test_plan_of_a_closed_case_is_not_on_its_page(console: Console) -> None:
    person = holder(console).post("/cases/1/plan", kind="home", room="qonaq otağı")
    console.helpline.close(1, 1)
    assert "qonaq otağı" not in person.open("/cases/1").html
