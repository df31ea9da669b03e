"""What the parts of a unit share: the connection, the vault, and rows turned into values."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Insert, RowMapping, Table, func
from sqlalchemy.dialects import postgresql, sqlite

from helpline.conversations import Case, CaseState, Conversation, JsonObject
from helpline.starting import FIRST_HOUR, LAST_HOUR, Discretion
from store.sealing import Vault
from store.tables import senders
from triage.taxonomy import Level
from wire import Profile

# The channel by which a sender is written to: of an SMS person the one by which they wrote last.
WAY = func.coalesce(senders.c.route, senders.c.channel).label("channel")


class Rows:
    """A transaction's connection with what opens and seals its values."""

    def __init__(self, connection: Connection, vault: Vault) -> None:
        self._db = connection
        self._vault = vault

    def _insert_once(self, table: Table, values: Mapping[str, object]) -> int | None:
        """Insert a row unless a unique one is there; return its id, or None when it was."""
        statement = insert_into(self._db, table).values(**values).on_conflict_do_nothing()  # type: ignore[attr-defined]  # both dialects have it
        return self._db.execute(statement.returning(table.c.id)).scalar()

    def _insert(self, table: Table, values: Mapping[str, object]) -> int:
        row = self._db.execute(table.insert().values(**values).returning(table.c.id)).scalar_one()
        return int(row)


def insert_into(connection: Connection, table: Table) -> Insert:
    """An insert of the database's own dialect, which knows conflicts."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def conversation_of(row: RowMapping, vault: Vault) -> Conversation:
    """Build a Conversation from the columns of conversations plus its sender's channel."""
    return Conversation(
        id=row["id"],
        channel=row["channel"],
        pseudonym=row["pseudonym"],
        language=row["language"],
        language_chosen=row["language_chosen"],
        language_hint=row["language_hint"],
        profile=Profile(row["audience"], row["age_band"], row["district"]),
        level=Level(row["level"]),
        quiet=row["quiet"],
        greeted=row["greeted"],
        privacy_told=row["privacy_told"],
        bulk_stopped=row["bulk_stopped"],
        open_choices=_codes(vault.open_json(row["open_choices"])),
        safety_asked_at=row["safety_asked_at"],
        last_inbound_at=row["last_inbound_at"],
        last_concern_at=row["last_concern_at"],
        technical_handoff=row["technical_handoff"],
        sounds_young=row["sounds_young"],
        feedback_asked_at=row["feedback_asked_at"],
        asking=row["asking"],
        discretion=discretion_of(row),
        dialogue=_tree(vault.open_json(row["dialogue"])),
    )


def _codes(raw: object) -> tuple[str, ...]:
    return tuple(str(code) for code in raw) if isinstance(raw, list) else ()


def _tree(raw: object) -> JsonObject | None:
    return raw if isinstance(raw, dict) else None


def discretion_of(row: RowMapping) -> Discretion:
    """Build a Discretion from the columns of conversations; an hour that was never told is the usual one."""
    return Discretion(
        phone=row["phone"],
        write_from=FIRST_HOUR if row["write_from"] is None else row["write_from"],
        write_until=LAST_HOUR if row["write_until"] is None else row["write_until"],
        code_word=row["code_word"] is not None,
        code_asked_at=row["code_asked_at"],
        code_given_at=row["code_given_at"],
        code_waived=row["code_waived"],
        code_tries=row["code_tries"],
        code_tried_at=row["code_tried_at"],
        hidden_at=row["hidden_at"],
        tips_since=row["tips_since"],
        started_at=row["started_at"],
        shared_agreed=row["shared_agreed"],
    )


def case_of(row: RowMapping) -> Case:
    return Case(
        id=row["id"],
        conversation=row["conversation_id"],
        level=Level(row["level"]),
        state=CaseState(row["state"]),
        opened_at=row["opened_at"],
        due_at=row["due_at"],
        holder=row["holder_id"],
        declined=row["declined"],
        sealed=row["sealed"],
        step=row["step"],
    )
