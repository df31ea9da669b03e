"""The directory as those who keep it see it: every record, whether people are told it today, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from helpline.directory import Directory, day_of, place_told
from helpline.directory_check import SOON
from helpline.opening import Opening
from helpline.records import DAY_ONE, Amount, Number, Place, Verification
from helpline.verifying import Record, record_of, values_of
from language.canonical import canonical

KINDS = ("number", "place", "amount")


@dataclass(frozen=True)
class Listed:
    """A record. `why` it is not told: never_verified, expired, not_yet, hidden, no_number, shelter, waits; None: it is told.

    `until`: the last day on which it may be told. `told_because`: day_one | verified.
    """

    code: str
    kind: str
    name: Mapping[str, str]
    detail: str
    district: str | None
    why: str | None
    verification: Verification
    opening: Opening | None
    fields: Mapping[str, str] = field(repr=False)
    pilot: bool = False
    fixed: bool = False
    by_rule: bool = False

    def ends_soon(self, on: date) -> bool:
        until = self.verification.valid_until
        return self.why is None and not self.fixed and until is not None and until <= on + SOON


def listed(directory: Directory, now: datetime, waiting: Iterable[str] = ()) -> list[Listed]:
    """Every record in the order of the files. `waiting`: codes of those with a correction that nobody decided on."""
    records, held = directory.records, frozenset(waiting)
    rows: list[Record] = [*records.numbers.values(), *records.places.values(), *records.amounts.values()]
    return [_listed(row, directory, now, held) for row in rows]


def one_listed(directory: Directory, code: str, now: datetime, *, waits: bool) -> Listed | None:
    record = record_of(directory, code)
    return None if record is None else _listed(record, directory, now, frozenset({code} if waits else ()))


def _listed(row: Record, directory: Directory, now: datetime, waiting: frozenset[str]) -> Listed:
    on, fields = day_of(now), values_of(row)
    why = "waits" if row.code in waiting and row.code not in DAY_ONE else _why(row, on)
    opening = None if isinstance(row, Amount) else directory.opening(row, now)
    match row:
        case Number():
            detail, name, district, by_rule = row.number or "", row.name, None, False
        case Place():
            detail, name, district, by_rule = row.phone or "", row.name, row.district, row.by_rule
        case Amount():
            detail, name, district, by_rule = f"{row.value:g} AZN · {row.as_of}", row.what, None, False
    return Listed(
        row.code,
        type(row).__name__.lower(),
        name,
        detail,
        district,
        why,
        row.verification,
        opening,
        fields,
        pilot=district in directory.pilot,
        fixed=row.code in DAY_ONE,
        by_rule=by_rule,
    )


def _why(row: Record, on: date) -> str | None:
    match row:
        case Number():
            told = row.told(on)
        case Place():
            told = place_told(row, on)
        case Amount():
            told = row.told(on, drafts=False)
    if told:
        return None
    if isinstance(row, Place) and row.shelter:
        return "shelter"
    if isinstance(row, Number) and row.number is None:
        return "no_number"
    return _why_not(row, on)


def _why_not(row: Record, on: date) -> str:
    found = row.verification
    if found.expired(on):
        return "expired"
    if found.verified_on is None:
        return "never_verified"
    if found.verified_on > on:
        return "not_yet"
    return "hidden"


def matching(rows: Sequence[Listed], asked: str, districts: Mapping[str, Sequence[str]]) -> list[Listed]:
    """The records whose name, number, district or code has every word that was asked for; letters without their marks."""
    words, digits = canonical(asked).split(), "".join(asked.split())
    if digits.isdigit():
        return [row for row in rows if any(digits in _bare(value) for value in row.fields.values())]
    return [row for row in rows if all(word in _folded(row, districts) for word in words)]


def _bare(number: str) -> str:
    return "".join(letter for letter in number if letter.isdigit())


def _folded(row: Listed, districts: Mapping[str, Sequence[str]]) -> str:
    said = (*row.name.values(), row.detail, row.code.replace("_", " "), *districts.get(row.district or "", ()))
    return canonical(" ".join((*said, *row.fields.values())))


def district_names(directory: Directory) -> dict[str, tuple[str, ...]]:
    return {row.code: (*row.name.values(), *row.aliases) for row in directory.records.districts.values()}


def to_do(rows: Sequence[Listed], on: date) -> list[Listed]:
    """What needs somebody: corrections, what ends soon, then numbers, pilot districts, and what else ran out."""
    wanted = [row for row in rows if _pressing(row, on) < _NOT]
    return sorted(wanted, key=lambda row: (_pressing(row, on), row.verification.valid_until or date.max))


_NOT = 9


def _pressing(row: Listed, on: date) -> int:
    if row.why == "waits":
        return 0
    if row.ends_soon(on):
        return 1
    if row.why not in ("expired", "never_verified"):
        return _NOT
    if row.kind == "number":
        return 2
    if row.pilot:
        return 3
    return 4 if row.kind == "amount" or row.why == "expired" else _NOT


def directory_of(directory: Directory, district: str | None, now: datetime) -> list[Listed]:
    """What a counsellor may tell somebody of a district today: the numbers of everywhere, and the places there."""
    on = day_of(now)
    places = directory.places(district, on) if district else []
    rows: list[Record] = [*directory.numbers(on), *places]
    return [_listed(row, directory, now, frozenset()) for row in rows]
