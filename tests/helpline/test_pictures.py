"""The drawings of lessons: each is a picture of its own, and no name makes the drawing fail otherwise than by saying so."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from helpline.course_library import PICTURES
from helpline.pictures import NoSuchPicture, draw, progress_name

NAMES = (*PICTURES, "progress:0:1", "progress:3:10", "progress:10:10", "progress:40:40")


@pytest.mark.parametrize("name", NAMES)
def test_picture_is_a_small_png(name: str) -> None:
    drawn = draw(name)
    image = Image.open(io.BytesIO(drawn))
    assert (image.format, image.size) == ("PNG", (800, 450))
    assert len(drawn) < 40_000
    assert len(image.convert("RGB").getcolors(1000) or []) > 3


def test_pictures_differ() -> None:
    assert len({draw(name) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize(
    "name",
    ["", "cat", "progress", "progress:1", "progress:2:1", "progress:0:0", "progress:1:99", "progress:a:b", "../x"],
)
def test_unknown_picture_is_refused(name: str) -> None:
    with pytest.raises(NoSuchPicture):
        draw(name)


def test_progress_is_named_by_its_numbers() -> None:
    assert progress_name(3, 10) == "progress:3:10"
