"""Rows of hand-overs: what somebody still holds, what they leave, and who has read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from helpline.conversations import CaseState
from helpline.handed_over import HeldCase, Leaving, Left
from store.record_tables import transfers
from store.supervision_rows import LONGEST_WATCH, CareRows
from store.supervision_tables import hand_over_cases, hand_over_reads, hand_overs
from store.tables import case_events, cases
from triage.taxonomy import Level

_HANDED_BACK = ("handed_back", "unassigned")


class HandOverRows(CareRows):
    def held_for_hand_over(self, counsellor: int) -> tuple[HeldCase, ...]:
        """The cases in somebody's hands, locked, the most pressing first."""
        mine = (cases.c.holder_id == counsellor) & (cases.c.state == CaseState.HELD.value)
        offered = (transfers.c.case_id == cases.c.id) & (transfers.c.state == "offered")
        query = (
            select(cases, select(transfers.c.id).where(offered).exists().label("offered"))
            .where(mine)
            .order_by(cases.c.level.desc(), cases.c.id)
            .with_for_update()
        )
        opened = self._vault.texts.open
        return tuple(
            HeldCase(
                row["id"],
                Level(row["level"]),
                None if row["next_step"] is None else opened(row["next_step"]),
                row["next_step_at"],
                bool(row["offered"]),
            )
            for row in self._db.execute(query).mappings()
        )

    def plan_next(self, case: int, step: str, due: datetime) -> None:
        values = {"next_step": self._vault.texts.seal(step), "next_step_at": due}
        self._db.execute(update(cases).where(cases.c.id == case).values(**values))

    def left_behind(self, counsellor: int, now: datetime) -> tuple[Leaving, ...]:
        """The open cases that somebody gave to a colleague, or put back into the queue, in the watch that goes on."""
        began = next((watch.began_at for watch in self.watches(now) if watch.counsellor == counsellor), None)
        since = now - LONGEST_WATCH if began is None else began
        put_back = select(case_events.c.case_id).where(
            case_events.c.counsellor_id == counsellor,
            case_events.c.what.in_(_HANDED_BACK),
            case_events.c.at >= since,
        )
        waiting = cases.c.id.in_(put_back) & (cases.c.state == CaseState.WAITING.value)
        rows = self._db.execute(select(cases.c.id, cases.c.level).where(waiting).order_by(cases.c.id))
        back = tuple(Leaving(row.id, Level(row.level), Left.RETURNED) for row in rows)
        return (*self._given(counsellor, since), *back)

    def _given(self, counsellor: int, since: datetime) -> tuple[Leaving, ...]:
        accepted = (
            (transfers.c.from_id == counsellor) & (transfers.c.state == "accepted") & (transfers.c.answered_at >= since)
        )
        held = (cases.c.state == CaseState.HELD.value) & (cases.c.holder_id != counsellor)
        query = (
            select(cases.c.id, cases.c.level).join(transfers, transfers.c.case_id == cases.c.id).where(accepted, held)
        )
        rows = self._db.execute(query.distinct().order_by(cases.c.id))
        return tuple(Leaving(row.id, Level(row.level), Left.GIVEN) for row in rows)

    def add_hand_over(self, counsellor: int, signed_by: int, note: str, left: Sequence[Leaving], at: datetime) -> int:
        seal = self._vault.texts.seal
        values = {
            "counsellor_id": counsellor,
            "signed_by": signed_by,
            "note": seal(note) if note else None,
            "at": at,
        }
        number = self._insert(hand_overs, values)
        for one in left:
            line = {
                "hand_over_id": number,
                "case_id": one.case,
                "what": one.what.value,
                "level": int(one.level),
                "next_step": None if one.next_step is None else seal(one.next_step),
                "next_step_at": one.next_step_at,
            }
            self._insert(hand_over_cases, line)
        return number

    def read_hand_over(self, hand_over: int, counsellor: int, at: datetime) -> None:
        known = select(hand_overs.c.id).where(hand_overs.c.id == hand_over)
        if self._db.execute(known).scalar() is not None:
            read = {"hand_over_id": hand_over, "counsellor_id": counsellor, "at": at}
            self._insert_once(hand_over_reads, read)
