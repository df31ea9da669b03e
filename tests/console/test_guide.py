"""The guide: each page is there in each language, true to the console's words, found by search; ticks belong to an account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from console.guide import LABEL, contents, found, guide_texts
from console.words import LANGUAGES, texts
from helpline.accounts import Role
from tests.browser.screenshots import HEAVIEST, HEAVIEST_ALL, SCENES
from tests.conftest import ROOT
from tests.console.conftest import Console

DATA = ROOT / "data"
GUIDE = DATA / "guide"
PAGES = contents(DATA).pages


def source(language: str, page: str) -> str:
    return (GUIDE / language / f"{page}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_guide_has_exactly_the_listed_pages(language: str) -> None:
    assert {file.stem for file in (GUIDE / language).glob("*")} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_page_says_the_same_in_every_language(page: str) -> None:
    """The same buttons named, the same number of steps and of things that go wrong, the same telephone numbers."""
    shapes = []
    for language in LANGUAGES:
        text = source(language, page)
        lines = [sum(line.startswith(mark) for line in text.splitlines()) for mark in ("# ", "- ", "1. ", "5. ", "**")]
        labels, numbers = sorted(LABEL.findall(text)), sorted(re.findall(r"\b1\d\d\b", text))
        shapes.append((lines, labels, numbers, text.count("\n---\n"), sorted(re.findall(r"`.`", text))))
    assert shapes[0] == shapes[1] == shapes[2]


@pytest.mark.parametrize("page", [code for code in PAGES if code != "tonight"])
def test_page_is_short_and_has_its_parts(page: str) -> None:
    for language in LANGUAGES:
        purpose, steps, wrong = source(language, page).split("\n---\n")
        assert 4 <= len(re.findall(r"^\d+\. ", steps, re.M)) <= 8, language
        assert 3 <= len(re.findall(r"^- ", wrong, re.M)) <= 5, language
        assert len(purpose.split()) <= 50, language


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_texts_of_the_console_without_placeholders(language: str) -> None:
    known = texts(DATA, language)
    for page in PAGES:
        for key in LABEL.findall(source(language, page)):
            assert "{" not in known[key], f"{page}: {key}"


def test_list_of_pages_names_what_there_is() -> None:
    told = contents(DATA)
    known = texts(DATA, "en")
    for page in told.pages.values():
        assert page.group in told.groups
        assert set(page.roles) <= {role.value for role in Role}
        assert set(page.also) <= told.pages.keys()
        assert all(says in known for _, says in page.keys)
        missing = [name for name in page.templates if not (ROOT / "console" / "templates" / name).is_file()]
        assert missing == []
    assert set(told.first_shift.values()) <= told.pages.keys()
    points = {key.removeprefix("first_shift.point.") for key in known if key.startswith("first_shift.point.")}
    assert points == set(told.first_shift)


def test_every_role_has_a_page() -> None:
    told = {role for page in PAGES.values() if page.group != "begin" for role in page.roles}
    assert told == {role.value for role in Role}


def test_pictures_are_those_that_the_command_makes() -> None:
    named = {code for code, page in PAGES.items() if page.picture}
    assert {scene.page for scene in SCENES} == named
    for language in LANGUAGES:
        assert {file.stem for file in (GUIDE / "images" / language).glob("*.webp")} == named


def test_pictures_are_light_and_can_be_read() -> None:
    files = sorted((GUIDE / "images").glob("*/*.webp"))
    sizes = {file: file.stat().st_size for file in files}
    assert [file for file, size in sizes.items() if size > HEAVIEST] == []
    assert sum(sizes.values()) <= HEAVIEST_ALL
    for file in files:
        with Image.open(file) as picture:
            assert picture.width <= 1100, file


@pytest.mark.parametrize(
    ("language", "asked", "first"),
    [
        pytest.param("en", "rescue", "rescue", id="a word of a title comes first"),
        pytest.param("en", "CODES phone", "sign-in", id="every word has to be there"),
        pytest.param("az", "xilasetme", "rescue", id="az without its marks"),
        pytest.param("az", "icmalda", "handover", id="az with another ending"),
        pytest.param("ru", "согласия", "consent", id="ru with another ending"),
        pytest.param("ru", "закрытием", "close", id="ru with another ending still"),
    ],
)
def test_search_finds_a_page(language: str, asked: str, first: str) -> None:
    hits = found(DATA, language, asked)
    assert first in hits[:3]


@pytest.mark.parametrize("asked", ["", "   ", "…", "zzzz", "rescue zzzz"])
def test_search_for_nothing_finds_nothing(asked: str) -> None:
    assert found(DATA, "en", asked) == []


def test_tags_in_a_text_are_shown_and_not_followed(tmp_path: Path) -> None:
    guide = tmp_path / "guide"
    (guide / "en").mkdir(parents=True)
    (tmp_path / "console" / "en").mkdir(parents=True)
    (tmp_path / "console" / "en" / "a.yml").write_text('odd.label: "<b> *x* [y](z)"\n')
    (guide / "pages.yml").write_text("groups: [a]\nfirst_shift: {}\npages: {one: {group: a, roles: []}}\n")
    (guide / "en" / "one.md").write_text("# One\n<script>x</script> [[odd.label]] ![i](http://x/y) [l](javascript:x)\n")
    shown = guide_texts(tmp_path, "en")["one"].purpose
    assert "<script" not in shown
    assert "<img" not in shown
    assert "href" not in shown
    assert "<strong>&lt;b&gt; *x* [y](z)</strong>" in shown


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_page_opens_for_every_role(console: Console, role: str) -> None:
    about = {"agency": "commission_barda"} if role == "focal_point" else {}
    person = console.counsellor(f"{role}-1", role=role, **about)
    assert {person.open(f"/guide/{page}").status for page in PAGES} == {200}
    assert person.open("/guide").status == 200


@pytest.mark.parametrize(
    ("role", "path", "leads"),
    [
        pytest.param("counsellor", "/", "queue", id="the queue"),
        pytest.param("counsellor", "/cases/1", "claim", id="a case"),
        pytest.param("counsellor", "/cases/1/wrap-up", "close", id="a wrap-up"),
        pytest.param("counsellor", "/handover", "handover", id="the hand-over"),
        pytest.param("counsellor", "/referrals", "refer", id="referrals, to a counsellor"),
        pytest.param("focal_point", "/referrals", "agency", id="referrals, to an agency"),
        pytest.param("supervisor", "/board", "board", id="the board"),
        pytest.param("editor", "/texts", "text", id="texts"),
        pytest.param("analyst", "/figures", "figures", id="figures"),
        pytest.param("administrator", "/accounts", "accounts", id="accounts"),
        pytest.param("analyst", "/account", "sign-in", id="one's own account"),
    ],
)
def test_question_mark_leads_to_the_page_about_this_page(console: Console, role: str, path: str, leads: str) -> None:
    console.helpline.say("insan")
    person = console.counsellor("somebody-1", role=role)
    if path.startswith("/cases"):
        person.post("/cases/1/take")
    assert person.open(path).status == 200
    assert f'class="guide-link" href="/guide/{leads}"' in person.html


def test_stranger_is_led_to_the_door(console: Console) -> None:
    person = console.person()
    assert {person.open(path).path for path in ("/guide", "/guide/queue", "/guide/first-shift")} == {"/sign-in"}
    assert person.open("/guide/picture/az/queue").path == "/sign-in"


@pytest.mark.parametrize(
    "path",
    ["/guide/nothing", "/guide/picture/az/nothing", "/guide/picture/de/queue", "/guide/picture/az/..%2f..%2fpages.yml"],
)
def test_what_is_not_there_is_not_found(console: Console, path: str) -> None:
    assert console.counsellor("counsellor-1").open(path).status == 404


def test_picture_is_a_picture(console: Console) -> None:
    person = console.counsellor("counsellor-1")
    answer = person.client.get("/guide/picture/ru/queue")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")


def ticks(html: str) -> list[str]:
    return re.findall(r'name="(\w+)" value="done" checked', html)


def test_ticks_are_kept_for_their_account_alone(console: Console) -> None:
    one, other = console.counsellor("counsellor-1"), console.counsellor("counsellor-2")
    one.open("/guide/first-shift").post("/guide/first-shift", take="done", rescue="done")
    assert ticks(one.html) == ["take", "rescue"]
    assert ticks(other.open("/guide/first-shift").html) == []
    one.post("/guide/first-shift", take="done", lock="done")
    assert ticks(one.html) == ["lock", "take"]
    one.post("/guide/first-shift", take="done", lock="done")
    assert ticks(one.html) == ["lock", "take"]
    one.post("/guide/first-shift")
    assert ticks(one.html) == []


def test_tick_of_a_point_that_is_none_changes_nothing(console: Console) -> None:
    person = console.counsellor("counsellor-1").open("/guide/first-shift")
    person.post("/guide/first-shift", nothing="done", take="yes")
    assert ticks(person.html) == []


def test_ticks_need_the_sign_ins_own_form(console: Console) -> None:
    person = console.counsellor("counsellor-1").open("/guide/first-shift")
    assert person.post("/guide/first-shift", csrf="wrong", take="done").status == 403
    assert ticks(person.open("/guide/first-shift").html) == []


def test_what_is_searched_for_is_shown_as_it_was_typed(console: Console) -> None:
    person = console.counsellor("counsellor-1").open('/guide?q="><script>alert(1)</script>')
    assert person.status == 200
    assert "<script>alert" not in person.html
