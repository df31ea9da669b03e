"""What goes onto paper: the letters' font and colours, shared by the letter to a service and the monthly report."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF

FONT = "dejavu"
INK, SOFT, ACCENT = (27, 36, 48), (90, 102, 117), (11, 110, 110)


@cache
def _fonts() -> Path:
    """DejaVu Sans has every letter of az, ru and en; it comes with matplotlib, whose code is not loaded for it."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError("matplotlib's fonts")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


class Paper(FPDF):
    """A4 with the font that both languages need."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.add_font(FONT, style, str(_fonts() / file))

    def pen(self, size: float, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*colour)
