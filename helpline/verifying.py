"""Verifying a record of the directory in the running service, and correcting it together with a second person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum

from helpline.access import May, about, rules
from helpline.accounts import Account, Role
from helpline.directory import Directory, Records, day_of, read_records
from helpline.overlay import LaidRecord
from helpline.phrasebook import Phrasebook
from helpline.ports import Bell, Clock, Store
from helpline.records import DAY_ONE, Amount, Number, Place

HOW = ("call", "visit", "letter", "official_site")
LONGEST_VALUE = 300
LONGEST_DAYS = 366
FIELDS: Mapping[type, tuple[str, ...]] = {
    Number: ("number", "dial_mobile", "dial_region", "hours"),
    Place: ("address.az", "address.ru", "phone", "hours"),
    Amount: ("value", "shown.az", "shown.ru", "as_of"),
}
_TELEPHONES = ("number", "dial_mobile", "dial_region", "phone")
_TELEPHONE = re.compile(r"\+?\d[\d ()-]{1,19}")
_MARKUP = re.compile(r"[<>{}\x00-\x1f]")

Record = Number | Place | Amount


class Heard(Enum):
    RIGHT = "right"
    DIFFERS = "differs"


class Standing(Enum):
    COUNTS = "counts"
    WAITING = "waiting"  # a correction that a second person has not decided on
    REFUSED = "refused"


class CannotBeVerified(ValueError):
    """Nothing was changed. The message is a code that the console has words for; `field` is where it stands."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


class AlreadyDecided(Exception):
    """Somebody else decided on the correction before."""


@dataclass(frozen=True)
class Verification:
    """What somebody found out. `role`: of who called or went there; `corrected`: values by field, where it differs."""

    record: str
    by: int
    role: str
    heard: Heard
    how: str
    on: date
    until: date
    show: bool = False
    corrected: Mapping[str, str] = field(default_factory=dict)
    state: Standing = Standing.COUNTS
    at: datetime | None = None
    id: int = 0
    decided_by: int | None = None


def laid_records(found: Sequence[Verification]) -> dict[str, LaidRecord]:
    """What all verifications together say, the oldest first."""
    laid: dict[str, LaidRecord] = {}
    for one in found:
        before = laid.get(one.record)
        if one.state is not Standing.REFUSED:
            laid[one.record] = _with(before, one)
    return laid


def _with(before: LaidRecord | None, one: Verification) -> LaidRecord:
    """A correction that waits withholds the record: somebody heard that what we tell is wrong."""
    known = before or LaidRecord(one.on, one.until, one.role)
    if one.state is Standing.WAITING:
        return replace(known, withheld=True)
    corrected = {**known.corrected, **one.corrected}
    return LaidRecord(one.on, one.until, one.role, known.show or one.show, corrected, known.withheld)


class Verifying:
    """Raise CannotBeVerified with nothing changed; every step is kept with who did it and when."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell) -> None:
        self._store = store
        self.book = book
        self._clock = clock
        self._bell = bell

    def verify(self, found: Verification) -> int:
        """Keep what somebody found out. Right counts at once; what differs waits, and the record is not told meanwhile."""
        record = record_of(self.book.directory, found.record)
        if record is None:
            raise CannotBeVerified("unknown")
        found = _changed(record, found)
        self._check(record, found)
        state = Standing.COUNTS if found.heard is Heard.RIGHT else Standing.WAITING
        with self._store.unit() as unit:
            number = unit.add_verification(replace(found, state=state), self._clock.now())
            if number is None or (state is Standing.COUNTS and unit.waiting_correction(found.record)):
                raise CannotBeVerified("waits_already")
            codes = {"record": found.record, "heard": found.heard.value, "how": found.how}
            unit.note_audit(found.by, "record_verified", self._clock.now(), codes)
        self._changed()
        return number

    def _check(self, record: Record, found: Verification) -> None:
        _sensible(found, day_of(self._clock.now()))
        if found.heard is Heard.RIGHT and isinstance(record, Number) and record.number is None:
            raise CannotBeVerified("no_number")
        if found.heard is Heard.DIFFERS and record.code in DAY_ONE:
            raise CannotBeVerified("day_one")
        if found.heard is Heard.DIFFERS and not found.corrected:
            raise CannotBeVerified("nothing_corrected")
        for name, value in found.corrected.items():
            _fits(record, name, value)
        if found.corrected:
            self._would_read(record, found)

    def _would_read(self, record: Record, found: Verification) -> None:
        """The record as it would be read is asked from the reader itself: what it refuses would never be told."""
        laid = {found.record: LaidRecord(found.on, found.until, found.role, found.show, found.corrected)}
        after = record_of_all(read_records(self.book.directory.folder, laid), record.code)
        if after is None or after.verification.verified_on != found.on:
            raise CannotBeVerified("unreadable")

    def decide(self, number: int, by: Account, *, accept: bool) -> None:
        """A second person says whether the correction is right. Raise CannotBeVerified, AlreadyDecided."""
        with self._store.unit() as unit:
            found = unit.verification(number)
            if found is None:
                raise CannotBeVerified("unknown")
            another = {"another"} if found.by != by.id else set()
            if not rules().allows(May.VERIFY_RECORD, about(by) | another) or not another:
                raise CannotBeVerified("needs_another")
            state = Standing.COUNTS if accept else Standing.REFUSED
            if not unit.decide_verification(number, state, by.id, self._clock.now()):
                raise AlreadyDecided
            codes = {"record": found.record, "decision": state.value}
            unit.note_audit(by.id, "correction_decided", self._clock.now(), codes)
        self._changed()

    def _changed(self) -> None:
        """Here at once; the other processes look every few seconds."""
        self.book.reload()
        self._bell.ring("texts")


def record_of(directory: Directory, code: str) -> Record | None:
    return record_of_all(directory.records, code)


def record_of_all(records: Records, code: str) -> Record | None:
    """A number, place or amount by its code."""
    return records.numbers.get(code) or records.places.get(code) or records.amounts.get(code)


def _changed(record: Record, found: Verification) -> Verification:
    """Without the fields that say what is known already."""
    known = values_of(record)
    corrected = {name: value.strip() for name, value in found.corrected.items() if value.strip()}
    return replace(found, corrected={name: value for name, value in corrected.items() if known.get(name) != value})


def values_of(record: Record) -> dict[str, str]:
    """What a record says now, by the fields that may be corrected."""
    match record:
        case Number():
            told = [record.number or "", record.dial_mobile or "", record.dial_region or "", typed_hours(record)]
        case Place():
            address = record.address or {}
            told = [address.get("az", ""), address.get("ru", ""), record.phone or "", typed_hours(record)]
        case Amount():
            told = [f"{record.value:g}", record.shown["az"], record.shown["ru"], record.as_of]
    return dict(zip(FIELDS[type(record)], told, strict=True))


def typed_hours(record: Number | Place) -> str:
    """Hours as they are typed: `always`, or `mon 09:00-13:00 14:00-18:00; tue …`."""
    hours = record.hours
    if hours is None or hours.always:
        return "" if hours is None else "always"
    return "; ".join(
        f"{DAY_NAMES[day]} " + " ".join(_span(*span) for span in spans) for day, spans in sorted(hours.week.items())
    )


DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _span(begin: int, end: int) -> str:
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


def _sensible(found: Verification, today: date) -> None:
    if found.how not in HOW:
        raise CannotBeVerified("how", "how")
    if found.role not in {role.value for role in Role}:
        raise CannotBeVerified("role", "role")
    if found.on > today:
        raise CannotBeVerified("in_future", "on")
    if found.until < max(found.on, today):
        raise CannotBeVerified("over_already", "until")
    if (found.until - today).days > LONGEST_DAYS:
        raise CannotBeVerified("too_long", "until")


def _fits(record: Record, name: str, value: str) -> None:
    if name not in FIELDS[type(record)]:
        raise CannotBeVerified("field")
    if isinstance(record, Place) and record.shelter and name.startswith("address"):
        raise CannotBeVerified("shelter", name)
    if len(value) > LONGEST_VALUE or _MARKUP.search(value):
        raise CannotBeVerified("value", name)
    if name in _TELEPHONES and not _TELEPHONE.fullmatch(value):
        raise CannotBeVerified("telephone", name)
