"""A case as JSON, from the command line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from gateway.clock import SystemClock
from gateway.settings import Misconfigured, Settings
from helpline.ports import NotFound
from store.case_files import export_case
from store.database import Database, migrate, open_engine


def write_case(settings: Settings, case: int, out: Path | None, *, texts: bool) -> None:
    """Write the export. Raise Misconfigured for a case that is not there, OSError when the file is."""
    from gateway.keys import open_vault

    engine = open_engine(settings.database_url)
    migrate(engine)
    database = Database(engine, open_vault(settings))
    # The file first: what is written down as exported has left the house.
    file = None if out is None else os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        exported = export_case(database, case, None, SystemClock().now(), texts=texts)
    except NotFound:
        if out is not None:
            out.unlink()
        raise Misconfigured(f"there is no case {case}") from None
    text = json.dumps(exported, ensure_ascii=False, indent=2) + "\n"
    if file is None:
        sys.stdout.write(text)
        return
    with os.fdopen(file, "w", encoding="utf-8") as writing:
        writing.write(text)
