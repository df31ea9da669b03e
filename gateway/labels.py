"""Counsellors' verdicts as a file for the next training."""

from __future__ import annotations

import json
import os
from pathlib import Path

from gateway.clock import SystemClock
from gateway.settings import Settings
from store.database import Database, migrate, open_engine
from store.labels import Verdict, read_verdicts


def write_labels(settings: Settings, out: Path) -> int:
    """Write them, readable by the owner alone; return how many. Raise OSError when the file is there already."""
    from gateway.keys import open_vault

    engine = open_engine(settings.database_url)
    migrate(engine)
    database = Database(engine, open_vault(settings))
    found = list(read_verdicts(database))
    with os.fdopen(os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.writelines(_line(one) for one in found)
    with database.unit() as unit:
        unit.note_audit(None, "labels_exported", SystemClock().now(), {"rows": len(found)})
    return len(found)


def _line(one: Verdict) -> str:
    fields = {
        "text": one.text,
        "lang": one.language,
        "channel": one.channel,
        "found": one.found.name.lower(),
        "level": one.level.name.lower(),
        "risks": one.risks,
        "speaker": one.speaker,
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"
