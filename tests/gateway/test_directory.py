"""What production needs of the directory before it starts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateway.directory import MUST_BE_VERIFIED, unverified_numbers
from gateway.settings import Misconfigured
from tests.helpline.services import change, copied, save, verified


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return copied(tmp_path)


def test_production_needs_what_nobody_verified(data: Path) -> None:
    assert unverified_numbers(date(2026, 11, 2), data / "services") == list(MUST_BE_VERIFIED)


def test_production_starts_on_the_last_day_and_not_the_day_after(data: Path) -> None:
    for code in MUST_BE_VERIFIED:
        change(data, "numbers.yml", code, **verified(until="2026-11-02"))
    assert unverified_numbers(date(2026, 11, 2), data / "services") == []
    assert unverified_numbers(date(2026, 11, 3), data / "services") == list(MUST_BE_VERIFIED)


def test_directory_that_cannot_be_read_stops_the_start_in_one_line(data: Path) -> None:
    save(data / "services" / "numbers.yml", "numbers: [")
    with pytest.raises(Misconfigured) as refused:
        unverified_numbers(date(2026, 11, 2), data / "services")
    assert str(refused.value).count("\n") == 0
