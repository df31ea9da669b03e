"""A data folder of one's own, whose records can be changed as an editor would."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import yaml

from tests.conftest import ROOT

DATA = ROOT / "data"


def copied(folder: Path) -> Path:
    """The texts and records of the project, without its content items."""
    for name in ("phrases", "services", "style"):
        shutil.copytree(DATA / name, folder / name)
    for name in ("taxonomy.yml", "menu.yml"):
        shutil.copy(DATA / name, folder / name)
    (folder / "content").mkdir()
    return folder


def change(data: Path, file: str, code: str, **values: object) -> None:
    """Change keys of one record, in whichever list of the file it stands."""
    path = data / "services" / file
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows = [row for rows in loaded.values() if isinstance(rows, list) for row in rows if isinstance(row, dict)]
    found = next(row for row in rows if row["code"] == code)
    found.update(values)
    save(path, yaml.safe_dump(loaded, allow_unicode=True))


def add(data: Path, file: str, key: str, record: dict[str, object]) -> None:
    path = data / "services" / file
    loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    loaded[key].append(record)
    save(path, yaml.safe_dump(loaded, allow_unicode=True))


def save(path: Path, text: str) -> None:
    """Saved a second later than before: the files may be changed within one tick of their clock."""
    before = path.stat().st_mtime_ns
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(0, before + 10**9))


def verified(on: str = "2026-10-01", until: str = "2026-11-02") -> dict[str, object]:
    return {"verified_on": on, "verified_by": "A. Verifier", "valid_until": until}


def place(code: str, **more: object) -> dict[str, object]:
    """A record as an editor writes it, verified."""
    return {
        "code": code,
        "kind": "support_centre",
        "district": "barda",
        "name": {"az": f"Mərkəz {code}", "ru": f"Центр {code}"},
        "address": {"az": "Bərdə şəhəri, Nizami küçəsi 1", "ru": "город Барда, улица Низами 1"},
        "phone": "020 205 00 00",
        "hours": {"mon": ["09:00-13:00", "14:00-18:00"]},
        "languages": ["az"],
        "shelter": False,
        "source": "a call",
        "confidence": "C",
        **verified(),
        **more,
    }
