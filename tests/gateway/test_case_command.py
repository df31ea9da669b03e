"""`helpline export case`: a file of its owner alone, or one line that says why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from store.database import Database, migrate, open_engine
from store.tables import case_events
from tests.conftest import test_vault
from tests.gateway.test_commands import run
from triage.taxonomy import Level

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    engine = open_engine(f"sqlite:///{tmp_path}/helpline.db")
    migrate(engine)
    made = Database(engine, test_vault())
    with made.unit() as unit:
        conversation = unit.open_conversation("telegram", "700000001", NOW)
        unit.open_case(conversation.id, Level.URGENT, NOW, NOW, "disclosure")
    return made


def test_case_is_written_for_its_owner_alone_and_written_down(tmp_path: Path, database: Database) -> None:
    out, url = tmp_path / "case.json", str(database.engine.url)
    ended = run("export", "case", "1", "--out", str(out), HELPLINE_DATABASE_URL=url)
    assert ended.returncode == 0, ended.stderr
    assert (json.loads(out.read_text())["case"]["case_id"], out.stat().st_mode & 0o077) == ("1", 0)
    assert run("export", "case", "1", "--out", str(out), HELPLINE_DATABASE_URL=url).returncode == 2
    with database.reading() as db:
        assert list(db.scalars(select(case_events.c.what))) == ["opened", "exported"]


def test_case_that_is_not_there_is_one_line_and_no_file(tmp_path: Path, database: Database) -> None:
    out = tmp_path / "case.json"
    ended = run("export", "case", "9", "--out", str(out), HELPLINE_DATABASE_URL=str(database.engine.url))
    assert (ended.returncode, ended.stdout, out.exists()) == (2, "", False)
    assert ended.stderr.strip() == "helpline: there is no case 9"
