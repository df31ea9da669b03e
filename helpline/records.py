"""The records of data/services: telephone numbers, places, districts, amounts. Values; read by helpline/directory.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from helpline.opening import Hours
from helpline.record_fields import Fields

Names = Mapping[str, str]

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
CONFIDENCES = ("C", "C-old", "G")
# Told from the first day, verified or not (safety.md): without them nobody in danger could be told anything. In the program
# and not in a record, so that no other number comes to be told unverified by a slip of an editor.
DAY_ONE = frozenset({"police", "rescue", "ambulance"})


@dataclass(frozen=True)
class Verification:
    """What a record rests on. It counts from `verified_on` to `valid_until`, both included, in days of Baku."""

    source: str | None
    confidence: str
    verified_on: date | None
    verified_by: str | None
    valid_until: date | None

    def holds(self, on: date) -> bool:
        """Whether a person checked the record and that still counts."""
        if self.verified_on is None or self.verified_by is None or self.valid_until is None:
            return False
        return self.verified_on <= on <= self.valid_until

    def expired(self, on: date) -> bool:
        return self.valid_until is not None and self.valid_until < on


@dataclass(frozen=True)
class Number:
    """A telephone number. The `dial_…` say how it is dialled from where; None is not known, as everywhere here."""

    code: str
    number: str | None
    name: Names
    what_for: Names
    hours: Hours | None
    languages: tuple[str, ...] | None
    dial_baku_landline: str | None
    dial_mobile: str | None
    dial_region: str | None
    free_from: tuple[str, ...] | None
    who_may_call: Names | None
    what_happens: Names | None
    shows_on_bill: bool | None
    show: bool
    fallback: str | None
    verification: Verification

    def told(self, on: date | None) -> bool:
        """Whether people may be told it on a day; without a day, only what is told on every day."""
        if self.number is None or not self.show:
            return False
        return self.code in DAY_ONE or (on is not None and self.verification.holds(on))


@dataclass(frozen=True)
class PlaceKind:
    """What sort of place. `everywhere`: each district has one, so its record is made by rule where none is written.

    `short` is for buttons and the lines of an SMS. `verification` is what the kind itself rests on.
    """

    code: str
    name: Names
    short: Names
    what: Names
    everywhere: bool
    verification: Verification


@dataclass(frozen=True)
class Place:
    """Where people can go. A shelter has no address here and is never listed. `by_rule`: no file has it yet."""

    code: str
    kind: str
    district: str | None
    name: Names
    address: Names | None
    phone: str | None
    hours: Hours | None
    languages: tuple[str, ...] | None
    shelter: bool
    verification: Verification
    by_rule: bool = False
    response_hours: int | None = None  # within which it said that it answers a referral


@dataclass(frozen=True)
class District:
    """`aliases`: other spellings. `lat`, `lon`: the approximate centre."""

    code: str
    name: Names
    region: str
    aliases: tuple[str, ...]
    lat: float
    lon: float
    pilot: bool


@dataclass(frozen=True)
class Amount:
    """An amount of money that the state pays, as its source told it. `as_of`: year-month."""

    code: str
    what: Names
    value: float
    shown: Names
    as_of: str
    valid_from: date | None
    verification: Verification

    def told(self, on: date | None, *, drafts: bool) -> bool:
        """In production only while verified; with `drafts` also as a dated record that nobody verified yet."""
        if on is not None and self.verification.expired(on):
            return False
        return drafts or (on is not None and self.verification.holds(on))


def read_verification(fields: Fields) -> Verification:
    found = Verification(
        source=fields.told("source"),
        confidence=fields.one_of("confidence", CONFIDENCES) or "",
        verified_on=fields.day("verified_on"),
        verified_by=fields.told("verified_by"),
        valid_until=fields.day("valid_until"),
    )
    if (found.verified_on is None) != (found.verified_by is None):
        raise fields.wrong("verified_on and verified_by go together")
    if found.verified_on and (found.valid_until is None or found.valid_until < found.verified_on):
        raise fields.wrong("what is verified needs a valid_until after verified_on")
    return found


def read_number(fields: Fields) -> Number:
    return Number(
        code=fields.code(),
        number=fields.told("number"),
        name=fields.needed_both("name"),
        what_for=fields.needed_both("what_for"),
        hours=fields.hours(),
        languages=fields.list("languages"),
        dial_baku_landline=fields.told("dial_baku_landline"),
        dial_mobile=fields.told("dial_mobile"),
        dial_region=fields.told("dial_region"),
        free_from=fields.list("free_from"),
        who_may_call=fields.both("who_may_call", needed=False),
        what_happens=fields.both("what_happens", needed=False),
        shows_on_bill=fields.yes_or_no("shows_on_bill"),
        show=fields.yes_or_no("show") is True,
        fallback=fields.told("fallback"),
        verification=read_verification(fields),
    )


def read_kind(fields: Fields) -> PlaceKind:
    return PlaceKind(
        code=fields.code(),
        name=fields.needed_both("name"),
        short=fields.needed_both("short"),
        what=fields.needed_both("what"),
        everywhere=fields.yes_or_no("everywhere") is True,
        verification=read_verification(fields),
    )


def read_place(fields: Fields) -> Place:
    """Raise BadRecord for a shelter with anything that says where it is: that must never be stored."""
    shelter = fields.yes_or_no("shelter") is True
    if shelter and any(fields.has(key) for key in ("address", "lat", "lon", "district")):
        raise fields.wrong("where a shelter is must never be told or stored: take the address and district out")
    return Place(
        code=fields.code(),
        kind=fields.text("kind"),
        district=fields.told("district"),
        name=fields.needed_both("name"),
        address=fields.both("address", needed=False),
        phone=fields.told("phone"),
        hours=fields.hours(),
        languages=fields.list("languages"),
        shelter=shelter,
        verification=read_verification(fields),
        response_hours=fields.whole("response_hours"),
    )


def read_district(fields: Fields) -> District:
    names = {"az": fields.text("az"), "ru": fields.text("ru")}
    lat, lon = fields.number("lat"), fields.number("lon")
    pilot = fields.yes_or_no("pilot") is True
    return District(fields.code(), names, fields.text("region"), fields.list("aliases") or (), lat, lon, pilot)


def read_amount(fields: Fields) -> Amount:
    fields.one_of("unit", ("AZN",))
    fields.text("per")
    value, shown = fields.number("value"), fields.needed_both("shown")
    if any(f"{value:g}" not in text.split() for text in shown.values()):
        raise fields.wrong("shown must say the value")
    as_of, valid_from = fields.text("as_of"), fields.day("valid_from")
    if not _MONTH.fullmatch(as_of):
        raise fields.wrong("as_of must be a month such as 2026-01")
    verification = read_verification(fields)
    return Amount(fields.code(), fields.needed_both("what"), value, shown, as_of, valid_from, verification)
