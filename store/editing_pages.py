"""What the pages of editors show, and the overlay that every process reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, func, select

from helpline.overlay import NOTHING, LaidText, Overlay
from helpline.starting import BAKU
from helpline.text_versions import Step, TextState, Version
from helpline.verifying import Verification, laid_records
from store.database import Database
from store.editing_rows import verification_of, version_of
from store.editing_tables import text_steps, text_versions, verifications
from store.sealing import Vault
from store.tables import counsellors


class OverlayReader:
    """Reads the overlay again only when something was added or decided: the book asks every few seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: tuple[object, ...] = ()
        self._overlay = NOTHING

    def __call__(self) -> Overlay:
        with self._database.reading() as db:
            seen = _stamp(db)
            if seen != self._seen:
                vault = self._database.vault
                self._overlay = Overlay(laid_records(all_verifications(db, vault)), _laid(db, vault))
                self._seen = seen
        return self._overlay


def _stamp(db: Connection) -> tuple[object, ...]:
    counted = select(func.max(verifications.c.id), func.count(verifications.c.decided_at))
    published = select(func.count(text_versions.c.number))
    return (*db.execute(counted).one(), db.scalar(published))


def all_verifications(db: Connection, vault: Vault) -> list[Verification]:
    """The oldest first."""
    rows = db.execute(select(verifications).order_by(verifications.c.id)).mappings()
    return [verification_of(row, vault) for row in rows]


def _laid(db: Connection, vault: Vault) -> dict[str, LaidText]:
    """The newest published version of each text."""
    newest = select(text_versions.c.text_key, func.max(text_versions.c.number).label("number")).group_by(
        text_versions.c.text_key
    )
    last = newest.where(text_versions.c.number.is_not(None)).subquery()
    query = (
        select(text_versions, counsellors.c.role)
        .join(last, (last.c.text_key == text_versions.c.text_key) & (last.c.number == text_versions.c.number))
        .join(counsellors, counsellors.c.id == text_versions.c.publisher_id)
    )
    found = ((version_of(row, vault), row["role"]) for row in db.execute(query).mappings())
    return {
        version.key: LaidText(version.number or 0, _day(version.published_at), role, version.fields)
        for version, role in found
    }


def _day(at: datetime | None) -> date:
    return date.min if at is None else at.astimezone(BAKU).date()


@dataclass(frozen=True)
class Known:
    """What was found out about a record, with the names of those who did."""

    found: Verification
    by: str
    decided_by: str | None


def verifications_of(db: Connection, vault: Vault, record: str) -> list[Known]:
    """The newest first."""
    names = names_of(db)
    query = select(verifications).where(verifications.c.record == record).order_by(verifications.c.id.desc())
    found = [verification_of(row, vault) for row in db.execute(query).mappings()]
    return [Known(one, names.get(one.by, ""), names.get(one.decided_by or 0)) for one in found]


def names_of(db: Connection) -> dict[int, str]:
    return {row[0]: row[1] for row in db.execute(select(counsellors.c.id, counsellors.c.name))}


@dataclass(frozen=True)
class TextRow:
    """Where a text is: its open version, its newest published one."""

    opened: Version | None = None
    published: Version | None = None


def text_rows(db: Connection, vault: Vault) -> Mapping[str, TextRow]:
    """Every text that somebody changed, in one query."""
    wanted = text_versions.c.state != TextState.DROPPED.value
    query = select(text_versions).where(wanted).order_by(text_versions.c.id)
    opened: dict[str, Version] = {}
    published: dict[str, Version] = {}
    for row in db.execute(query).mappings():
        version = version_of(row, vault)
        if version.state is not TextState.PUBLISHED:
            opened[version.key] = version
        elif version.number and version.number > (_number(published.get(version.key))):
            published[version.key] = version
    return {key: TextRow(opened.get(key), published.get(key)) for key in {*opened, *published}}


def _number(version: Version | None) -> int:
    return 0 if version is None else version.number or 0


@dataclass(frozen=True)
class Told:
    """A step of a version, with the name of who took it."""

    version: int
    number: int | None
    step: Step = field(repr=False)
    by: str


def steps_of(db: Connection, vault: Vault, key: str) -> Sequence[Told]:
    """Everything that was done with a text, the newest first."""
    query = (
        select(text_steps, text_versions.c.number, counsellors.c.name)
        .join(text_versions, text_versions.c.id == text_steps.c.text_version_id)
        .join(counsellors, counsellors.c.id == text_steps.c.counsellor_id)
        .where(text_versions.c.text_key == key)
        .order_by(text_steps.c.id.desc())
    )
    return [
        Told(row["text_version_id"], row["number"], _step(row, vault), row["name"])
        for row in db.execute(query).mappings()
    ]


def _step(row: RowMapping, vault: Vault) -> Step:
    comment = "" if row["comment"] is None else vault.texts.open(row["comment"])
    return Step(row["counsellor_id"], row["what"], row["at"], comment)
