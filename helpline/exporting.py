"""Writing what was verified and published in the running service back into the files of data/, so that a release brings it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from helpline.canned_texts import KIND, canned_replies
from helpline.directory import read_records
from helpline.library import LANGUAGES
from helpline.overlay import LaidRecord, LaidText, Overlay, patched
from helpline.phrasebook import Phrasebook
from helpline.text_catalog import Text, text_of
from helpline.yaml_splice import Path as Place
from helpline.yaml_splice import checked, flow

_LISTS = ("telegram", "sms", "answers")
_QUIZ = {"question": ("quiz", "question"), "because": ("quiz", "because"), "answers": ("quiz", "answers")}
_CHECKIN = {"checkin": ("checkin", "question"), "worked": ("checkin", "worked"), "not_yet": ("checkin", "not_yet")}
Changes = dict[Path, dict[Place, object]]


def export_texts(data: Path, overlay: Overlay) -> list[Path]:
    """Write the published texts into their files; return those that changed. Raise CannotSplice, with no file changed."""
    book = Phrasebook(data, overlay=lambda: overlay)
    changes: Changes = {}
    for key, laid in overlay.texts.items():
        text = text_of(book, key)
        if text is not None and laid.fields:
            for file, place, value in _of_text(book, text, laid):
                changes.setdefault(file, {})[place] = value
    return _write(changes)


def _of_text(book: Phrasebook, text: Text, laid: LaidText) -> Iterator[tuple[Path, Place, object]]:
    kind, _, rest = text.key.partition(":")
    match kind:
        case "item":
            file = book.folder / "content" / f"{rest}.yml"
            yield from ((file, place, value) for place, value in _fields(text, laid.fields, ()))
            yield from ((file, place, value) for place, value in _signed(laid))
        case "phrase":
            yield from _of_phrase(book.folder, rest, text, laid.fields)
        case "canned":
            yield from _of_canned(book, rest, text, laid.fields)
        case _:
            yield from _of_course(book, text, laid, rest)


def _signed(laid: LaidText) -> Iterator[tuple[Place, object]]:
    yield from ((("state",), "published"), (("reviewer",), laid.by), (("reviewed_on",), laid.on.isoformat()))


def _of_course(book: Phrasebook, text: Text, laid: LaidText, rest: str) -> Iterator[tuple[Path, Place, object]]:
    code, _, lesson = rest.partition(":")
    course = next(one for one in book.courses.every() if one.id == code)
    file = book.folder / "courses" / f"{code}.yml"
    before: Place = ()
    for number, module in enumerate(course.modules):
        for place, one in enumerate(module.lessons):
            before = ("modules", number, "lessons", place) if one.id == lesson else before
    modules = {module.id: number for number, module in enumerate(course.modules)}
    for name, value in _fields(text, laid.fields, before):
        language, *further = name[len(before) :]
        if further[0] == "module":
            name = ("modules", modules[str(further[1])], language, "title")
        yield file, name, value
    if not lesson and course.published:
        yield from ((file, place, value) for place, value in _signed(laid))


def _of_phrase(data: Path, key: str, text: Text, fields: Mapping[str, str]) -> Iterator[tuple[Path, Place, object]]:
    for language in LANGUAGES:
        files = sorted((data / "phrases").glob(f"{language}*.yml"))
        file = next(path for path in reversed(files) if key in yaml.safe_load(path.read_text(encoding="utf-8")))
        for name, value in fields.items():
            if name.startswith(f"{language}.") and value != text.written.get(name):
                yield file, (key, *name.split(".")[1:]), value


def _of_canned(
    book: Phrasebook, code: str, text: Text, fields: Mapping[str, str]
) -> Iterator[tuple[Path, Place, object]]:
    number = [one.id for one in canned_replies(book)[LANGUAGES[0]]].index(code)
    for name, value in fields.items():
        language, _, rest = name.partition(".")
        if value != text.written.get(name):
            yield book.folder / KIND / f"{language}.yml", ("replies", number, rest.replace(".", "_")), value


def _fields(text: Text, fields: Mapping[str, str], before: Place) -> Iterator[tuple[Place, object]]:
    """Places and values of the fields that differ from the file's; a list is written whole."""
    every = dict.fromkeys((*text.written, *fields))
    changed = [name for name in every if fields.get(name, "") != text.written.get(name, "")]
    for name in dict.fromkeys(_base(name) for name in changed):
        language, first, *rest = name.split(".")
        inside = {**_QUIZ, **_CHECKIN}.get(first, (first, *rest)) if before else (first, *rest)
        yield (*before, language, *inside), _value(name, first, fields)


def _base(name: str) -> str:
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[1] in _LISTS else name


def _value(name: str, first: str, fields: Mapping[str, str]) -> object:
    if first in _LISTS:
        return [fields[one] for one in sorted(fields) if one.startswith(f"{name}.")]
    text = fields.get(name, "")
    return [word for word in text.splitlines() if word] if first == "words" else text


def export_records(data: Path, overlay: Overlay) -> list[Path]:
    """Write verifications and corrections into data/services; return the files that changed. Raise CannotSplice."""
    folder, changes = data / "services", Changes()
    left = {code: laid for code, laid in overlay.records.items() if not laid.withheld}
    for name, key in (("numbers.yml", "numbers"), ("places.yml", "places"), ("amounts.yml", "amounts")):
        rows = yaml.safe_load((folder / name).read_text(encoding="utf-8"))[key]
        for number, row in enumerate(rows):
            laid = left.pop(row["code"], None)
            for field, value in _of_record(row, laid):
                changes.setdefault(folder / name, {})[(key, number, field)] = value
    return list(dict.fromkeys([*_write(changes), *_append(folder, left)]))


def _of_record(row: dict[str, object], laid: LaidRecord | None) -> Iterator[tuple[str, object]]:
    if laid is not None:
        after = patched(row, laid)
        yield from ((field, value) for field, value in after.items() if row.get(field) != value)


def _append(folder: Path, left: Mapping[str, LaidRecord]) -> list[Path]:
    """What was made by rule until now gets a record of its own at the end of the places, which end the file."""
    places = read_records(folder, left).places
    found = [places[code] for code in left if code in places and not places[code].by_rule]
    if not found:
        return []
    file = folder / "places.yml"
    lines = []
    for place in found:
        raw = {"code": place.code, "kind": place.kind, "district": place.district, "name": dict(place.name)}
        known = {**raw, "source": place.verification.source, "confidence": place.verification.confidence}
        lines.append(_record(patched(known, left[place.code])))
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n") + "\n\n" + "\n".join(lines), encoding="utf-8")
    read_records(folder)
    return [file]


def _record(row: Mapping[str, object]) -> str:
    written = (f"{name}: {flow(value)}" for name, value in row.items())
    return "  - " + "\n    ".join(written) + "\n"


def _write(changes: Changes) -> list[Path]:
    """Every new text is made and read before the first file is written."""
    after = {file: checked(file.read_text(encoding="utf-8"), places) for file, places in changes.items()}
    changed = [file for file, text in after.items() if text != file.read_text(encoding="utf-8")]
    for file in changed:
        file.write_text(after[file], encoding="utf-8")
    return changed
