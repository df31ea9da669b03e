"""Charts as pictures: what stands in them, and in both lights."""

from __future__ import annotations

import pytest

from console.charts import Bar, png, svg

BARS = [Bar("Qəbələ", 12, "12"), Bar("Şəki", 0, "< 5")]


@pytest.mark.parametrize("upright", [False, True])
def test_picture_is_one(upright: bool) -> None:
    assert svg(BARS, upright=upright).startswith(b"<?xml")
    assert png(BARS, upright=upright).startswith(b"\x89PNG")


def test_picture_of_nothing_is_drawn() -> None:
    assert b"</svg>" in svg([])


def test_picture_changes_with_the_light() -> None:
    assert b"prefers-color-scheme:dark" in svg(BARS)


def test_same_bars_make_the_same_picture() -> None:
    assert png(BARS) == png(BARS)
    assert svg(BARS) == svg(BARS)
