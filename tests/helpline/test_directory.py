"""The directory: what may be told on a day, what editors are told is wrong, and how a verification is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from helpline.content_check import check_content
from helpline.directory import Directory, day_of
from helpline.directory_check import check_directory
from helpline.directory_edit import CannotVerify, Verified, write_verification
from helpline.phrasebook import MissingText, Phrasebook, Reader, Say
from helpline.record_fields import BadRecord
from helpline.records import DAY_ONE
from tests.conftest import FrozenClock
from tests.helpline.services import DATA, add, change, copied, place, save, verified

DAY = date(2026, 11, 2)
ADULT = Reader("az", "adult", "telegram")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return copied(tmp_path)


def directory(data: Path) -> Directory:
    return Directory(data / "services")


def told(data: Path, on: date | None = DAY) -> set[str]:
    return {number.code for number in directory(data).numbers(on)}


def test_only_the_numbers_of_the_first_day_are_told_while_nothing_is_verified(data: Path) -> None:
    assert told(data) == told(data, None) == DAY_ONE == {"police", "rescue", "ambulance"}


@pytest.mark.parametrize(
    "dates", [{}, verified(until="2026-10-31"), verified()], ids=["never", "not any more", "today"]
)
def test_police_is_told_whether_or_not_it_is_verified(data: Path, dates: dict[str, object]) -> None:
    change(data, "numbers.yml", "police", **dates)
    assert "police" in told(data)


@pytest.mark.parametrize(
    ("day", "is_told"),
    [("2026-09-30", False), ("2026-10-01", True), ("2026-11-02", True), ("2026-11-03", False)],
    ids=["before", "first day", "last day", "day after"],
)
def test_verified_number_is_told_from_its_first_to_its_last_day(data: Path, day: str, is_told: bool) -> None:
    change(data, "numbers.yml", "child_line", show=True, **verified())
    assert ("child_line" in told(data, date.fromisoformat(day))) is is_told


@pytest.mark.parametrize(
    "values",
    [{"show": True}, {**verified(), "show": False}, {**verified(), "show": True, "number": None}],
    ids=["shown but not verified", "verified but not shown", "no number"],
)
def test_number_is_withheld(data: Path, values: dict[str, object]) -> None:
    change(data, "numbers.yml", "child_line", **values)
    assert "child_line" not in told(data)


def test_number_that_expires_at_midnight_is_withheld_without_a_restart(data: Path, clock: FrozenClock) -> None:
    change(data, "numbers.yml", "child_line", show=True, **verified(until="2026-11-02"))
    item = (DATA / "content" / "P07.yml").read_text(encoding="utf-8").replace("{police}", "{child_line}")
    (data / "content" / "P07.yml").write_text(
        item.replace("sms:\n", "sms:\n    - '{child_line}'\n", 1), encoding="utf-8"
    )
    book = Phrasebook(data, today=lambda: day_of(clock.now()))
    clock.time = clock.time.replace(hour=19, minute=59, second=59)  # 23:59:59 in Baku
    book.reload()
    assert (book.numbers.get("child_line"), book.library.get("P07") is not None) == ("116111", True)
    clock.pass_(seconds=1)
    assert book.reload() is True
    assert (book.numbers.get("child_line"), book.library.get("P07")) == (None, None)


def test_phrases_name_the_police_although_an_editor_hid_it(data: Path) -> None:
    for code in DAY_ONE:
        change(data, "numbers.yml", code, show=False)
    book = Phrasebook(data)
    assert book.numbers == {}
    assert "102" in book.render(Say("help_card"), ADULT)[0].text


def test_changed_file_is_read_again_and_a_slip_keeps_what_was_there(data: Path) -> None:
    found = directory(data)
    change(data, "numbers.yml", "child_line", show=True, **verified())
    assert found.reload()
    assert found.number("child_line", DAY) is not None
    path = data / "services" / "numbers.yml"
    good = path.read_text(encoding="utf-8")
    save(path, "numbers: [")
    found.reload()
    assert found.number("child_line", DAY) is not None
    assert found.unreadable == "numbers.yml: not readable as YAML: look for a missing quote or a wrong indentation"
    save(path, good)
    found.reload()
    assert found.unreadable is None
    assert found.reload() is False


BAD = {
    "a shelter with an address": ({"shelter": True, "district": None}, "where a shelter is must never be told"),
    "a shelter with a district": ({"shelter": True, "address": None}, "where a shelter is must never be told"),
    "an unknown kind": ({"kind": "castle"}, "its kind or its district is not known"),
    "an unknown district": ({"district": "atlantis"}, "its kind or its district is not known"),
    "one language": ({"name": {"az": "Mərkəz"}}, "name must be told in az and in ru"),
    "verified by nobody": ({"verified_by": None}, "verified_on and verified_by go together"),
    "verified for ever": ({"valid_until": None}, "needs a valid_until"),
    "over before it began": ({"valid_until": "2026-09-01"}, "needs a valid_until"),
    "a date that is none": ({"verified_on": "yesterday"}, "verified_on must be a date"),
    "a code of two words": ({"code": "two words"}, "code must be of small"),
    "a code that is there": ({"code": "dost_barda"}, "the code is there twice"),
    "a number for a phone": ({"phone": 205}, "phone must be a text in quotes"),
    "a rumour": ({"confidence": "rumour"}, "confidence must be one of"),
    "perhaps a shelter": ({"shelter": "perhaps"}, "shelter must be true, false or null"),
}


@pytest.mark.parametrize(("values", "says"), BAD.values(), ids=BAD)
def test_place_that_cannot_be_is_refused_by_name(data: Path, values: dict[str, object], says: str) -> None:
    add(data, "places.yml", "places", place("centre") | values)
    with pytest.raises(BadRecord, match=says):
        directory(data)
    assert says in check_directory(data, DAY).problems[0]


@pytest.mark.parametrize("code", sorted(DAY_ONE))
def test_directory_without_whom_to_call_is_refused(data: Path, code: str) -> None:
    change(data, "numbers.yml", code, number=None)
    with pytest.raises(BadRecord, match=code):
        directory(data)


def test_shelter_is_never_listed_verified_or_not(data: Path) -> None:
    shelter = place("house", kind="ngo_centre", shelter=True, address=None, district=None)
    add(data, "places.yml", "places", shelter)
    found = directory(data)
    assert found.place("house", DAY) is None
    assert [one.code for code in found.records.districts for one in found.places(code, DAY)] == []


def test_places_of_a_district_are_the_verified_ones(data: Path) -> None:
    add(data, "places.yml", "places", place("here"))
    add(data, "places.yml", "places", place("over", **verified(until="2026-11-01")))
    add(data, "places.yml", "places", place("elsewhere", district="tartar"))
    found = directory(data)
    assert [one.code for one in found.places("barda", DAY)] == ["here"]
    assert found.places("barda", DAY + timedelta(days=1)) == []


def test_capital_and_its_districts_share_what_the_capital_has(data: Path) -> None:
    add(data, "places.yml", "places", place("inner", district="nizami"))
    add(data, "places.yml", "places", place("whole", district="baku"))
    found = directory(data)
    listed = {code: [one.code for one in found.places(code, DAY)] for code in ("baku", "nizami", "yasamal", "sumgait")}
    assert listed == {"baku": ["inner", "whole"], "nizami": ["inner", "whole"], "yasamal": ["whole"], "sumgait": []}


def test_every_district_has_a_commission_by_rule_until_one_is_written(data: Path) -> None:
    made = [one for one in directory(data).records.places.values() if one.by_rule]
    assert {one.district for one in made} == set(directory(data).records.districts)
    add(data, "places.yml", "places", place("commission_in_barda", kind="commission"))
    made = [one for one in directory(data).records.places.values() if one.by_rule]
    assert "barda" not in {one.district for one in made}


def test_pilot_is_the_files_unless_it_is_named(data: Path) -> None:
    assert directory(data).pilot == ("ganja", "goranboy", "aghdam", "barda", "tartar", "aghjabadi")
    assert Directory(data / "services", pilot=frozenset({"shaki", "barda"})).pilot == ("barda", "shaki")
    with pytest.raises(BadRecord, match="no such district: atlantis"):
        Directory(data / "services", pilot=frozenset({"atlantis"}))


def test_directory_of_the_project_is_clean() -> None:
    assert check_directory(DATA, DAY).problems == ()


def test_nothing_of_the_project_is_called_verified_before_somebody_called() -> None:
    records = Directory(DATA / "services").records
    rows = [*records.numbers.values(), *records.places.values(), *records.amounts.values()]
    assert {row.verification.verified_on for row in rows} == {None}
    assert {(one.phone, one.address, one.hours) for one in records.places.values()} == {(None, None, None)}


def test_check_notes_what_is_unverified_over_or_over_soon(data: Path) -> None:
    change(data, "numbers.yml", "child_line", show=True, **verified(until="2026-12-02"))
    change(data, "numbers.yml", "education", **verified(until="2026-11-01"))
    change(data, "numbers.yml", "health", **verified(until="2026-12-03"))
    report = check_directory(data, DAY)
    about = [
        note for note in report.notes if note.startswith(("numbers.yml child", "numbers.yml edu", "numbers.yml he"))
    ]
    assert about == ["numbers.yml child_line: expires on 2026-12-02", "numbers.yml education: expired on 2026-11-01"]
    assert "numbers.yml fire: not verified (C)" in report.notes
    assert "pilot district barda: no verified place" in report.notes
    assert report.counts is not None
    assert report.counts["numbers"] == (4, 13)


FOUND = {
    "police hidden": (
        "numbers.yml",
        "police",
        {"show": False},
        "numbers.yml police: is told from the first day and cannot be hidden: show: true",
    ),
    "a fallback that may be withheld": (
        "numbers.yml",
        "fire",
        {"fallback": "women_line"},
        "numbers.yml fire: the fallback must be one of ambulance, police, rescue",
    ),
    "shown unverified": ("numbers.yml", "fire", {"show": True}, "numbers.yml fire: show: true, but nobody verified it"),
    "the ambulance alone": (
        "numbers.yml",
        "ambulance",
        {"fallback": None},
        "numbers.yml ambulance: outside Baku it may not answer, its fallback must be rescue",
    ),
    "no source": ("numbers.yml", "fire", {"source": None}, "numbers.yml fire: confidence C without a source"),
    "a centre abroad": (
        "districts.yml",
        "barda",
        {"lat": 4.1},
        "districts.yml barda: lat, lon are outside the country",
    ),
    "two of a name": (
        "districts.yml",
        "tartar",
        {"aliases": ["berde"]},
        "districts.yml tartar: berde is a name of barda too",
    ),
}


@pytest.mark.parametrize(
    ("file", "code", "values", "problem"),
    FOUND.values(),
    ids=FOUND,
)
def test_check_finds(data: Path, file: str, code: str, values: dict[str, object], problem: str) -> None:
    change(data, file, code, **values)
    assert check_directory(data, DAY).problems == (problem,)


def test_check_finds_a_phrase_that_names_what_may_be_withheld(data: Path) -> None:
    path = data / "phrases" / "az-directory.yml"
    path.write_text(
        path.read_text(encoding="utf-8") + '\nextra: {any: {sms: "{child_line}", telegram: "x"}}\n', encoding="utf-8"
    )
    assert check_directory(data, DAY).problems == (
        "az-directory.yml extra.any.sms: {child_line} is not told on every day, so no phrase may name it",
    )


def verify(data: Path, code: str, **values: object) -> Path:
    known = {"by": 'Ə. "Nə" Şirinova', "on": date(2026, 11, 1), "until": date(2027, 5, 1), "show": False, **values}
    return write_verification(data / "services", code, Verified(**known), DAY)  # type: ignore[arg-type]  # keyed by name


def test_verification_changes_the_lines_of_its_record_and_no_other(data: Path) -> None:
    before = (data / "services" / "numbers.yml").read_text(encoding="utf-8").splitlines()
    after = verify(data, "child_line", show=True).read_text(encoding="utf-8").splitlines()
    assert len(after) == len(before)
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [
        "    verified_on: 2026-11-01",
        '    verified_by: "Ə. \\"Nə\\" Şirinova"',
        "    valid_until: 2027-05-01",
        "    show: true",
    ]
    found = directory(data).number("child_line", DAY)
    assert found is not None
    assert found.verification.verified_by == 'Ə. "Nə" Şirinova'


def test_verification_again_replaces_the_last_one_and_keeps_comments(data: Path) -> None:
    path = data / "services" / "places.yml"
    verify(data, "dost_barda")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("valid_until: 2027-05-01", "valid_until: 2027-05-01  # asked again in May"), encoding="utf-8"
    )
    verify(data, "dost_barda", by="B", until=date(2027, 6, 1))
    assert path.read_text(encoding="utf-8").count("    valid_until: 2027-06-01  # asked again in May\n") == 1
    found = directory(data).place("dost_barda", DAY)
    assert found is not None
    assert found.verification.verified_by == "B"


def test_record_on_one_line_is_verified_where_it_stands(data: Path) -> None:
    before = (data / "services" / "amounts.yml").read_text(encoding="utf-8").splitlines()
    after = verify(data, "birth").read_text(encoding="utf-8").splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert "verified_on: 2026-11-01" in changed[0]


@pytest.mark.parametrize(
    ("code", "values", "says"),
    [
        ("nobody", {}, "no record nobody"),
        ("commission_barda", {}, "made by rule is written there first"),
        ("dost_barda", {"show": True}, "only numbers are shown"),
        ("child_line", {"by": " "}, "--by must be the name"),
        ("child_line", {"by": "a\nshow: true"}, "--by must be the name"),
        ("child_line", {"on": date(2026, 11, 3)}, "--on is in the future"),
        ("child_line", {"until": date(2026, 11, 1)}, "--until is over already"),
    ],
    ids=["unknown", "made by rule", "a place shown", "by nobody", "two lines", "tomorrow", "over"],
)
def test_verification_that_cannot_be_changes_nothing(
    data: Path, code: str, values: dict[str, object], says: str
) -> None:
    before = {path: path.read_bytes() for path in (data / "services").iterdir()}
    with pytest.raises(CannotVerify, match=says):
        verify(data, code, **values)
    assert {path: path.read_bytes() for path in (data / "services").iterdir()} == before


@dataclass(frozen=True)
class Money:
    """P42 with one amount, a record, in a folder of its own."""

    data: Path

    def book(self, drafts: bool, day: date = DAY) -> Phrasebook:
        return Phrasebook(self.data, drafts=drafts, today=lambda: day)

    def text(self, form: str, language: str, key: str) -> str:
        reader = Reader(language, "adult", form)
        return self.book(drafts=True).render(Say(key), reader)[-1].text


@pytest.fixture
def money(data: Path) -> Money:
    text = (DATA / "content" / "P42.yml").read_text(encoding="utf-8")
    text = text.replace("{amount_infant_in_assisted_family}", "{amount_many_children}")
    (data / "content" / "P42.yml").write_text(text.replace("state: draft", "state: published"), encoding="utf-8")
    return Money(data)


def test_amount_is_said_with_its_month_and_that_it_may_change(money: Money) -> None:
    assert "140 manat (07.2025 məlumatı)" in money.book(drafts=True).render(Say("item:P42"), ADULT)[0].text
    assert money.text("telegram", "az", "item:P42").endswith("\nMəbləğlər dəyişir: getməzdən əvvəl yoxlayın.")
    assert money.text("telegram", "ru", "item:P42").endswith("\nСуммы меняются: проверьте их, прежде чем идти.")
    assert "140 манатов (07.2025)" in money.text("sms", "ru", "item:P42:1")


def test_unverified_amount_is_withheld_from_people_in_production(money: Money) -> None:
    assert money.book(drafts=False).library.get("P42") is None
    change(money.data, "amounts.yml", "many_children", **verified())
    assert money.book(drafts=False).library.get("P42") is not None
    assert money.book(drafts=False, day=date(2026, 11, 3)).library.get("P42") is None


def test_amount_that_is_over_is_told_nowhere(money: Money) -> None:
    change(money.data, "amounts.yml", "many_children", valid_until="2026-11-01")
    with pytest.raises(MissingText):
        money.text("telegram", "az", "item:P42")
    change(money.data, "amounts.yml", "infant_in_assisted_family", valid_until="2026-11-01")
    said = {problem.what for problem in check_content(money.data, DAY)[1] if "amount" in problem.what}
    assert said == {"{amount_many_children} is no amount that is still valid (data/services/amounts.yml)"}


def test_bare_amount_that_is_no_record_is_found(money: Money) -> None:
    path = money.data / "content" / "P42.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("{amount_many_children}", "1 250 manat", 1), encoding="utf-8"
    )
    said = [problem.what for problem in check_content(money.data, DAY)[1] if "amount" in problem.what]
    assert said == ["1 250 manat: an amount is a record of data/services/amounts.yml, written as {amount_…}"]
