"""What is wrong with the directory, and what still has to be verified: `helpline directory check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from helpline.directory import Directory, place_told
from helpline.library import PLACEHOLDER
from helpline.overlay import NOTHING, Overlay
from helpline.record_fields import BadRecord
from helpline.records import DAY_ONE, Verification
from language.canonical import canonical
from triage.yaml_files import read_yaml

SOON = timedelta(days=30)
# A button has the number, a space and the name; an SMS line its own figure before them.
LONGEST_NAME = 18


@dataclass(frozen=True)
class Report:
    """`problems` must be mended; `notes` are what is unverified, expired or expires soon; `counts` what may be told."""

    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    counts: Mapping[str, tuple[int, int]] | None = None  # for each kind of record: told, all


def check_directory(data: Path, on: date, *, pilot: frozenset[str] | None = None, known: Overlay = NOTHING) -> Report:
    """Look through data/services, and through the texts of `data` for numbers that they may not name.

    `known`: what was verified in the running service.
    """
    try:
        directory = Directory(data / "services", pilot=pilot)
        directory.reload(known.records)
    except BadRecord as error:
        return Report((str(error),))
    problems = (*_numbers(directory), *_names(directory), *_sources(directory), *_phrases(data, directory))
    return Report(tuple(problems), tuple(_notes(directory, on)), _counts(directory, on))


def _numbers(directory: Directory) -> Iterator[str]:
    numbers = directory.records.numbers
    for number in numbers.values():
        where = f"numbers.yml {number.code}"
        if number.code in DAY_ONE and not number.show:
            yield f"{where}: is told from the first day and cannot be hidden: show: true"
        if number.fallback is not None and number.fallback not in DAY_ONE:
            yield f"{where}: the fallback must be one of {', '.join(sorted(DAY_ONE))}"
        if number.show and number.number is None:
            yield f"{where}: show: true without a number"
        if number.show and number.code not in DAY_ONE and number.verification.verified_on is None:
            yield f"{where}: show: true, but nobody verified it"
        for name in number.name.values():
            if len(name) > LONGEST_NAME:
                yield f"{where}: the name {name} has {len(name)} characters, at most {LONGEST_NAME}"
    if numbers["ambulance"].fallback != "rescue":
        yield "numbers.yml ambulance: outside Baku it may not answer, its fallback must be rescue"


def _names(directory: Directory) -> Iterator[str]:
    """A name that means two districts would send people to the wrong one."""
    seen: dict[str, str] = {}
    for row in directory.records.districts.values():
        if not (38.0 < row.lat < 42.2 and 44.5 < row.lon < 51.0):
            yield f"districts.yml {row.code}: lat, lon are outside the country"
        for name in {canonical(name) for name in (*row.name.values(), *row.aliases)}:
            if seen.setdefault(name, row.code) != row.code:
                yield f"districts.yml {row.code}: {name} is a name of {seen[name]} too"


def _sources(directory: Directory) -> Iterator[str]:
    """What is called confirmed says by whom."""
    for where, found in _verifications(directory):
        if found.confidence != "G" and found.source is None:
            yield f"{where}: confidence {found.confidence} without a source"


def _phrases(data: Path, directory: Directory) -> Iterator[str]:
    """Phrases are always sent, so they may name only what is always told; content is checked by `helpline content check`."""
    withheld = directory.records.numbers.keys() - DAY_ONE
    for path in sorted((data / "phrases").glob("*.yml")):
        loaded: object = read_yaml(path)
        for key, text in _texts(loaded, ""):
            for name in PLACEHOLDER.findall(text):
                if name in withheld or name.startswith("amount_"):
                    yield f"{path.name} {key}: {{{name}}} is not told on every day, so no phrase may name it"


def _texts(raw: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(raw, str):
        yield where, raw
    elif isinstance(raw, dict):
        for key, value in raw.items():
            yield from _texts(value, f"{where}.{key}".strip("."))


def _verifications(directory: Directory) -> Iterator[tuple[str, Verification]]:
    """What every record that stands in a file rests on."""
    records = directory.records
    yield from ((f"numbers.yml {code}", row.verification) for code, row in records.numbers.items())
    yield from ((f"places.yml {code}", row.verification) for code, row in records.kinds.items())
    yield from ((f"places.yml {code}", row.verification) for code, row in records.places.items() if not row.by_rule)
    yield from ((f"amounts.yml {code}", row.verification) for code, row in records.amounts.items())


def _notes(directory: Directory, on: date) -> Iterator[str]:
    kinds = {f"places.yml {code}" for code in directory.records.kinds}
    for where, found in _verifications(directory):
        if where in kinds:
            continue
        if found.expired(on):
            yield f"{where}: expired on {found.valid_until}"
        elif found.verified_on is None:
            yield f"{where}: not verified ({found.confidence})"
        elif found.valid_until is not None and found.valid_until <= on + SOON:
            yield f"{where}: expires on {found.valid_until}"
    made = Counter(place.kind for place in directory.records.places.values() if place.by_rule)
    yield from (f"places.yml {kind}: {count} districts have no record of their own" for kind, count in made.items())
    for district in directory.pilot:
        if not directory.places(district, on):
            yield f"pilot district {district}: no verified place"


def _counts(directory: Directory, on: date) -> dict[str, tuple[int, int]]:
    records = directory.records
    written = [place for place in records.places.values() if not place.by_rule]
    verified = sum(amount.told(on, drafts=False) for amount in records.amounts.values())
    return {
        "numbers": (len(directory.numbers(on)), len(records.numbers)),
        "places": (sum(place_told(place, on) for place in written), len(written)),
        "amounts": (verified, len(records.amounts)),
        "districts": (len(records.districts), len(records.districts)),
    }
