"""Rows of verifications and of versions of texts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, RowMapping, exists, select, text, update

from helpline.campaign import Aim, CampaignState
from helpline.text_versions import OPEN, Step, TextState, Version
from helpline.verifying import Heard, Standing, Verification
from store.editing_tables import text_steps, text_versions, verifications
from store.matter_tables import campaigns
from store.rows import Rows
from store.sealing import Vault

_WROTE = ("written", "rolled_back")


class EditingRows(Rows):
    def recent_campaign(self, aim: Aim, since: datetime) -> int | None:
        """The campaign with this aim that was made lately; of two who ask at once the second waits and finds the first's."""
        if self._db.dialect.name == "postgresql":
            self._db.execute(text("LOCK TABLE campaigns IN SHARE ROW EXCLUSIVE MODE"))
        made = campaigns.c
        wanted = (made.item == aim.item) & (made.created_at > since) & (made.state != CampaignState.STOPPED.value)
        same = made.language.is_not_distinct_from(aim.language) & made.district.is_not_distinct_from(aim.district)
        return self._db.scalar(select(made.id).where(wanted, same).order_by(made.id.desc()))

    def add_verification(self, found: Verification, at: datetime) -> int | None:
        """Return its id, or None where a correction of the same record waits already."""
        values = {
            "record": found.record,
            "counsellor_id": found.by,
            "role": found.role,
            "heard": found.heard.value,
            "how": found.how,
            "verified_on": found.on.isoformat(),
            "valid_until": found.until.isoformat(),
            "show": found.show,
            "corrected": self._vault.seal_json(dict(found.corrected)) if found.corrected else None,
            "state": found.state.value,
            "at": at,
        }
        return self._insert_once(verifications, values)

    def verification(self, number: int) -> Verification | None:
        query = select(verifications).where(verifications.c.id == number)
        row = self._db.execute(query).mappings().first()
        return None if row is None else verification_of(row, self._vault)

    def waiting_correction(self, record: str) -> bool:
        waits = (verifications.c.record == record) & (verifications.c.state == Standing.WAITING.value)
        return bool(self._db.scalar(select(exists().where(waits))))

    def decide_verification(self, number: int, state: Standing, by: int, at: datetime) -> bool:
        """Return whether it still waited: of two who decide at once, one does."""
        waiting = (verifications.c.id == number) & (verifications.c.state == Standing.WAITING.value)
        decided = update(verifications).where(waiting).values(state=state.value, decided_by_id=by, decided_at=at)
        return self._db.execute(decided).rowcount == 1

    def add_version(self, version: Version, at: datetime) -> int | None:
        """Return its id, or None where the text has an open version, or this number, already."""
        values = {
            "text_key": version.key,
            "number": version.number,
            "state": version.state.value,
            "fields": self._vault.seal_json(dict(version.fields)),
            "base": version.base,
            "counsellor_id": version.writer,
            "reviewer_id": version.reviewer,
            "publisher_id": version.publisher,
            "written_at": at,
            "reviewed_at": version.reviewed_at,
            "published_at": version.published_at,
        }
        return self._insert_once(text_versions, values)

    def version(self, number: int) -> Version | None:
        return self._one(text_versions.c.id == number)

    def open_version(self, key: str) -> Version | None:
        opened = text_versions.c.state.in_([state.value for state in OPEN])
        return self._one((text_versions.c.text_key == key) & opened)

    def _one(self, where: ColumnElement[bool]) -> Version | None:
        row = self._db.execute(select(text_versions).where(where)).mappings().first()
        return None if row is None else version_of(row, self._vault)

    def published_versions(self, key: str) -> list[Version]:
        """The newest first."""
        published = (text_versions.c.text_key == key) & (text_versions.c.state == TextState.PUBLISHED.value)
        query = select(text_versions).where(published).order_by(text_versions.c.number.desc())
        return [version_of(row, self._vault) for row in self._db.execute(query).mappings()]

    def move_version(self, version: Version, revision: int) -> bool:
        """Write what a version became; False when somebody changed it since it had this revision."""
        values = {
            "number": version.number,
            "state": version.state.value,
            "fields": self._vault.seal_json(dict(version.fields)),
            "base": version.base,
            "revision": revision + 1,
            "counsellor_id": version.writer,
            "reviewer_id": version.reviewer,
            "publisher_id": version.publisher,
            "written_at": version.written_at,
            "reviewed_at": version.reviewed_at,
            "published_at": version.published_at,
        }
        same = (text_versions.c.id == version.id) & (text_versions.c.revision == revision)
        return self._db.execute(update(text_versions).where(same).values(**values)).rowcount == 1

    def writers(self, version: int) -> frozenset[int]:
        """Everybody who wrote at a version."""
        steps = text_steps.c
        wrote = (steps.text_version_id == version) & steps.what.in_(_WROTE)
        return frozenset(self._db.scalars(select(steps.counsellor_id).where(wrote)))

    def add_step(self, version: int, step: Step) -> None:
        values = {
            "text_version_id": version,
            "counsellor_id": step.by,
            "what": step.what,
            "comment": self._vault.texts.seal(step.comment) if step.comment else None,
            "at": step.at,
        }
        self._db.execute(text_steps.insert().values(**values))


def verification_of(row: RowMapping, vault: Vault) -> Verification:
    corrected = vault.open_json(row["corrected"])
    return Verification(
        record=row["record"],
        by=row["counsellor_id"],
        role=row["role"],
        heard=Heard(row["heard"]),
        how=row["how"],
        on=date.fromisoformat(row["verified_on"]),
        until=date.fromisoformat(row["valid_until"]),
        show=row["show"],
        corrected=_texts(corrected),
        state=Standing(row["state"]),
        at=row["at"],
        id=row["id"],
        decided_by=row["decided_by_id"],
    )


def version_of(row: RowMapping, vault: Vault) -> Version:
    return Version(
        key=row["text_key"],
        fields=_texts(vault.open_json(row["fields"])),
        base=row["base"],
        writer=row["counsellor_id"],
        state=TextState(row["state"]),
        number=row["number"],
        revision=row["revision"],
        reviewer=row["reviewer_id"],
        publisher=row["publisher_id"],
        written_at=row["written_at"],
        reviewed_at=row["reviewed_at"],
        published_at=row["published_at"],
        id=row["id"],
    )


def _texts(opened: object) -> dict[str, str]:
    return {str(name): str(text) for name, text in opened.items()} if isinstance(opened, dict) else {}
