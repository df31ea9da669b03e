"""The rescue sheet of an emergency: where help has to go, who answers there, what to read to them, the sender's number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from console.case_features import Act, Posted, Refusal
from console.parts import ConsoleParts
from console.words import Words
from helpline.access import May, about_case, rules
from helpline.accounts import SignedIn
from helpline.alerts import Alerts
from helpline.cases import EmptyText
from helpline.directory import Directory, day_of, place_told
from helpline.phrasebook import channel_form
from helpline.records import DAY_ONE, Place
from helpline.rescue import NoEmergency, ReasonMissing, Rescue, RevealReason
from helpline.rescue_sheet import may_tell_place, read_sheets
from store import rescue_pages
from store.case_pages import CasePage, Line
from store.claim_pages import disclosed_at
from triage.taxonomy import Level

NUMBERS = ("police", "ambulance", "rescue", "child_line")
KINDS = ("ambulance", "commission", "support_centre")
MOST_POINTED_AT = 6


@dataclass(frozen=True)
class DeskLine:
    """Who answers. `number` None: none is known; `verified`: a person checked it and that still counts.

    `sure`: told from the first day, checked or not.
    """

    code: str
    name: str
    number: str | None
    verified: bool
    sure: bool = False


class RescueSheet:
    leaves: frozenset[str] = frozenset()
    refusals: Mapping[type[Exception], Refusal] = {
        EmptyText: Refusal("case.empty"),
        NoEmergency: Refusal("rescue.no_emergency", 409),
        ReasonMissing: Refusal("rescue.reason_missing"),
    }

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._rescue = Rescue(parts.database, Alerts(parts.book, parts.duty), parts.clock, parts.bell)
        self._sheets = read_sheets(parts.root / "rescue")
        self.actions: Mapping[str, Act] = {"place": self._place, "reveal": self._reveal}

    def back(self, action: str) -> str:
        return "#number" if action == "reveal" else "#rescue"

    def _place(self, posted: Posted) -> None:
        self._rescue.save_place(posted.case, posted.counsellor, posted.text("place"))

    def _reveal(self, posted: Posted) -> None:
        self._rescue.reveal(posted.case, posted.counsellor, posted.text("reason", 40), posted.text("why"))

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        if page.row.case.level < Level.EMERGENCY:
            return {"rescue": None}
        vault, case, now = self._parts.database.vault, page.row.case, self._parts.clock.now()
        place = rescue_pages.place_of(db, vault, case.id)
        since = disclosed_at(db, case.id) or case.opened_at
        return {
            "rescue": {
                "place": place,
                "typed_place": posted.text("place") if posted is not None else "",
                "typed_why": posted.text("why") if posted is not None else "",
                "pointed_at": self._pointed_at(page),
                "desk": self._desk(page, who.account.language),
                "scripts": self._scripts(page, place, who.account.language),
                "since": since,
                "seconds": int((now - since).total_seconds()),
                "may_reveal": rules().allows(May.REVEAL_ADDRESS, about_case(who.account, case)),
                "number": rescue_pages.number_shown_to(db, vault, case.id, who.account.id, now),
                "shown": rescue_pages.shown_before(db, vault, case.id),
                "reasons": [reason.value for reason in RevealReason],
                "phone": channel_form(page.row.channel) == "sms",
            }
        }

    def _pointed_at(self, page: CasePage) -> list[Line]:
        said = [line for line in page.lines if line.author.value == "person" and line.text]
        return [line for line in said if may_tell_place(line.text or "", self._sheets)][-MOST_POINTED_AT:]

    def _desk(self, page: CasePage, reader: str) -> list[DeskLine]:
        language = "ru" if reader == "ru" else "az"
        directory, on = self._parts.book.directory, day_of(self._parts.clock.now())
        numbers = [directory.records.numbers[code] for code in NUMBERS if code in directory.records.numbers]
        general = [
            DeskLine(one.code, one.name[language], one.number, one.verification.holds(on), one.code in DAY_ONE)
            for one in numbers
        ]
        local = [
            DeskLine(place.kind, place.name[language], place.phone, place_told(place, on))
            for place in _of_district(directory, page.row.district)
        ]
        return [*general, *local]

    def _scripts(self, page: CasePage, place: rescue_pages.WrittenPlace | None, reader: str) -> dict[str, object]:
        """In both languages: the operator may speak either. The reader's own first."""
        first = "ru" if reader == "ru" else "az"
        order = (first, "az" if first == "ru" else "ru")
        return {language: self._script(page, place, language) for language in order}

    def _script(self, page: CasePage, place: rescue_pages.WrittenPlace | None, language: str) -> tuple[str, ...]:
        words = Words(self._parts.root, language)
        worst = [risk for line in page.lines if line.level is Level.EMERGENCY for risk in line.risks]
        written = "" if place is None or place.text is None else place.text
        district = self._parts.book.label(f"district:{page.row.district}", language) if page.row.district else ""
        facts = {
            "what": ", ".join(words.maybe(f"risk.{risk}") for risk in dict.fromkeys(worst)),
            "age": words.maybe(f"age.{page.row.age_band}")
            if page.row.age_band and page.row.audience == "child"
            else "",
            "where": ", ".join(part for part in (district, written) if part) if written else "",
        }
        return self._sheets[language].read_out(facts)


def _of_district(directory: Directory, district: str | None) -> list[Place]:
    found = [place for place in directory.records.places.values() if place.district == district and not place.shelter]
    return [place for kind in KINDS for place in found if place.kind == kind and district is not None]
