"""What we start, and what is said to whoever holds the phone, tells nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpline.content_check import Style
from helpline.neutral_check import check_neutral, neutral_keys
from helpline.phrasebook import Phrasebook
from tests.conftest import ROOT
from tests.helpline.harness import book

DATA = ROOT / "data"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("phrases", "services", "style", "content"):
        shutil.copytree(DATA / name, tmp_path / name)
    shutil.copy(DATA / "menu.yml", tmp_path / "menu.yml")
    return tmp_path


def added(data: Path, language: str, text: str) -> list[str]:
    """The problems with one more key, by where they are."""
    (data / "phrases" / f"{language}-x.yml").write_text(text, encoding="utf-8")
    other = "ru" if language == "az" else "az"
    return [f"{one.where}: {one.what}" for one in check_neutral(data) if not one.where.startswith(other)]


def test_every_text_that_somebody_else_may_read_is_neutral() -> None:
    assert check_neutral(DATA, book()) == []


@pytest.mark.parametrize(
    ("language", "said", "word"),
    [
        ("az", "Uşaqlar üçün yeni cavab var.", "uşaq*"),
        ("az", "Kömək xətti cavab yazdı.", "kömək*"),
        ("az", "Zorakılıq haqqında.", "zorakı*"),
        ("ru", "Ответ о ребёнке готов.", "ребён*"),
        ("ru", "Про насилие.", "насил*"),
    ],
    ids=["children", "the helpline", "violence", "a child in Russian", "violence in Russian"],
)
def test_word_of_the_subject_is_found(data: Path, language: str, said: str, word: str) -> None:
    found = added(data, language, f"x_neutral:\n  any: {{telegram: '{said}', sms: 'x'}}\n")
    assert f"{language}.telegram: {word}: tells what it is about" in found


def test_text_for_one_register_alone_is_found(data: Path) -> None:
    found = added(data, "az", "x_neutral:\n  child: {telegram: a, sms: x}\n  adult: {telegram: b, sms: x}\n")
    assert found == ["az.telegram: is not the same for everybody: use the register any"]


def test_text_that_is_missing_on_a_channel_is_found(data: Path) -> None:
    found = added(data, "ru", "x_neutral:\n  any: {telegram: a}\n")
    assert found == ["ru.sms: is not there"] * 2


def test_label_beside_what_we_start_is_looked_at(data: Path) -> None:
    found = added(data, "az", "labels:\n  course:next: 'Uşaq tərbiyəsi'\n")
    assert "az: uşaq*: tells what it is about" in found


def test_lists_are_not_empty() -> None:
    lists = [Style.read(DATA / "style" / f"{language}.yml").lists["not_neutral"] for language in ("az", "ru")]
    assert min(len(words) for words in lists) > 20


def test_keys_that_end_in_neutral_are_looked_at(data: Path) -> None:
    (data / "phrases" / "az-x.yml").write_text("lesson_neutral:\n  any: {telegram: a, sms: a}\n", encoding="utf-8")
    assert "lesson_neutral" in neutral_keys(Phrasebook(data), {"keys": []}, "az")
