"""Who is asked for what: cases offered to a colleague, closings to sign."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, exists, select

from helpline.accounts import Account, Role
from helpline.conversations import CaseState
from store.record_pages import opened
from store.record_rows import WORK_CASES
from store.record_tables import sign_offs, transfers
from store.sealing import Vault
from store.tables import cases, conversations, counsellors
from triage.taxonomy import Level


@dataclass(frozen=True)
class Offer:
    """A case offered to a colleague, or the last answer that its holder got. `why`: of a refusal."""

    id: int
    case: int
    pseudonym: str
    level: Level
    from_: str = field(repr=False)
    to: str | None = field(repr=False)
    warm: bool
    note: str | None = field(repr=False)
    state: str
    why: str | None = field(repr=False)
    offered_at: datetime
    lapses_at: datetime


@dataclass(frozen=True)
class Asked:
    """A request to sign a closing, or the last answer that its holder got."""

    id: int
    case: int
    pseudonym: str
    level: Level
    by: str = field(repr=False)
    of: str | None = field(repr=False)
    reason: str
    answers: Mapping[str, str]
    state: str
    why: str | None = field(repr=False)
    asked_at: datetime


def offers_to(db: Connection, vault: Vault, account: Account) -> list[Offer]:
    """Cases that are offered to this person now, and still held by who offers them."""
    mine = _addressed(transfers.c.to_id, account) & (transfers.c.from_id != account.id)
    standing = (transfers.c.state == "offered") & (cases.c.holder_id == transfers.c.from_id)
    held = cases.c.state == CaseState.HELD.value
    query = _offers().where(mine, standing, held).order_by(transfers.c.id)
    return [_offer(row, vault) for row in db.execute(query).mappings()]


def last_offer(db: Connection, vault: Vault, case: int) -> Offer | None:
    query = _offers().where(transfers.c.case_id == case).order_by(transfers.c.id.desc()).limit(1)
    row = db.execute(query).mappings().first()
    return None if row is None else _offer(row, vault)


def to_sign(db: Connection, vault: Vault, account: Account) -> list[Asked]:
    """Closings that this person is asked to sign now."""
    mine = _addressed(sign_offs.c.asked_of_id, account) & (sign_offs.c.asked_by_id != account.id)
    standing = (sign_offs.c.state == "asked") & (cases.c.holder_id == sign_offs.c.asked_by_id)
    held = cases.c.state == CaseState.HELD.value
    query = _requests().where(mine, standing, held).order_by(sign_offs.c.id)
    return [_asked(row, vault) for row in db.execute(query).mappings()]


def last_request(db: Connection, vault: Vault, case: int) -> Asked | None:
    query = _requests().where(sign_offs.c.case_id == case).order_by(sign_offs.c.id.desc()).limit(1)
    row = db.execute(query).mappings().first()
    return None if row is None else _asked(row, vault)


def is_asked(db: Connection, account: int, case: int) -> bool:
    """Whether who holds this case asked somebody to read it: to take it over, warm, or to sign its closing."""
    found = (
        (
            transfers,
            transfers.c.from_id,
            (transfers.c.to_id == account) & (transfers.c.state == "offered") & transfers.c.warm,
        ),
        (sign_offs, sign_offs.c.asked_by_id, (sign_offs.c.asked_of_id == account) & (sign_offs.c.state == "asked")),
    )
    for table, by, meant in found:
        here = (table.c.case_id == case) & (by == cases.c.holder_id) & meant
        if db.scalar(select(table.c.id).join(cases, cases.c.id == table.c.case_id).where(here)) is not None:
            return True
    return False


def asked_numbers(db: Connection, counsellor: int) -> list[str]:
    """What stands open and addressed to somebody, as codes: cheap enough to ask every two seconds."""
    supervisor = select(counsellors.c.id).where(counsellors.c.id == counsellor, counsellors.c.role == "supervisor")
    found = []
    for table, to, by, state in (
        (transfers, transfers.c.to_id, transfers.c.from_id, "offered"),
        (sign_offs, sign_offs.c.asked_of_id, sign_offs.c.asked_by_id, "asked"),
    ):
        meant = (to == counsellor) | (_to_any(to) & supervisor.exists())
        query = select(table.c.id).where(table.c.state == state, by != counsellor, meant).order_by(table.c.id)
        found += [f"{state}-{number}" for number in db.scalars(query)]
    return found


def _addressed(to: ColumnElement[int], account: Account) -> ColumnElement[bool]:
    mine = to == account.id
    return mine | _to_any(to) if account.role is Role.SUPERVISOR else mine & cases.c.sealed.is_(False)


def _to_any(to: ColumnElement[int]) -> ColumnElement[bool]:
    """What was asked of any supervisor, and a closing that was to be signed by somebody who works no cases any more.

    An offer to them lapses by itself.
    """
    if to is not sign_offs.c.asked_of_id:
        return to.is_(None)
    here = counsellors.alias("still_here")
    works = here.c.active.is_(True) & here.c.role.in_(WORK_CASES)
    return to.is_(None) | ~exists(select(here.c.id).where(here.c.id == to, works))


_ONE, _OTHER = counsellors.alias("asks"), counsellors.alias("is_asked")
_CASE = (cases.c.level, conversations.c.pseudonym, _ONE.c.name.label("by"), _OTHER.c.name.label("of"))


def _offers() -> Select[tuple[object, ...]]:
    joined = (
        transfers.join(cases, cases.c.id == transfers.c.case_id)
        .join(conversations, conversations.c.id == cases.c.conversation_id)
        .join(_ONE, _ONE.c.id == transfers.c.from_id)
        .outerjoin(_OTHER, _OTHER.c.id == transfers.c.to_id)
    )
    return select(transfers, *_CASE).select_from(joined)


def _requests() -> Select[tuple[object, ...]]:
    joined = (
        sign_offs.join(cases, cases.c.id == sign_offs.c.case_id)
        .join(conversations, conversations.c.id == cases.c.conversation_id)
        .join(_ONE, _ONE.c.id == sign_offs.c.asked_by_id)
        .outerjoin(_OTHER, _OTHER.c.id == sign_offs.c.asked_of_id)
    )
    return select(sign_offs, *_CASE).select_from(joined)


def _offer(row: RowMapping, vault: Vault) -> Offer:
    return Offer(
        id=row["id"],
        case=row["case_id"],
        pseudonym=row["pseudonym"],
        level=Level(row["level"]),
        from_=row["by"],
        to=row["of"],
        warm=row["warm"],
        note=opened(vault, row["note"]),
        state=row["state"],
        why=opened(vault, row["why"]),
        offered_at=row["offered_at"],
        lapses_at=row["lapses_at"],
    )


def _asked(row: RowMapping, vault: Vault) -> Asked:
    return Asked(
        id=row["id"],
        case=row["case_id"],
        pseudonym=row["pseudonym"],
        level=Level(row["level"]),
        by=row["by"],
        of=row["of"],
        reason=row["reason"],
        answers=json.loads(row["answers"]),
        state=row["state"],
        why=opened(vault, row["why"]),
        asked_at=row["asked_at"],
    )
