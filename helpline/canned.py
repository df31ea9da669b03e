"""Replies that were written beforehand: a counsellor puts one into the reply box and edits it. data/canned, both languages.

Nothing here is ever sent by itself. A reply that names a number or a place is blocked until the directory has it verified.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from helpline import segments
from helpline.content_check import Problem, Wording
from helpline.directory import Directory
from helpline.edited import Keys
from helpline.library import LANGUAGES
from helpline.phrasebook import Phrasebook, Reader, channel_form

# In the order in which they are shown.
SITUATIONS = (
    "first_word",
    "asking_safely",
    "holding",
    "numbers",
    "suicide",
    "caregiver",
    "reporter",
    "wrong_person",
    "closing",
)
REGISTERS = ("child", "adult")
MOST_PARTS = 3
_PLACES = {"district_centre": "support_centre", "district_commission": "commission", "district_dost": "dost"}


class BadCanned(ValueError):
    """A file of data/canned cannot be used; the message says what is wrong, where."""


@dataclass(frozen=True)
class Canned:
    """`texts` by register and form (`child.sms`); a reply that is only for one of the registers has only that one's."""

    id: str
    situation: str
    texts: Mapping[str, str]

    def text(self, reader: Reader) -> str | None:
        """As this reader gets it; None when it is not for them."""
        long = self.texts.get(reader.register)
        if channel_form(reader.channel) == "sms":
            return self.texts.get(f"{reader.register}.sms", long)
        return long


@dataclass(frozen=True)
class Ready:
    """A reply filled for one person. `missing`: placeholders without a verified value; it cannot be used then."""

    id: str
    situation: str
    text: str
    missing: tuple[str, ...]
    parts: int


@cache
def read_canned(folder: Path) -> Mapping[str, tuple[Canned, ...]]:
    """By language, in the order of the files; a change needs a restart. Raise BadCanned."""
    found = {language: tuple(_read(folder / f"{language}.yml")) for language in LANGUAGES}
    for language, replies in found.items():
        if [(one.id, set(one.texts)) for one in replies] != [(one.id, set(one.texts)) for one in found["az"]]:
            raise BadCanned(f"{language}: not the same replies with the same forms as az")
    return found


def _read(path: Path) -> Iterator[Canned]:
    for keys in Keys.read(path, BadCanned).each("replies"):
        texts = {
            name: text
            for register in REGISTERS
            for name, text in (
                (register, keys.told(register)),
                (f"{register}.sms", keys.told(f"{register}_sms")),
            )
            if text is not None
        }
        if not texts:
            raise BadCanned(f"{path.name}: a reply without texts")
        yield Canned(keys.text("id"), keys.one_of("situation", SITUATIONS), texts)


@cache
def read_titles(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """What each reply is called in the console, by id and the console's language. Raise BadCanned."""
    keys = Keys.read(folder / "titles.yml", BadCanned)
    ids = [one.id for one in read_canned(folder)["az"]]
    titles = {one: keys.by_name(one) for one in ids}
    if wrong := [one for one, named in titles.items() if set(named) != {*LANGUAGES, "en"}]:
        raise BadCanned(f"titles.yml: az, ru and en are needed for {', '.join(wrong)}")
    return titles


def ready(replies: tuple[Canned, ...], reader: Reader, values: Mapping[str, str]) -> Iterator[Ready]:
    """The replies that are for this reader, in the order of the situations, filled."""
    order = {name: number for number, name in enumerate(SITUATIONS)}
    for one in sorted(replies, key=lambda one: order[one.situation]):
        text = one.text(reader)
        if text is not None:
            yield _filled(one, text.strip(), values, channel_form(reader.channel))


def _filled(one: Canned, text: str, values: Mapping[str, str], form: str) -> Ready:
    names = placeholders(text)
    missing = tuple(sorted(name for name in names if not values.get(name)))
    shown = text if missing else text.format_map(values)
    parts = segments.count(shown).parts if form == "sms" else 0
    return Ready(one.id, one.situation, shown, missing, parts)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def values_of(directory: Directory, district: str | None, language: str, on: date) -> dict[str, str]:
    """What may stand in a reply on a day: numbers and the places of the person's district, verified ones only."""
    told = {f"number_{number.code}": number.number for number in directory.numbers(on) if number.number}
    found = {name: number for name, number in told.items() if number}
    if district is None or district not in directory.records.districts:
        return found
    found["district"] = directory.records.districts[district].name[language]
    for name, kind in _PLACES.items():
        place = next((place for place in directory.places(district, on) if place.kind == kind), None)
        if place is not None:
            where = place.address[language] if place.address else None
            found[name] = ", ".join(part for part in (place.name[language], where, place.phone) if part)
    return found


def known_placeholders(directory: Directory) -> set[str]:
    """Every name that a reply may use, whether or not it may be told today."""
    return {"district", *_PLACES, *(f"number_{code}" for code in directory.records.numbers)}


def check_canned(data: Path, book: Phrasebook) -> list[Problem]:
    """What is wrong with the replies, in words for an editor: the same rules as for every text that people read."""
    wording, known = Wording(data, book), known_placeholders(book.directory)
    return [
        Problem(one.id, f"{language}.{form}", what)
        for language, replies in read_canned(data / "canned").items()
        for one in replies
        for form, text in one.texts.items()
        for what in _wrong(text, form, language, wording, known)
    ]


def _wrong(text: str, form: str, language: str, wording: Wording, known: set[str]) -> Iterator[str]:
    unknown = placeholders(text) - known
    if unknown:
        yield f"{', '.join(sorted(unknown))}: no such placeholder"
        return
    bare = text
    for name in placeholders(text):
        bare = bare.replace(f"{{{name}}}", "…")
    yield from wording.problems(bare, language, "child" if form.startswith("child") else "parent", "any")
    sent = segments.count(text).parts
    if form.endswith(".sms") and sent > MOST_PARTS:
        yield f"{sent} parts, at most {MOST_PARTS}"
