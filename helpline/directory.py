"""The directory: what data/services knows, and what of it may be told on a day.

Launch rule: what nobody verified, or what was verified for a time that is over, is withheld, and the texts say so and name what
answers now. Files are read again when they change; a file with a slip in it keeps its last good records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, TypeVar

import yaml

from helpline.district_names import DistrictNames, Habits, nearest
from helpline.messages import Spot
from helpline.opening import Calendar, Opening, opening
from helpline.overlay import LaidRecord, patched
from helpline.record_fields import BadRecord, Fields
from helpline.records import (
    DAY_ONE,
    Amount,
    District,
    Number,
    Place,
    PlaceKind,
    read_amount,
    read_district,
    read_kind,
    read_number,
    read_place,
)
from helpline.starting import BAKU
from triage.yaml_files import read_yaml

CAPITAL = "baku"


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Record = TypeVar("Record", bound=_Coded)


def day_of(now: datetime) -> date:
    """The day in Baku of an aware time: records begin and end with it."""
    return now.astimezone(BAKU).date()


@dataclass(frozen=True)
class Records:
    """All that the files say, by code. `places` has those made by rule too."""

    numbers: Mapping[str, Number] = field(default_factory=dict)
    kinds: Mapping[str, PlaceKind] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    districts: Mapping[str, District] = field(default_factory=dict)
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    calendar: Calendar = field(default_factory=Calendar)
    habits: Habits = field(default_factory=Habits)


Laid = Mapping[str, LaidRecord]


def read_records(folder: Path, laid: Laid | None = None) -> Records:
    """Read data/services with what was verified since laid over it. Raise BadRecord with what is wrong, where.

    What was laid over and does not fit the file any more is left out: the file's record stands.
    """
    laid = laid or {}
    numbers = _all(folder / "numbers.yml", "numbers", read_number, laid)
    if missing := {code for code in DAY_ONE if code not in numbers or numbers[code].number is None}:
        raise BadRecord(f"numbers.yml: without {', '.join(sorted(missing))} nobody in danger can be told whom to call")
    kinds = _all(folder / "places.yml", "kinds", read_kind)
    districts = _all(folder / "districts.yml", "districts", read_district)
    places = _all(folder / "places.yml", "places", read_place, laid)
    for place in places.values():
        if place.kind not in kinds or (place.district is not None and place.district not in districts):
            raise BadRecord(f"places.yml {place.code}: its kind or its district is not known")
    made = {place.code: _known(place, laid) for place in _by_rule(kinds, places, districts)}
    amounts = _all(folder / "amounts.yml", "amounts", read_amount, laid)
    calendar, habits = _calendar(folder / "holidays.yml"), _habits(folder / "districts.yml")
    return Records(numbers, kinds, made | places, districts, amounts, calendar, habits)


class Directory:
    """The records of a folder. `pilot`: codes of the pilot's districts instead of those that the file marks.

    Raise BadRecord when the files cannot be used at the first reading; later, `unreadable` says what is wrong.
    """

    def __init__(self, folder: Path, *, pilot: frozenset[str] | None = None) -> None:
        self._folder = folder
        self._pilot = pilot
        self._laid: Laid = {}
        self._seen = self._times()
        self._records = read_records(folder)
        self.names = DistrictNames(self._records.districts, self._records.habits)
        self.unreadable: str | None = None
        if pilot is not None and (unknown := pilot - self._records.districts.keys()):
            raise BadRecord(f"no such district: {', '.join(sorted(unknown))}")

    def reload(self, laid: Laid | None = None) -> bool:
        """Read the files again if any changed, or what is laid over them did; return whether anything changed."""
        times, laid = self._times(), laid or {}
        if times == self._seen and laid == self._laid:
            return False
        self._seen, self._laid = times, laid
        try:
            self._records, self.unreadable = read_records(self._folder, laid), None
            self.names = DistrictNames(self._records.districts, self._records.habits)
        except BadRecord as error:
            self.unreadable = str(error)
        return True

    def _times(self) -> dict[str, float]:
        return {path.name: path.stat().st_mtime for path in sorted(self._folder.glob("*.yml"))}

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def records(self) -> Records:
        return self._records

    @property
    def pilot(self) -> tuple[str, ...]:
        """The pilot's districts, in the order of the file."""
        rows = self._records.districts.values()
        return tuple(row.code for row in rows if (row.pilot if self._pilot is None else row.code in self._pilot))

    def numbers(self, on: date | None) -> list[Number]:
        """What may be told on a day, in the order of the file; without a day, what is told on every day."""
        return [number for number in self._records.numbers.values() if number.told(on)]

    @property
    def always(self) -> dict[str, str]:
        """The numbers of the first day by code, which phrases name: safety does not wait for an editor's slip."""
        rows = self._records.numbers
        return {code: number for code in DAY_ONE if (number := rows[code].number) is not None}

    def number(self, code: str, on: date) -> Number | None:
        found = self._records.numbers.get(code)
        return found if found is not None and found.told(on) else None

    def districts(self) -> tuple[str, ...]:
        """The codes of all districts, in the order of the file."""
        return tuple(self._records.districts)

    def places(self, district: str, on: date) -> list[Place]:
        """What is verified in a district; the capital's own serve its districts, and theirs are in the capital."""
        return [
            place for place in self._records.places.values() if place_told(place, on) and self._is_in(place, district)
        ]

    def place(self, code: str, on: date) -> Place | None:
        found = self._records.places.get(code)
        return found if found is not None and place_told(found, on) else None

    def _is_in(self, place: Place, district: str) -> bool:
        if place.district is None:
            return False
        if place.district == district:
            return True
        here, there = (self._records.districts.get(code) for code in (district, place.district))
        inside = here is not None and there is not None and here.region == there.region == CAPITAL
        return inside and CAPITAL in (district, place.district)

    def nearest(self, spot: Spot) -> tuple[str, ...]:
        """The districts that a location may be in: one, two or three near a border, none abroad."""
        return nearest(spot.latitude, spot.longitude, self._records.districts.values())

    def amounts(self, on: date | None, *, drafts: bool) -> list[Amount]:
        return [amount for amount in self._records.amounts.values() if amount.told(on, drafts=drafts)]

    def opening(self, place: Place | Number, now: datetime) -> Opening:
        return opening(place.hours, now, self._records.calendar)

    def label(self, code: str, language: str) -> str | None:
        """What a choice is called that stands for a record; None for what is none."""
        records, (_, _, rest) = self._records, code.partition(":")
        name = code.rpartition(":")[2]
        if code.startswith("district:") or rest.startswith("in:"):
            return records.districts[name].name[language] if name in records.districts else None
        if code.startswith("place:number:") and name in records.numbers:
            number = records.numbers[name]
            return f"{number.name[language]} {number.number or ''}".strip()
        if code.startswith("place:show:") and name in records.places:
            return records.kinds[records.places[name].kind].short[language]
        return None


def place_told(place: Place, on: date) -> bool:
    """A shelter is never told, verified or not."""
    return not place.shelter and place.verification.holds(on)


def _by_rule(kinds: Mapping[str, PlaceKind], places: Mapping[str, Place], districts: Iterable[str]) -> Iterator[Place]:
    """One unverified record for each district and kind that is everywhere, unless somebody wrote one."""
    written = {(place.kind, place.district) for place in places.values()}
    for kind in kinds.values():
        unverified = replace(kind.verification, verified_on=None, verified_by=None, valid_until=None)
        for district in districts if kind.everywhere else ():
            if (kind.code, district) not in written:
                code = f"{kind.code}_{district}"
                yield Place(code, kind.code, district, kind.name, None, None, None, None, False, unverified, True)


def _known(place: Place, laid: Laid) -> Place:
    """A record made by rule, with what somebody found out about the place of this district."""
    if place.code not in laid:
        return place
    row = {"code": place.code, "kind": place.kind, "district": place.district, "name": dict(place.name)}
    found = {**row, "source": place.verification.source, "confidence": place.verification.confidence}
    try:
        return read_place(Fields(patched(found, laid[place.code]), "places.yml"))
    except BadRecord:
        return place


def _all(path: Path, key: str, read: Callable[[Fields], Record], laid: Laid | None = None) -> dict[str, Record]:
    """The records of a list of a file, by code."""
    rows = _loaded(path).get(key)
    if not isinstance(rows, list):
        raise BadRecord(f"{path.name}: {key} must be a list")
    found: dict[str, Record] = {}
    for row in rows:
        record = read(Fields(row, path.name))
        if record.code in found:
            raise BadRecord(f"{path.name} {record.code}: the code is there twice")
        found[record.code] = _since(record, row, path.name, read, (laid or {}).get(record.code))
    return found


def _since(record: Record, row: object, name: str, read: Callable[[Fields], Record], laid: LaidRecord | None) -> Record:
    """The record with what is known since; the file's where the two do not fit together."""
    if laid is None or not isinstance(row, dict):
        return record
    try:
        return read(Fields(patched(row, laid), name))
    except BadRecord:
        return record


def _calendar(path: Path) -> Calendar:
    fields = Fields(_loaded(path), path.name)
    return Calendar(frozenset(fields.list("yearly") or ()), fields.days("dates"))


def _habits(path: Path) -> Habits:
    fields = Fields(_loaded(path).get("habits"), path.name)
    lists = {name: fields.list(name) or () for name in ("endings", "after_vowel", "around")}
    return Habits(lists["endings"], lists["after_vowel"], frozenset(lists["around"]))


def _loaded(path: Path) -> dict[str, object]:
    try:
        loaded: object = read_yaml(path)
    except (yaml.YAMLError, UnicodeDecodeError, FileNotFoundError):
        raise BadRecord(f"{path.name}: not readable as YAML: look for a missing quote or a wrong indentation") from None
    if not isinstance(loaded, dict):
        raise BadRecord(f"{path.name}: must begin with keys")
    return {str(key): value for key, value in loaded.items()}
