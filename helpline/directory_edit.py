"""Writing a verification into a record of data/services: its dates change, everything else stays as it was.

The files are the log: who verified what, and when, is in their history.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from helpline.directory import read_records
from helpline.record_fields import BadRecord
from helpline.yaml_splice import CannotSplice, checked
from helpline.yaml_splice import Path as Place

FILES = ("numbers.yml", "places.yml", "amounts.yml")


class CannotVerify(ValueError):
    """The record is not verified; the message says why, in words for an editor."""


@dataclass(frozen=True)
class Verified:
    """What somebody found out by calling or going there. `show`: from now on a number may be told."""

    by: str
    on: date
    until: date
    show: bool = False

    def values(self) -> dict[str, object]:
        told: dict[str, object] = {"verified_on": self.on, "verified_by": self.by, "valid_until": self.until}
        return told | ({"show": True} if self.show else {})


def write_verification(folder: Path, code: str, verified: Verified, today: date) -> Path:
    """Write the dates into the record with this code; return the file. Raise CannotVerify, with nothing changed."""
    _sensible(verified, today)
    path, place, record = _find(folder, code)
    if verified.show and "show" not in record:
        raise CannotVerify(f"{code} is no telephone number: only numbers are shown with --show")
    before = path.read_text(encoding="utf-8")
    try:
        after = checked(before, {(*place, key): value for key, value in verified.values().items()})
    except CannotSplice:
        raise CannotVerify(f"{code} is written on one line: write a key a line, then verify it") from None
    _replace(folder, path, after, code)
    return path


def _sensible(verified: Verified, today: date) -> None:
    if not verified.by.strip() or "\n" in verified.by:
        raise CannotVerify("--by must be the name of who verified it")
    if verified.on > today:
        raise CannotVerify("--on is in the future")
    if verified.until < max(verified.on, today):
        raise CannotVerify("--until is over already")


def _find(folder: Path, code: str) -> tuple[Path, Place, dict[str, object]]:
    """The file, where in it the record stands, and the record."""
    for path in (folder / name for name in FILES):
        found = [(place, record) for place, record in _records(path) if record.get("code") == code]
        if found:
            return path, *found[-1]
    raise CannotVerify(f"no record {code} in {', '.join(FILES)}; one that is made by rule is written there first")


def _records(path: Path) -> Iterator[tuple[Place, dict[str, object]]]:
    for name, listed in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        for number, record in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(record, dict):
                yield (name, number), record


def _replace(folder: Path, path: Path, text: str, code: str) -> None:
    """Put the new text in place in one step; what could not be read afterwards is taken back."""
    before = path.read_text(encoding="utf-8")
    _write(path, text)
    try:
        read_records(folder)
    except BadRecord as error:
        _write(path, before)
        raise CannotVerify(f"{code}: {error}") from None


def _write(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
