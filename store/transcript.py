"""A transcript: what was said by whom, what became of it on its way, what was changed or taken away since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, select

from helpline.complaining import QUESTION as COMPLAINT
from helpline.conversations import Author, OutState, TurnState
from helpline.messages import Kind
from store.sealing import Vault
from store.tables import conversations, counsellors, messages, outbox, turns, verdicts
from triage.taxonomy import Level


@dataclass(frozen=True)
class Line:
    """One message of a transcript. `text` is None once erased; `delivery` is an OutState or DeliveryState value.

    `changes`: the id of the earlier wording that this one replaces, and `earlier` that wording; `changed_by`: the id of the
    wording that replaces this one. `wiped`: the panic word took it out of the person's own thread. `lacks`: parts of it that
    did not come.
    """

    id: int
    author: Author
    counsellor: str | None
    kind: str
    text: str | None = field(repr=False)
    choice: str | None = field(repr=False)
    offered: tuple[str, ...] = field(repr=False)
    at: datetime
    level: Level
    risks: tuple[str, ...]
    speaker: str
    verdict: Level | None
    unsure: bool
    evidence: tuple[str, ...] = field(repr=False)
    delivery: str | None
    code: str | None
    changes: int | None = None
    earlier: str | None = field(default=None, repr=False)
    changed_by: int | None = None
    wiped: bool = False
    lacks: int = 0


def lines_of(
    db: Connection,
    vault: Vault,
    conversation: int,
    until: datetime | None,
    newest: int,
    since: datetime | None = None,
) -> tuple[tuple[Line, ...], int]:
    """The newest lines, oldest first, and how many lie before them.

    `until`: a closed case ends with its closing. `since`: what was said until then is closed to who reads.
    """
    here = (messages.c.conversation_id == conversation) & ~of_a_complaint()
    if since is not None:
        here = here & (messages.c.at > since)
    if until is not None:
        here = here & (messages.c.at <= until)
    sent = (outbox.c.state, outbox.c.delivery, outbox.c.code, outbox.c.choices, outbox.c.vendor_id)
    query = (
        select(messages, counsellors.c.name, verdicts.c.level.label("verdict"), *sent)
        .outerjoin(verdicts, verdicts.c.message_id == messages.c.id)
        .outerjoin(counsellors, counsellors.c.id == messages.c.counsellor_id)
        .outerjoin(outbox, outbox.c.message_id == messages.c.id)
        .where(here)
        .order_by(messages.c.id.desc())
        .limit(newest)
    )
    rows = list(reversed(db.execute(query).mappings().all()))
    total = db.scalar(select(func.count()).select_from(messages).where(here)) or 0
    wiped, wordings = _wiped(db, vault, conversation), _wordings(db, here, rows)
    return tuple(_line(row, vault, wiped, wordings) for row in rows), total - len(rows)


def of_a_complaint() -> ColumnElement[bool]:
    """What a complaint about us consists of: what the bot said of it, and what answers its question and is not read yet."""
    asking = conversations.c.asking == COMPLAINT
    read = turns.c.state != TurnState.PENDING.value
    waiting = (
        (turns.c.message_id == messages.c.id) & ~read & (conversations.c.id == messages.c.conversation_id) & asking
    )
    return func.coalesce(messages.c.says, "").startswith("complaint_") | exists().where(waiting)


@dataclass(frozen=True)
class _Wording:
    id: int
    body: bytes | None


def _wordings(db: Connection, here: ColumnElement[bool], rows: list[RowMapping]) -> Mapping[str, list[_Wording]]:
    """All wordings of the messages that were changed, oldest first, by the vendor's id of the message."""
    threads = {row["thread_id"] for row in rows if row["kind"] == Kind.EDITED.value and row["thread_id"]}
    if not threads:
        return {}
    by_thread: dict[str, list[_Wording]] = {}
    query = select(messages.c.id, messages.c.body, messages.c.thread_id).where(
        here, messages.c.thread_id.in_(threads), messages.c.author == Author.PERSON.value
    )
    for row in db.execute(query.order_by(messages.c.id)):
        by_thread.setdefault(row.thread_id, []).append(_Wording(row.id, row.body))
    return by_thread


def _wiped(db: Connection, vault: Vault, conversation: int) -> frozenset[str]:
    """The vendor's ids of what the panic word took away: deleted before its own line was sent."""
    here = (outbox.c.conversation_id == conversation) & (outbox.c.state == OutState.SENT.value)
    found: set[str] = set()
    for sealed in db.scalars(select(outbox.c.wipes).where(here, outbox.c.wipes.is_not(None))):
        ids = vault.open_json(sealed)
        found.update(map(str, ids) if isinstance(ids, list) else ())
    return frozenset(found)


def _line(row: RowMapping, vault: Vault, wiped: frozenset[str], wordings: Mapping[str, list[_Wording]]) -> Line:
    opened = vault.texts.open
    found, choices = vault.open_json(row["finding"]), vault.open_json(row["choices"])
    told = found if isinstance(found, dict) else {}
    own = wordings.get(row["thread_id"] or "", [])
    changed = row["kind"] == Kind.EDITED.value
    before = next((one for one in reversed(own) if changed and one.id < row["id"]), None)
    after = next((one for one in own if one.id > row["id"]), None)
    return Line(
        id=row["id"],
        author=Author(row["author"]),
        counsellor=row["name"],
        kind=row["kind"],
        text=None if row["body"] is None else opened(row["body"]),
        choice=None if row["choice"] is None else opened(row["choice"]),
        offered=tuple(str(label) for _, label in choices) if isinstance(choices, list) else (),
        at=row["at"],
        level=Level(row["level"] or 0),
        risks=tuple(told.get("risks", ())),
        speaker=str(told.get("speaker", "unknown")),
        verdict=None if row["verdict"] is None else Level(row["verdict"]),
        unsure=told.get("unsure") is True,
        evidence=tuple(dict.fromkeys(str(item[0]) for item in told.get("evidence", ()) if item[0])),
        delivery=row["delivery"] or row["state"],
        code=row["code"],
        changes=None if before is None else before.id,
        earlier=None if before is None or before.body is None else opened(before.body),
        changed_by=None if after is None else after.id,
        wiped=bool(wiped & {row["thread_id"], row["vendor_id"]}),
        lacks=row["lacks"],
    )
