"""Campaigns in the console, through the real door."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from helpline.campaigns import go_on
from store.campaign_pages import list_campaigns
from tests.console.conftest import Console, Person
from tests.helpline.test_campaigns import NOON, _people

WISH = {"item": "P07", "language": "", "district": "", "at": ""}


@pytest.fixture
def editor(console: Console) -> Person:
    console.helpline.clock.time = NOON
    return console.counsellor("editor-1", "editor")


def counted(person: Person) -> str:
    found = re.search(r'name="counted" value="(\w+)"', person.html)
    return found[1] if found else ""


def begun(console: Console) -> list[str]:
    return [campaign.aim.item for campaign, _ in list_campaigns(console.helpline.database)]


def test_campaign_starts_with_the_second_press_that_repeats_the_count(console: Console, editor: Person) -> None:
    _people(console.helpline, 7)
    editor.open("/campaigns/new?item=P07")
    assert "People: 7" in editor.html
    editor.post("/campaigns", **WISH)
    assert (begun(console), counted(editor), "Send to 7" in editor.html) == ([], "7", True)
    editor.post("/campaigns", counted="7", **WISH)
    assert (begun(console), editor.path) == (["P07"], "/campaigns/1")


def test_workers_put_in_what_was_started_here(console: Console, editor: Person) -> None:
    _people(console.helpline, 7)
    editor.open("/campaigns/new?item=P07").post("/campaigns", counted="7", **WISH)
    helpline = console.helpline
    assert go_on(helpline.database, helpline.book, helpline.clock.now()) == Counter(announced=7)


def test_count_that_changed_is_shown_again_before_anything_starts(console: Console, editor: Person) -> None:
    _people(console.helpline, 7)
    editor.open("/campaigns/new?item=P07").post("/campaigns", **WISH)
    _people(console.helpline, 1)
    editor.post("/campaigns", counted="7", **WISH)
    assert (editor.status, begun(console), counted(editor)) == (409, [], "8")


def test_fewer_than_five_people_are_not_told_as_a_number(console: Console, editor: Person) -> None:
    _people(console.helpline, 3)
    editor.open("/campaigns/new?item=P07")
    assert "People: fewer than 5" in editor.html
    editor.post("/campaigns", **WISH)
    assert counted(editor) == "few"
    editor.post("/campaigns", counted="few", **WISH)
    assert (begun(console), ">3<" in editor.html) == (["P07"], False)


def test_form_posted_twice_starts_one_campaign(console: Console, editor: Person) -> None:
    _people(console.helpline, 7)
    editor.open("/campaigns/new?item=P07").post("/campaigns", **WISH)
    secret = editor.secret()
    for _ in range(2):
        editor.post("/campaigns", csrf=secret, counted="7", **WISH)
    assert (begun(console), editor.path) == (["P07"], "/campaigns/1")


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"item": "X99"}, id="no such text"),
        pytest.param({"language": "tr"}, id="no such language"),
        pytest.param({"district": "atlantis"}, id="no such district"),
        pytest.param({"at": "2020-01-01T10:00"}, id="a time that is past"),
        pytest.param({"at": "2030-01-01T10:00"}, id="years ahead"),
        pytest.param({"at": "soon"}, id="no time"),
        pytest.param({"district": "barda"}, id="nobody there"),
    ],
)
def test_wish_that_cannot_be_is_refused_with_words(console: Console, editor: Person, fields: dict[str, str]) -> None:
    _people(console.helpline, 7)
    editor.open("/campaigns/new").post("/campaigns", counted="7", **{**WISH, **fields})
    assert (editor.status, 'role="alert"' in editor.html, begun(console)) == (422, True, [])


def test_stopped_campaign_says_so_and_cannot_be_stopped_again(console: Console, editor: Person) -> None:
    _people(console.helpline, 7)
    editor.open("/campaigns/new?item=P07").post("/campaigns", counted="7", **{**WISH, "at": "2026-11-03T10:00"})
    secret = editor.secret()
    editor.post("/campaigns/1/stop")
    assert ("stopped" in editor.html, editor.path) == (True, "/campaigns/1")
    assert editor.post("/campaigns/1/stop", csrf=secret).status == 409


@pytest.mark.parametrize("role", ["counsellor", "focal_point", "analyst", "administrator"])
def test_role_that_may_not_run_campaigns_is_refused(console: Console, role: str) -> None:
    assert console.counsellor("person-1", role).open("/campaigns").status == 403


def test_unknown_campaign_is_not_there(editor: Person) -> None:
    assert editor.open("/campaigns/99").status == 404
