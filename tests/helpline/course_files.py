"""Small courses for tests, written as editors write them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import yaml

from tests.conftest import ROOT

DATA = ROOT / "data"


def lesson(code: str, *, picture: str | None = None, by_age: bool = False) -> dict[str, object]:
    return {"id": code, "picture": picture, "az": _lesson(code, "az", by_age), "ru": _lesson(code, "ru", by_age)}


def _lesson(code: str, language: str, by_age: bool) -> dict[str, object]:
    said = {name: f"{language} {code} {name}" for name in ("worked", "not_yet", "because", "practice", "title")}
    quiz = {"question": f"{language} {code}?", "answers": [f"{code} bir", f"{code} iki"], "right": 2}
    asked = {"question": f"{language} {code} dünən?", "worked": said["worked"], "not_yet": said["not_yet"]}
    text = {
        "title": said["title"],
        "telegram": [f"{language} {code} telegram 1", f"{language} {code} telegram 2"],
        "sms": [f"{language} {code} sms 1", f"{language} {code} sms 2"],
        "practice": said["practice"],
        "quiz": {**quiz, "because": said["because"]},
        "checkin": asked,
    }
    return {**text, "by_age": {"3-9": f"{language} {code} üç"}} if by_age else text


def course(code: str, modules: dict[str, list[dict[str, object]]], **changes: object) -> dict[str, object]:
    names = {
        language: {part: f"{language} {code} {part}" for part in ("title", "short", "about", "done")}
        for language in ("az", "ru")
    }
    made = [
        {"id": name, "az": {"title": f"az {name}"}, "ru": {"title": f"ru {name}"}, "lessons": lessons}
        for name, lessons in modules.items()
    ]
    whole = {"id": code, "audience": "parent", "ages": ["0-2", "3-9", "10-17"], "inspire": "P", "sources": ["WHO"]}
    signed = {"state": "published", "reviewer": "E", "reviewed_on": "2026-10-01"}
    return {**whole, **signed, **names, "modules": made, **changes}


def near() -> dict[str, object]:
    """Three lessons in two modules; the first speaks to ages."""
    return course("near", {"one": [lesson("a", by_age=True), lesson("b")], "two": [lesson("c")]})


def write(folder: Path, *courses: dict[str, object]) -> None:
    (folder / "courses").mkdir(exist_ok=True)
    for each in courses:
        save(folder / "courses" / f"{each['id']}.yml", yaml.safe_dump(each, allow_unicode=True))


def save(path: Path, text: str) -> None:
    """Write as an editor saves, never within the same tick of the clock as before."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    after = max(before, path.stat().st_mtime_ns) + 10**9
    os.utime(path, ns=(after, after))


def data_with(folder: Path, *courses: dict[str, object]) -> Path:
    """A folder `data/` with the project's phrases and these courses alone."""
    for name in ("phrases", "services", "style"):
        shutil.copytree(DATA / name, folder / name)
    (folder / "content").mkdir()
    for name in ("taxonomy.yml", "menu.yml"):
        shutil.copy(DATA / name, folder / name)
    write(folder, *courses)
    return folder
