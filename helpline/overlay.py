"""What people verified and published in the running service, as it is laid over the files of data/.

The files are what a release brings; the overlay is what an editor did since. Nothing here changes a file: a restart, an update
and every other process see the same, because they read the same rows (decision 0016).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from helpline.records import DAY_ONE


@dataclass(frozen=True)
class LaidRecord:
    """The newest that is known of a record. `withheld`: somebody heard that it is wrong, and nobody confirmed what is right."""

    on: date
    until: date
    by: str  # a role
    show: bool = False
    corrected: Mapping[str, str] = field(default_factory=dict)
    withheld: bool = False


@dataclass(frozen=True)
class LaidText:
    """The published version of a text. No `fields`: it was rolled back to what the file says."""

    number: int
    on: date
    by: str  # a role
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Overlay:
    """By code of the record and by key of the text."""

    records: Mapping[str, LaidRecord] = field(default_factory=dict)
    texts: Mapping[str, LaidText] = field(default_factory=dict)


NOTHING = Overlay()
Source = Callable[[], Overlay]


def nothing() -> Overlay:
    """The files alone."""
    return NOTHING


def patched(row: Mapping[str, object], laid: LaidRecord) -> dict[str, object]:
    """A row of a file with what is known since. A file that was verified later than that stays as it is.

    102, 103 and 112 keep their numbers whatever anybody typed.
    """
    found, code = dict(row), row.get("code")
    written = found.get("verified_on")
    if isinstance(written, date) and written > laid.on:
        return found
    for name, value in {} if code in DAY_ONE else laid.corrected.items():
        _put(found, name, value)
    told = {"verified_on": laid.on, "verified_by": laid.by, "valid_until": laid.until}
    found |= dict.fromkeys(told) if laid.withheld and code not in DAY_ONE else told
    return found | ({"show": True} if laid.show else {})


def _put(row: dict[str, object], name: str, value: str) -> None:
    """Set a field such as `address.az`; hours and numbers become what the file would have."""
    outer, _, inner = name.partition(".")
    if outer == "hours":
        row["hours"] = _hours(value, row.get("hours"))
    elif inner:
        known = row.get(outer)
        row[outer] = {**(known if isinstance(known, dict) else {}), inner: value}
    else:
        row[outer] = _figure(value) if outer == "value" else value


def _figure(value: str) -> object:
    try:
        return float(value.replace(",", "."))
    except ValueError:
        return value


def _hours(typed: str, known: object) -> object:
    """The days anew; what the file says of holidays stays."""
    days = hours_of(typed)
    if not isinstance(days, dict) or not isinstance(known, dict):
        return days
    return days | {name: known[name] for name in ("on_holidays", "closed_on") if name in known}


def hours_of(typed: str) -> object:
    """`always`, or days with their spans: `mon 09:00-13:00 14:00-18:00; tue 09:00-18:00`."""
    if typed.strip() == "always":
        return "always"
    days = (part.split() for part in typed.split(";") if part.strip())
    return {day[0]: day[1:] for day in days}


def with_text(overlay: Overlay, key: str, text: LaidText) -> Overlay:
    """The overlay with one more text, to see what publishing it would do."""
    return replace(overlay, texts={**overlay.texts, key: text})
