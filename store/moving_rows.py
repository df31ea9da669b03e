"""Rows of a case that rests, opens again, or goes to a colleague."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import RowMapping, case, select, update
from sqlalchemy.exc import IntegrityError

from helpline.conversations import Case, CaseState
from helpline.ports import NotFound
from helpline.record_ports import HasOpenCase, Transfer
from store.record_tables import transfers
from store.rows import Rows, case_of
from store.tables import cases
from triage.taxonomy import Level

_HELD = cases.c.state == CaseState.HELD.value


class MovingRows(Rows):
    def snooze(self, case: int, until: datetime, next_step: str) -> None:
        values = {"snoozed_until": until, "next_step": self._vault.texts.seal(next_step), "next_step_at": until}
        self._db.execute(update(cases).where(cases.c.id == case, _HELD).values(**values))

    def woken(self, now: datetime) -> Iterator[Case]:
        """Wake the cases whose time has come, and return them."""
        due = update(cases).where(_HELD, cases.c.snoozed_until <= now).values(snoozed_until=None)
        yield from [case_of(row) for row in self._db.execute(due.returning(cases)).mappings()]

    def steps_due(self, before: datetime) -> list[Case]:
        """Held cases of urgent and above that do not rest and whose next step was due before then."""
        due = _HELD & (cases.c.level >= int(Level.URGENT)) & cases.c.snoozed_until.is_(None)
        query = select(cases).where(due, cases.c.next_step_at < before).order_by(cases.c.id)
        return [case_of(row) for row in self._db.execute(query.with_for_update(skip_locked=True)).mappings()]

    def clear_next_step(self, case: int) -> None:
        values = {"snoozed_until": None, "next_step": None, "next_step_at": None}
        self._db.execute(update(cases).where(cases.c.id == case).values(**values))

    def waits_for_answer(self, case: int) -> bool:
        return self._db.scalar(select(cases.c.unanswered_since).where(cases.c.id == case)) is not None

    def case_of(self, case: int) -> Case:
        """A case, whoever holds it. Raise NotFound."""
        row = self._db.execute(select(cases).where(cases.c.id == case).with_for_update()).mappings().first()
        if row is None:
            raise NotFound
        return case_of(row)

    def reopen(self, case: int, counsellor: int, at: datetime) -> Case:
        """Open a closed case, held by this counsellor. Raise HasOpenCase when another was opened in this moment."""
        closed = (cases.c.id == case) & (cases.c.state == CaseState.CLOSED.value)
        values = {
            "state": CaseState.HELD.value,
            "holder_id": counsellor,
            "taken_at": at,
            "closed_at": None,
            "close_reason": None,
        }
        try:
            row = self._db.execute(update(cases).where(closed).values(**values).returning(cases)).mappings().first()
        except IntegrityError:
            raise HasOpenCase(None) from None
        if row is None:
            raise NotFound
        return case_of(row)

    def offer_transfer(self, transfer: Transfer, note: str) -> int:
        values = {
            "case_id": transfer.case,
            "from_id": transfer.from_,
            "to_id": transfer.to,
            "warm": transfer.warm,
            "note": self._vault.texts.seal(note),
            "state": "offered",
            "offered_at": transfer.offered_at,
            "lapses_at": transfer.lapses_at,
        }
        return self._insert(transfers, values)

    def open_transfer(self, number: int) -> Transfer:
        """An offer that stands; raise NotFound."""
        here = (transfers.c.id == number) & (transfers.c.state == "offered")
        row = self._db.execute(select(transfers).where(here).with_for_update()).mappings().first()
        if row is None:
            raise NotFound
        return transfer_of(row)

    def transfer_of(self, case: int) -> Transfer | None:
        here = (transfers.c.case_id == case) & (transfers.c.state == "offered")
        row = self._db.execute(select(transfers).where(here).with_for_update()).mappings().first()
        return None if row is None else transfer_of(row)

    def end_transfer(self, number: int, state: str, by: int | None, why: str, at: datetime) -> None:
        sealed = self._vault.texts.seal(why) if why else None
        values = {"state": state, "answered_by_id": by, "answered_at": at, "why": sealed}
        self._db.execute(update(transfers).where(transfers.c.id == number).values(**values))

    def give_case(self, case: int, to: int, at: datetime) -> None:
        """Give a held case to another holder. Whoever waits for an answer is waited on from now: they have to read first."""
        waits = _from_now(at)
        values = {"holder_id": to, "taken_at": at, "unanswered_since": waits}
        self._db.execute(update(cases).where(cases.c.id == case, _HELD).values(**values))

    def lapsed_transfers(self, now: datetime) -> list[Transfer]:
        over = (transfers.c.state == "offered") & (transfers.c.lapses_at <= now)
        query = select(transfers).where(over).order_by(transfers.c.id).with_for_update(skip_locked=True)
        return [transfer_of(row) for row in self._db.execute(query).mappings()]


def transfer_of(row: RowMapping) -> Transfer:
    return Transfer(
        id=row["id"],
        case=row["case_id"],
        from_=row["from_id"],
        to=row["to_id"],
        warm=row["warm"],
        offered_at=row["offered_at"],
        lapses_at=row["lapses_at"],
    )


def _from_now(at: datetime) -> object:
    waits = cases.c.unanswered_since
    return case((waits.is_not(None), at), else_=None)
