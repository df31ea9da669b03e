"""What was verified in the service counts wherever the directory is told, and for production's start."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.directory import MUST_BE_VERIFIED, unverified_numbers
from helpline.accounts import Account, Role
from helpline.directory import day_of
from helpline.directory_list import directory_of, listed, to_do
from helpline.overlay import LaidRecord, Overlay, patched
from helpline.phrasebook import Phrasebook
from helpline.verifying import CannotBeVerified, Heard, Verification, Verifying
from store.database import Database
from store.editing_pages import OverlayReader
from tests.conftest import ROOT, FrozenClock, SilentBell
from tests.helpline.harness import Helpline

DAY, UNTIL = date(2026, 11, 2), date(2027, 3, 1)


@pytest.fixture
def verifying(database: Database, clock: FrozenClock) -> Verifying:
    book = Phrasebook(ROOT / "data", today=lambda: day_of(clock.now()), overlay=OverlayReader(database))
    return Verifying(database, book, clock, SilentBell())


def found(helpline: Helpline, record: str, **fields: object) -> Verification:
    by = helpline.add_counsellor(f"editor-{record}")
    return Verification(record, by, "editor", Heard.RIGHT, "call", DAY, UNTIL, **fields)  # type: ignore[arg-type]  # fields of one


def test_production_starts_once_its_numbers_were_verified_in_the_console(
    helpline: Helpline, verifying: Verifying, database: Database
) -> None:
    for code in MUST_BE_VERIFIED:
        verifying.verify(found(helpline, code, show=True))
    assert unverified_numbers(DAY, known=OverlayReader(database)()) == []
    assert unverified_numbers(date(2027, 3, 2), known=OverlayReader(database)()) == list(MUST_BE_VERIFIED)


def test_counsellor_sees_what_may_be_told_in_a_district(helpline: Helpline, verifying: Verifying) -> None:
    verifying.verify(found(helpline, "child_line", show=True))
    rows = directory_of(verifying.book.directory, "barda", helpline.clock.now())
    assert [row.code for row in rows] == ["police", "rescue", "ambulance", "child_line"]


def test_what_ends_within_a_month_comes_first(helpline: Helpline, verifying: Verifying) -> None:
    verifying.verify(found(helpline, "child_line", show=True))
    helpline.clock.pass_(days=100)
    rows = listed(verifying.book.directory, helpline.clock.now())
    assert to_do(rows, day_of(helpline.clock.now()))[0].code == "child_line"


def test_number_that_is_not_known_cannot_be_right(helpline: Helpline, verifying: Verifying) -> None:
    rows = listed(verifying.book.directory, helpline.clock.now())
    code = next(row.code for row in rows if row.why == "no_number")
    with pytest.raises(CannotBeVerified, match="no_number"):
        verifying.verify(found(helpline, code))


def test_supervisor_without_the_right_decides_nothing(helpline: Helpline, verifying: Verifying) -> None:
    one = found(helpline, "child_line")
    number = verifying.verify(Verification(**{**vars(one), "heard": Heard.DIFFERS, "corrected": {"number": "116 222"}}))
    with pytest.raises(CannotBeVerified, match="needs_another"):
        verifying.decide(number, Account(99, "analyst-1", Role.ANALYST, "az"), accept=True)


@pytest.mark.parametrize(
    ("laid", "row", "after"),
    [
        pytest.param(
            LaidRecord(DAY, UNTIL, "editor", corrected={"number": "1"}),
            {"code": "police", "number": "102"},
            "102",
            id="police keeps its number whatever a row says",
        ),
        pytest.param(
            LaidRecord(DAY, UNTIL, "editor", corrected={"number": "1"}),
            {"code": "line", "number": "2", "verified_on": date(2026, 11, 3)},
            "2",
            id="a file verified later stands",
        ),
        pytest.param(
            LaidRecord(DAY, UNTIL, "editor", corrected={"number": "1"}),
            {"code": "line", "number": "2", "verified_on": date(2026, 11, 1)},
            "1",
            id="a file verified earlier gives way",
        ),
    ],
)
def test_record_is_patched_as_its_dates_say(laid: LaidRecord, row: dict[str, object], after: str) -> None:
    assert patched(row, laid)["number"] == after


def test_overlay_that_fits_no_file_any_more_takes_nothing_away() -> None:
    broken = LaidRecord(DAY, UNTIL, "editor", True, {"hours": "mon never"})
    gone = LaidRecord(DAY, UNTIL, "editor")
    overlay = Overlay(records={"child_line": broken, "no_such_record": gone})
    book = Phrasebook(ROOT / "data", overlay=lambda: overlay)
    assert book.directory.records.numbers["child_line"].number == "116111"
