"""What was published and verified in the service goes back into the files, and nothing else of them changes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from helpline.canned import read_canned
from helpline.content_check import check_content
from helpline.directory import Directory
from helpline.exporting import export_records, export_texts
from helpline.library import PLACEHOLDER
from helpline.overlay import LaidRecord, LaidText, Overlay
from helpline.phrasebook import Phrasebook
from helpline.text_catalog import text_of
from helpline.yaml_splice import CannotSplice, checked
from tests.conftest import ROOT

DAY = date(2026, 11, 2)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("content", "courses", "phrases", "services", "guides", "style", "canned"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    for name in ("menu.yml", "taxonomy.yml"):
        shutil.copy(ROOT / "data" / name, tmp_path / "data" / name)
    return tmp_path / "data"


def laid(book: Phrasebook, key: str, **changed: str) -> Overlay:
    text = text_of(book, key)
    assert text is not None
    fields = {**text.told, **{name.replace("__", "."): value for name, value in changed.items()}}
    return Overlay(texts={key: LaidText(1, DAY, "editor", {name: value for name, value in fields.items() if value})})


def lines_changed(before: Path, after: Path) -> int:
    old, new = (set(path.read_text(encoding="utf-8").splitlines()) for path in (before, after))
    return len(new - old)


@pytest.mark.parametrize(
    ("key", "changed", "lines"),
    [
        pytest.param("item:P07", {"az__title": "Yeni \"ad\""}, 4, id="a title of an item"),
        pytest.param("item:P07", {"ru__telegram__1": "Первая строка.\n\nВторая: «да»."}, 6, id="a message of two lines"),
        pytest.param("item:P07", {"az__sms__3": ""}, 3, id="an SMS less"),
        pytest.param("item:P07", {"az__words": "vurma\nqışqırma"}, 4, id="words that were none"),
        pytest.param("phrase:greeting", {"az__child__telegram": "Salam.\n\nBotam."}, 2, id="a phrase"),
        pytest.param("canned:greet", {"ru__child": "Привет. Я консультант."}, 1, id="a ready-made reply"),
        pytest.param("course:feelings", {"ru__about": "Коротко о чувствах."}, 1, id="what is said of a course"),
    ],
)  # fmt: skip
def test_exported_text_is_what_was_published(data: Path, key: str, changed: dict[str, str], lines: int) -> None:
    overlay = laid(Phrasebook(data), key, **changed)
    paths = export_texts(data, overlay)
    read_canned.cache_clear()  # ready-made replies are read once a start
    told, written = text_of(Phrasebook(data, overlay=lambda: overlay), key), text_of(Phrasebook(data), key)
    assert told is not None
    assert written is not None
    assert (written.told, len(paths)) == (told.told, 1)
    assert lines_changed(ROOT / "data" / paths[0].relative_to(data), paths[0]) == lines


def test_exported_lesson_is_what_was_published(data: Path) -> None:
    book = Phrasebook(data)
    course = book.courses.every()[0]
    key = f"lesson:{course.id}:{course.lessons[1].id}"
    overlay = laid(book, key, az__practice="Bu gün yoxla.", ru__question="Что верно?", az__answers__1="Hə")
    export_texts(data, overlay)
    lesson = Phrasebook(data).courses.every()[0].lessons[1].texts
    assert (lesson["az"].practice, lesson["ru"].question, lesson["az"].answers[0]) == (
        "Bu gün yoxla.",
        "Что верно?",
        "Hə",
    )


def test_exporting_twice_changes_nothing_more(data: Path) -> None:
    overlay = laid(Phrasebook(data), "item:P07", az__title="Yeni ad")
    export_texts(data, overlay)
    assert export_texts(data, overlay) == []


def test_every_item_survives_being_exported(data: Path) -> None:
    book = Phrasebook(data)
    texts: dict[str, LaidText] = {}
    for item in book.library.every():
        texts |= laid(book, f"item:{item.id}", az__telegram__1=f"{item.texts['az'].telegram[0]}\nSon.").texts
    export_texts(data, Overlay(texts=texts))
    found, _ = check_content(data)
    assert {item.texts["az"].telegram[0].rpartition("\n")[2] for item in found} == {"Son."}


def test_exported_record_is_told_without_the_database(data: Path) -> None:
    record = LaidRecord(DAY, date(2027, 3, 1), "editor", True, {"number": "116 222", "hours": "mon 09:00-18:00"})
    paths = export_records(data, Overlay(records={"child_line": record}))
    number = Directory(data / "services").number("child_line", DAY)
    assert number is not None
    assert (number.number, number.verification.verified_by, [path.name for path in paths]) == (
        "116 222",
        "editor",
        ["numbers.yml"],
    )
    assert lines_changed(ROOT / "data/services/numbers.yml", paths[0]) == 5


def test_exported_place_that_was_made_by_rule_gets_a_record(data: Path) -> None:
    where = {"address.az": "Bərdə, Nizami 1", "address.ru": "Барда, Низами 1"}
    overlay = Overlay(records={"commission_barda": LaidRecord(DAY, date(2027, 3, 1), "editor", False, where)})
    export_records(data, overlay)
    place = Directory(data / "services").place("commission_barda", DAY)
    assert place is not None
    assert (place.address, place.by_rule) == ({"az": "Bərdə, Nizami 1", "ru": "Барда, Низами 1"}, False)
    assert export_records(data, overlay) == []


def test_withheld_record_is_not_exported(data: Path) -> None:
    record = LaidRecord(DAY, date(2027, 3, 1), "editor", True, withheld=True)
    assert export_records(data, Overlay(records={"child_line": record})) == []


@pytest.mark.parametrize("path", [("b",), ("a", "c"), ("list", 7)], ids=["a key more", "below a text", "past the end"])
def test_place_that_is_not_there_is_refused_or_added(path: tuple[str | int, ...]) -> None:
    source = "a: x  # why\nlist:\n  - one\n"
    if path == ("b",):
        assert yaml.safe_load(checked(source, {path: "y"})) == {"a": "x", "b": "y", "list": ["one"]}
        return
    with pytest.raises(CannotSplice):
        checked(source, {path: "y"})


@pytest.mark.parametrize("lost", ["a form", "a number"])
def test_phrase_that_does_not_fit_its_file_any_more_is_left_out(lost: str) -> None:
    """A release brought a form or a number that the published text does not have."""
    files = Phrasebook(ROOT / "data")
    key = "emergency_unstaffed"
    overlay = laid(files, f"phrase:{key}", az__child__telegram="Sakit ol.")
    text = overlay.texts[f"phrase:{key}"]
    numbers = PLACEHOLDER.findall(text_of(files, f"phrase:{key}").told["az.child.telegram"])  # type: ignore[union-attr]  # it is there
    assert numbers
    fields = dict(text.fields)
    if lost == "a form":
        fields["az.child.telegram"] = " ".join(f"{{{name}}}" for name in numbers)
        del fields["ru.child.sms"]
    shown = Phrasebook(ROOT / "data", overlay=lambda: Overlay(texts={f"phrase:{key}": replace(text, fields=fields)}))
    assert shown.phrase(key) == files.phrase(key)
