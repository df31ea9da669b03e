"""The audit outside cases is written in the commit of what it tells of."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from store.account_tables import audit_events
from store.database import Database
from tests.conftest import FrozenClock


def noted(database: Database) -> list[tuple[object, ...]]:
    columns = (audit_events.c.counsellor_id, audit_events.c.what, audit_events.c.detail)
    with database.reading() as db:
        return [tuple(row) for row in db.execute(select(*columns).order_by(audit_events.c.id))]


def test_note_is_kept_with_its_codes(database: Database, clock: FrozenClock) -> None:
    with database.unit() as unit:
        unit.note_audit(None, "exported", clock.now(), {"rows": 3})
    assert noted(database) == [(None, "exported", '{"rows":3}')]


def test_note_of_what_was_undone_is_undone(database: Database, clock: FrozenClock) -> None:
    def note_and_fail() -> None:
        with database.unit() as unit:
            unit.note_audit(None, "exported", clock.now(), {})
            raise KeyError

    with pytest.raises(KeyError):
        note_and_fail()
    assert noted(database) == []
