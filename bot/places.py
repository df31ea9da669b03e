"""Names of districts as people write them, from data/services/districts.yml."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "data" / "services" / "districts.yml"


def districts(file: Path = FILE) -> dict[str, str]:
    """Return {name in any language: code}; empty while the file is not there."""
    if not file.exists():
        return {}
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    rows = raw.get("districts", raw) if isinstance(raw, dict) else raw
    return {name: str(row["code"]) for row in rows for name in _names(row)}


def _names(row: dict[str, object]) -> list[str]:
    names = [row.get("az"), row.get("ru"), *(row.get("aliases") or [])]
    return [name for name in names if isinstance(name, str)]
