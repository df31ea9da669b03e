"""Replies written beforehand: complete in both languages, within the channel, blocked without a verified record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from helpline.canned import (
    REGISTERS,
    SITUATIONS,
    BadCanned,
    Canned,
    check_canned,
    read_canned,
    read_titles,
    ready,
    values_of,
)
from helpline.phrasebook import Reader
from helpline.rescue_sheet import BadSheet, may_tell_place, read_sheets
from tests.conftest import ROOT
from tests.helpline.harness import book

DATA = ROOT / "data"
TODAY = date(2026, 11, 2)
REPLIES = read_canned(DATA / "canned")


def test_replies_say_nothing_that_must_not_be_said() -> None:
    assert check_canned(DATA, book()) == []


@pytest.mark.parametrize("language", ["az", "ru"])
def test_there_is_something_for_every_situation_and_reader(language: str) -> None:
    found = REPLIES[language]
    assert len(found) >= 30
    assert {one.situation for one in found} == set(SITUATIONS)
    assert len({one.id for one in found}) == len(found)
    for register in REGISTERS:
        assert sum(register in one.texts for one in found) >= 30


@pytest.mark.parametrize("language", ["az", "ru", "en"])
def test_no_two_replies_are_called_alike(language: str) -> None:
    titles = [named[language] for named in read_titles(DATA / "canned").values()]
    assert len(set(titles)) == len(titles) == len(REPLIES["az"])


@pytest.mark.parametrize("language", ["az", "ru"])
@pytest.mark.parametrize("register", REGISTERS)
def test_sms_takes_three_parts_at_most(language: str, register: str) -> None:
    values = values_of(book().directory, "baku", language, TODAY)
    shown = ready(REPLIES[language], Reader(language, register, "sms_twilio"), values)
    assert [one.id for one in shown if not one.missing and not 1 <= one.parts <= 3] == []


@pytest.mark.parametrize("language", ["az", "ru"])
def test_what_is_said_to_who_may_be_another_is_neutral(language: str) -> None:
    """Whoever reads it learns nothing: the same to a child and an adult."""
    for one in REPLIES[language]:
        if one.situation == "wrong_person":
            assert one.texts["child"] == one.texts["adult"]


def test_placeholder_is_filled_from_the_directory_and_blocks_without_it() -> None:
    reader = Reader("az", "adult", "telegram")
    found = {one.id: one for one in ready(REPLIES["az"], reader, values_of(book().directory, "barda", "az", TODAY))}
    assert ("102" in found["police"].text, found["police"].missing) == (True, ())
    assert found["child_line"].missing == ("number_child_line",)
    assert found["commission"].missing == ("district_commission",)


def test_place_of_an_unknown_district_is_none() -> None:
    assert values_of(book().directory, None, "az", TODAY) == values_of(book().directory, "nowhere", "az", TODAY)


def test_sms_has_its_own_wording_where_there_is_one() -> None:
    one = Canned("x", "holding", {"child": "long", "child.sms": "short", "adult": "long"})
    said = [
        one.text(Reader("az", register, channel)) for register in REGISTERS for channel in ("telegram", "sms_twilio")
    ]
    assert said == ["long", "short", "long", "long"]
    assert replace(one, texts={"adult": "x"}).text(Reader("az", "child", "telegram")) is None


@pytest.mark.parametrize(
    "text",
    ["replies: []", "replies:\n  - id: a\n    situation: nowhere", "no keys"],
    ids=["no replies", "an unknown situation", "no keys"],
)
def test_file_is_refused_with(tmp_path: Path, text: str) -> None:
    for language in ("az", "ru"):
        (tmp_path / f"{language}.yml").write_text(text)
    with pytest.raises(BadCanned):
        read_canned(tmp_path)


# --- the rescue sheet's own texts

SHEETS = read_sheets(DATA / "rescue")


@pytest.mark.parametrize("language", ["az", "ru"])
def test_script_leaves_out_what_is_not_known(language: str) -> None:
    sheet = SHEETS[language]
    nothing = sheet.read_out({"what": "", "age": "", "where": ""})
    all_of_it = sheet.read_out({"what": "x", "age": "9", "where": "y"})
    assert (len(nothing), len(all_of_it)) == (5, 7)
    assert "{" not in "".join((*nothing, *all_of_it))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Nizami küçəsi 12", True),
        ("улица Низами, 12", True),
        ("я в подъезде", True),
        ("qorxuram", False),
        ("улыбка", False),
        ("", False),
    ],
    ids=["a street in az", "a street in ru", "a staircase", "fear", "a word that begins alike", "nothing"],
)
def test_place_is_pointed_at(text: str, told: bool) -> None:
    assert may_tell_place(text, SHEETS) is told


def test_script_without_a_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "az.yml").write_text("script: {opening: x}\nplace_words: [ev]")
    with pytest.raises(BadSheet):
        read_sheets(tmp_path)
