"""Writing a verification into a record of data/services: the lines of its dates change, everything else stays as it was.

The files are the log: who verified what, and when, is in their history. No YAML library is asked to write them, so that comments
and order survive.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from helpline.directory import read_records
from helpline.record_fields import BadRecord

# A key, its value in quotes or not, and a comment behind it.
_KEY = re.compile(r"""    (\w+): *(?:"(?:[^"\\]|\\.)*"|'[^']*'|.*?)( +#.*)?\n?$""")
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

    def lines(self) -> dict[str, str]:
        told = {
            "verified_on": self.on.isoformat(),
            "verified_by": json.dumps(self.by, ensure_ascii=False),
            "valid_until": self.until.isoformat(),
        }
        return told | ({"show": "true"} if self.show else {})


def write_verification(folder: Path, code: str, verified: Verified, today: date) -> Path:
    """Write the dates into the record with this code; return the file. Raise CannotVerify, with nothing changed."""
    _sensible(verified, today)
    path, lines, begin, end = _find(folder, code)
    wanted = verified.lines()
    if verified.show and not _key_in(lines[begin:end], "show"):
        raise CannotVerify(f"{code} is no telephone number: only numbers are shown with --show")
    if any(not _key_in(lines[begin:end], key) for key in wanted):
        raise CannotVerify(f"{code} is written on one line: write a key a line, then verify it")
    changed = [_with(line, wanted) if begin <= number < end else line for number, line in enumerate(lines)]
    _replace(folder, path, "".join(changed), code)
    return path


def _sensible(verified: Verified, today: date) -> None:
    if not verified.by.strip() or "\n" in verified.by:
        raise CannotVerify("--by must be the name of who verified it")
    if verified.on > today:
        raise CannotVerify("--on is in the future")
    if verified.until < max(verified.on, today):
        raise CannotVerify("--until is over already")


def _find(folder: Path, code: str) -> tuple[Path, list[str], int, int]:
    """The file, its lines, and the lines of the record: from its code to the next record or the next list."""
    for path in (folder / name for name in FILES):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        starts = [
            number
            for number, line in enumerate(lines)
            if re.match(rf"\s*- (?:\{{)?code: {re.escape(code)}\b(?!_)", line)
        ]
        if starts:
            begin = starts[-1]
            ends = (number for number in range(begin + 1, len(lines)) if re.match(r"\s*- |\S", lines[number]))
            return path, lines, begin, next(ends, len(lines))
    raise CannotVerify(f"no record {code} in {', '.join(FILES)}; one that is made by rule is written there first")


def _key_in(lines: list[str], key: str) -> bool:
    return any(re.match(rf"    {key}:", line) for line in lines)


def _with(line: str, wanted: dict[str, str]) -> str:
    """The line with its new value; a comment behind it stays."""
    matched = _KEY.match(line)
    if matched is None or matched[1] not in wanted:
        return line
    return f"    {matched[1]}: {wanted[matched[1]]}{matched[2] or ''}\n"


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
