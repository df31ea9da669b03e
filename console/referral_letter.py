"""The letter to a service: one calm page with exactly the agreed fields, as a PDF in az or ru."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml
from fpdf.enums import XPos, YPos

from console.paper import ACCENT, INK, SOFT, Paper
from helpline.phrasebook import Phrasebook
from helpline.referral_services import Service
from helpline.referrals import Consent, Referral
from helpline.starting import BAKU

_MARGIN, _INDENT, _LINE = 22, 56, 5
_GROUPS = {
    "who": "audience",
    "age_band": "age",
    "language": "language",
    "level": "level",
    "risks": "risk",
    "needs": "need",
}


@dataclass(frozen=True)
class Letter:
    """A referral that left, and the service that it went to."""

    referral: Referral
    service: Service


@dataclass(frozen=True)
class LetterTexts:
    """The words of data/letters/<language>.yml: whole sentences by key, with named placeholders."""

    language: str
    texts: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> LetterTexts:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(path.stem, {str(key): str(text) for key, text in loaded.items()})

    def __call__(self, key: str, **values: str) -> str:
        return self.texts[key].format(**values)

    def word(self, group: str, code: object) -> str:
        """The word of a code; an age band is its own word."""
        return self.texts.get(f"{group}.{code}", str(code))


def pdf(letter: Letter, texts: LetterTexts, book: Phrasebook) -> bytes:
    """Return the letter. The same referral gives the same letter, whenever it is printed."""
    found, page = letter.referral, _Page(texts("running", reference=letter.referral.reference))
    page.set_title(found.reference)
    page.set_creation_date(found.sent_at or found.created_at)
    page.add_page()
    _head(page, letter, texts)
    page.said(texts("greeting"))
    page.titled(texts("shared"))
    for name, value in (found.shared or {}).items():
        page.row(texts(f"field.{name}"), _value(name, value, texts, book))
    page.titled(texts("asked"))
    page.said(texts("by_when", due=_day(found.due_at or found.created_at, with_hour=True)))
    page.said(texts("answer", reference=found.reference))
    page.titled(texts("rests_on"))
    page.said(_basis(found, texts))
    page.noted(texts("confidential"))
    return bytes(page.output())


class _Page(Paper):
    """One column of text, with the draft mark above and the reference below."""

    def __init__(self, running: str) -> None:
        super().__init__()
        self._running = running
        self.set_margins(_MARGIN, 13, _MARGIN)
        self.set_auto_page_break(True, 15)

    def footer(self) -> None:
        self.set_y(-12)
        self.pen(8, SOFT)
        self.cell(0, 5, self._running, align="C")

    def said(self, text: str, size: float = 10, *, bold: bool = False) -> None:
        self.pen(size, INK, bold=bold)
        self.multi_cell(0, _LINE if size < 12 else 7, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.2)

    def titled(self, text: str) -> None:
        self.ln(1)
        self.pen(11, ACCENT, bold=True)
        self.multi_cell(0, 6, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(0.8)

    def noted(self, text: str) -> None:
        self.ln(1.5)
        self.set_draw_color(*ACCENT)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.ln(2)
        self.pen(8.5, SOFT)
        self.multi_cell(0, 4.3, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def row(self, label: str, text: str) -> None:
        """A field: its name on the left, what is told on the right."""
        top = self.get_y()
        self.pen(9, SOFT)
        self.multi_cell(_INDENT - 4, _LINE, label, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        under_label, page = self.get_y(), self.page
        self.set_xy(_MARGIN + _INDENT, top)
        self.pen(10, INK)
        self.multi_cell(0, _LINE, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if self.page == page:
            self.set_y(max(under_label, self.get_y()))
        self.ln(0.6)


def _head(page: _Page, letter: Letter, texts: LetterTexts) -> None:
    found, language = letter.referral, texts.language
    page.noted(texts("draft"))
    page.ln(2)
    page.said(texts("house"), 15, bold=True)
    sent = _day(found.sent_at or found.created_at)
    page.row(texts("date"), sent)
    page.row(texts("reference"), found.reference)
    address = letter.service.address
    named = letter.service.name[language]
    page.row(texts("to"), named if address is None else f"{named}\n{address[language]}")
    page.ln(1)
    page.said(texts("subject"), 12, bold=True)


def _value(name: str, value: object, texts: LetterTexts, book: Phrasebook) -> str:
    if name == "district":
        return book.label(f"district:{value}", texts.language)
    if name not in _GROUPS:
        return str(value)
    codes = value if isinstance(value, list) else [value]
    words = [texts.word(_GROUPS[name], code) for code in codes]
    return "\n".join(f"• {word}" for word in words) if name == "needs" else ", ".join(words)


def _basis(found: Referral, texts: LetterTexts) -> str:
    if found.consent is not None:
        return _agreed(found.consent, texts)
    reason = "" if found.override is None else texts.word("override", found.override.reason)
    return texts("override", reason=reason)


def _agreed(consent: Consent, texts: LetterTexts) -> str:
    who = ", ".join(texts.word("agreed", each.value) for each in sorted(consent.who, key=lambda who: who.value))
    how = texts.word("how", consent.how.value)
    return texts("consent", who=who, how=how, day=_day(consent.at), version=consent.version)


def _day(at: datetime, *, with_hour: bool = False) -> str:
    return at.astimezone(BAKU).strftime("%d.%m.%Y, %H:%M" if with_hour else "%d.%m.%Y")
