"""The queue's page: who waits, in the order in which they are taken and why there, who is on, and what I may take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from helpline.accounts import Account
from helpline.queueing import OnWatch, Turned, Waiting, fits, in_order, may_see, next_for, open_to_all
from helpline.shift_times import Rung, times
from store.pages import MOST, CaseRow, rows_of
from store.queue_rows import MARKS, QueueRows
from store.sealing import Vault


@dataclass(frozen=True)
class QueueRow:
    """A waiting case as the queue shows it. `why`: codes of the console's words `why.<code>`, most telling first."""

    row: CaseRow
    why: tuple[str, ...]


@dataclass(frozen=True)
class QueuePage:
    """`waiting` counts all that this account may see; `next` is the first that it may take, or why there is none.

    `me` is None for who is not on.
    """

    rows: Sequence[QueueRow]
    waiting: int
    on: Sequence[OnWatch]
    me: OnWatch | None
    turned: Turned | None
    emergencies_only: bool


def queue_page(db: Connection, vault: Vault, account: Account, now: datetime) -> QueuePage:
    """Everything in a fixed number of queries, however many wait."""
    unit = QueueRows(db, vault)
    on, marks = unit.on_watch(now), unit.marks()
    seen = [one for one in in_order(unit.waiting(), now) if may_see(one, account)]
    shown = seen[:MOST]
    rows = rows_of(db, [one.case for one in shown])
    me = next((each for each in on if each.account.id == account.id), None)
    taker = me or OnWatch(account, unit.holding(account.id, now))
    found = next_for(taker, seen, on, now, times())
    return QueuePage(
        rows=[
            QueueRow(row, _why(one, row, marks.get(one.case, frozenset()), account, on, now))
            for one in shown
            if (row := rows.get(one.case)) is not None
        ],
        waiting=len(seen),
        on=on,
        me=me,
        turned=found if isinstance(found, Turned) else None,
        emergencies_only=taker.full and not isinstance(found, Turned),
    )


def _why(
    one: Waiting, row: CaseRow, marks: frozenset[str], account: Account, on: Sequence[OnWatch], now: datetime
) -> tuple[str, ...]:
    """Codes of what put a case where it is."""
    told: list[str] = [mark for mark in MARKS if mark in marks]
    if one.sealed:
        told.append("sealed")
    if one.wants is not None:
        told.append(f"wants_{one.wants}")
    if one.language is not None and one.language not in account.speaks:
        told.append(f"speaks_{one.language}")
    if not fits(one, account):
        told.append("anybody" if open_to_all(one, on, now, times()) else "for_others")
    return (*told, *filter(None, (_came_by(row.reason), _called(row.case.step))))


def _came_by(reason: str) -> str | None:
    if reason in ("wants_person", "report", "guide_report"):
        return "report" if reason == "guide_report" else reason
    return "fault" if reason.startswith(("rasa_", "unanswerable")) else None


def _called(step: int) -> str | None:
    """The furthest that the alarm has climbed."""
    called = [rung for rung in Rung if step & rung.bit]
    return f"called_{called[-1].value}" if called else None
