"""The simple drawings that go with lessons: flat and calm, without a word in them, so that they are for every reader.

A picture is named in a lesson (`clock`) or made of how far a course has come (`progress:3:10`).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin

from PIL import Image, ImageDraw

from helpline.course_library import PICTURES

WIDTH, HEIGHT = 800, 450
# Drawn larger and made smaller, so that edges are smooth.
_SCALE = 3
_PAPER, _SOFT, _MIDDLE, _DARK, _WARM, _LIGHT = "#F5F1E8", "#CFE0DB", "#7FAFA6", "#2F5D62", "#E5B679", "#FBF8F2"
_PROGRESS = "progress"
_MOST_LESSONS = 40
Box = tuple[float, float, float, float]


class NoSuchPicture(KeyError):
    """A name that is no picture."""


class _Pen:
    """Draws in coordinates of the finished picture."""

    def __init__(self, image: Image.Image) -> None:
        self._draw = ImageDraw.Draw(image)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        self._draw.ellipse(_scaled((x - radius, y - radius, x + radius, y + radius)), fill=fill)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str, round_: float = 0) -> None:
        self._draw.rounded_rectangle(_scaled((left, top, right, bottom)), round_ * _SCALE, fill=fill)

    def shape(self, points: list[tuple[float, float]], fill: str) -> None:
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=fill)

    def slice(self, x: float, y: float, radius: float, start: float, end: float, fill: str) -> None:
        """A piece of a disc, in degrees clockwise from the top."""
        box = _scaled((x - radius, y - radius, x + radius, y + radius))
        self._draw.pieslice(box, start - 90, end - 90, fill=fill)

    def stroke(self, x: float, y: float, to_x: float, to_y: float, width: float, fill: str) -> None:
        """A line with round ends."""
        self._draw.line(
            [coordinate * _SCALE for coordinate in (x, y, to_x, to_y)], fill=fill, width=int(width * _SCALE)
        )
        self.disc(x, y, width / 2, fill)
        self.disc(to_x, to_y, width / 2, fill)


def _scaled(box: Box) -> Box:
    left, top, right, bottom = box
    return left * _SCALE, top * _SCALE, right * _SCALE, bottom * _SCALE


@lru_cache(maxsize=64)
def draw(name: str) -> bytes:
    """Return a picture as PNG. Raise NoSuchPicture."""
    drawn = _progress_of(name) if name.startswith(f"{_PROGRESS}:") else _DRAWN.get(name)
    if drawn is None:
        raise NoSuchPicture(name)
    image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _PAPER)
    drawn(_Pen(image))
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    small.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


def progress_name(done: int, total: int) -> str:
    return f"{_PROGRESS}:{done}:{total}"


def _progress_of(name: str) -> Callable[[_Pen], None] | None:
    _, *numbers = name.split(":")
    if len(numbers) != 2 or not all(each.isdigit() for each in numbers):
        return None
    done, total = (int(each) for each in numbers)
    return (lambda pen: _way(pen, done, total)) if 0 <= done <= total and 1 <= total <= _MOST_LESSONS else None


def _way(pen: _Pen, done: int, total: int) -> None:
    """Stones of a path: those behind are full, the next one is light."""
    gap = 600 / max(total - 1, 1)
    radius = min(26.0, gap * 0.36)
    places = [(100 + gap * number, 235 - 45 * sin(number * pi / 3)) for number in range(total)]
    for (x, y), (to_x, to_y) in pairwise(places):
        pen.stroke(x, y, to_x, to_y, radius / 3, _SOFT)
    for number, (x, y) in enumerate(places):
        pen.disc(x, y, radius, _DARK if number < done else _SOFT)
        if number == done:
            pen.disc(x, y, radius * 0.6, _WARM)


def _breathing(pen: _Pen) -> None:
    for radius, fill in ((185, _SOFT), (135, "#A9CBC3"), (88, _MIDDLE), (44, _DARK)):
        pen.disc(400, 225, radius, fill)
    for side in (-1, 1):
        for place, length in ((250, 46), (300, 26)):
            pen.stroke(400 + side * place, 225 - length, 400 + side * place, 225 + length, 12, _SOFT)


def _steps(pen: _Pen) -> None:
    for number, fill in enumerate((_SOFT, "#A9CBC3", _MIDDLE, _DARK)):
        left = 150 + number * 130
        pen.box(left, 330 - number * 62, left + 118, 390, fill, 10)
    pen.disc(469, 176, 30, _WARM)


def _hand(pen: _Pen) -> None:
    fingers = ((304, 195, 290, 128), (360, 180, 354, 78), (418, 178, 422, 66), (474, 190, 488, 92))
    for x, y, to_x, to_y in fingers:
        pen.stroke(x, y + 60, to_x, to_y, 46, _MIDDLE)
    pen.stroke(330, 330, 226, 254, 48, _MIDDLE)
    pen.box(278, 205, 500, 400, _MIDDLE, 70)
    for x, y in ((290, 128), (354, 78), (422, 66), (488, 92), (226, 254)):
        pen.disc(x, y, 14, _WARM)


def _circle(pen: _Pen) -> None:
    for radius, fill in ((190, _SOFT), (125, "#A9CBC3"), (58, _MIDDLE)):
        pen.disc(400, 225, radius, fill)
    pen.disc(400, 225, 24, _DARK)
    for ring, count, turn in ((92, 4, 0.4), (158, 7, 0.1)):
        for number in range(count):
            angle = turn + number * 2 * pi / count
            pen.disc(400 + ring * cos(angle), 225 + ring * sin(angle), 15, _WARM if ring == 92 else _LIGHT)


def _ladder(pen: _Pen) -> None:
    for number in range(5):
        y = 372 - number * 72
        pen.stroke(330 + number * 6, y, 470 - number * 6, y, 18, _WARM if number == 2 else _MIDDLE)
    pen.stroke(318, 410, 358, 48, 20, _DARK)
    pen.stroke(482, 410, 442, 48, 20, _DARK)


def _clock(pen: _Pen) -> None:
    pen.disc(400, 225, 178, _MIDDLE)
    pen.disc(400, 225, 158, _LIGHT)
    pen.slice(400, 225, 140, 0, 60, _WARM)
    for number in range(12):
        angle = number * pi / 6
        pen.disc(400 + 138 * sin(angle), 225 - 138 * cos(angle), 9 if number % 3 == 0 else 5, _DARK)
    pen.stroke(400, 225, 400, 125, 12, _DARK)
    pen.stroke(400, 225, 330, 265, 14, _DARK)
    pen.disc(400, 225, 15, _DARK)


def _house(pen: _Pen) -> None:
    pen.box(120, 386, 680, 398, _SOFT, 6)
    pen.box(280, 210, 520, 390, _MIDDLE, 6)
    pen.shape([(240, 222), (400, 84), (560, 222)], _DARK)
    pen.box(370, 290, 432, 390, _DARK, 6)
    for left in (302, 450):
        pen.box(left, 250, left + 46, 296, _WARM, 6)


def _shield(pen: _Pen) -> None:
    for reach, fill in ((1.0, _MIDDLE), (0.84, _LIGHT)):
        curve = [(1 - t / 12, 0.05 + 0.95 * sin(t / 12 * pi / 2)) for t in range(13)]
        right = [(400 + 150 * reach * x, 225 + 185 * reach * y) for x, y in curve]
        left = [(800 - x, y) for x, y in reversed(right)]
        top = 225 - 150 * reach
        pen.shape([(400, top - 25 * reach), (400 + 150 * reach, top), *right, *left, (400 - 150 * reach, top)], fill)
    pen.disc(372, 205, 40, _WARM)
    pen.disc(428, 205, 40, _WARM)
    pen.shape([(339, 227), (461, 227), (400, 300)], _WARM)
    pen.box(372, 200, 428, 240, _WARM)


_DRAWN: dict[str, Callable[[_Pen], None]] = dict(
    zip(PICTURES, (_breathing, _steps, _hand, _circle, _ladder, _clock, _house, _shield), strict=True)
)
