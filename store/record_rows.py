"""Rows beside a case: wrap-ups, issues, attempts, sign-offs, talks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, select, update

from helpline.conversations import Author, CaseState
from helpline.ports import NotFound
from helpline.record_ports import Colleague, SignOff, Talk
from helpline.silence import Attempt
from helpline.watches import PRESENT_FOR, TAKES_CASES
from helpline.wrap_up import Issue, WrapUp
from store.record_tables import attempts, issues, sign_offs, talks, wrap_ups
from store.rows import Rows
from store.sealing import Vault
from store.tables import cases, counsellors, messages
from store.turn_rows import detail

WORK_CASES = tuple(role.value for role in TAKES_CASES)


class RecordRows(Rows):
    def colleague(self, counsellor: int, now: datetime) -> Colleague:
        """Somebody who works cases. Raise NotFound for who does not, or no more."""
        here = (counsellors.c.id == counsellor) & counsellors.c.active.is_(True) & counsellors.c.role.in_(WORK_CASES)
        row = self._db.execute(select(counsellors.c.role, counsellors.c.seen_at).where(here)).first()
        if row is None:
            raise NotFound
        present = row.seen_at is not None and row.seen_at > now - PRESENT_FOR
        return Colleague(counsellor, row.role == "supervisor", present)

    def wrap_up_of(self, case: int) -> WrapUp | None:
        return read_wrap_up(self._db, self._vault, case)

    def save_wrap_up(self, case: int, counsellor: int, wrap_up: WrapUp, at: datetime) -> None:
        """Keep a wrap-up; it replaces the one before, issues and all."""
        summary = self._vault.texts.seal(wrap_up.summary) if wrap_up.summary else None
        values = {
            "counsellor_id": counsellor,
            "call_type": wrap_up.call_type,
            "fields": detail({name: list(codes) for name, codes in wrap_up.fields.items() if codes}),
            "summary": summary,
            "saved_at": at,
        }
        if self._db.execute(update(wrap_ups).where(wrap_ups.c.case_id == case).values(**values)).rowcount == 0:
            self._insert(wrap_ups, {"case_id": case, **values})
        self._db.execute(delete(issues).where(issues.c.case_id == case))
        for issue in wrap_up.issues:
            codes = {"category": issue.category, "subcategory": issue.subcategory, "about": issue.about}
            self._insert(issues, {"case_id": case, "status": issue.status, **codes})

    def add_attempt(self, case: int, counsellor: int, attempt: Attempt) -> None:
        values = {"way": attempt.way, "inside": attempt.inside, "at": attempt.at}
        self._insert(attempts, {"case_id": case, "counsellor_id": counsellor, **values})

    def attempts_in_silence(self, case: int) -> tuple[Attempt, ...]:
        return read_attempts(self._db, case)

    def ask_sign_off(
        self, case: int, by: int, of: int | None, reason: str, answers: Mapping[str, str], at: datetime
    ) -> int:
        values = {"case_id": case, "asked_by_id": by, "asked_of_id": of, "reason": reason, "asked_at": at}
        return self._insert(sign_offs, {**values, "answers": detail(dict(answers)), "state": "asked"})

    def open_sign_off(self, number: int) -> SignOff:
        """A request that nobody answered yet; raise NotFound."""
        here = (sign_offs.c.id == number) & (sign_offs.c.state == "asked")
        row = self._db.execute(select(sign_offs).where(here).with_for_update()).mappings().first()
        if row is None:
            raise NotFound
        return sign_off_of(row)

    def sign_off_of(self, case: int) -> SignOff | None:
        here = (sign_offs.c.case_id == case) & (sign_offs.c.state == "asked")
        row = self._db.execute(select(sign_offs).where(here).with_for_update()).mappings().first()
        return None if row is None else sign_off_of(row)

    def end_sign_off(self, number: int, state: str, by: int | None, why: str, at: datetime) -> None:
        sealed = self._vault.texts.seal(why) if why else None
        values = {"state": state, "answered_by_id": by, "answered_at": at, "why": sealed}
        self._db.execute(update(sign_offs).where(sign_offs.c.id == number).values(**values))

    def wrote_since(self, case: int, at: datetime) -> bool:
        wrote = select(messages.c.id).where(*_of_person(case), messages.c.at > at).limit(1)
        return self._db.execute(wrote).scalar() is not None

    def add_talk(self, case: int, counsellor: int, talk: Talk, at: datetime) -> None:
        values = {"way": talk.way, "direction": talk.direction, "who": talk.who, "at": talk.at, "recorded_at": at}
        note = self._vault.texts.seal(talk.note)
        self._insert(talks, {"case_id": case, "counsellor_id": counsellor, "note": note, **values})

    def hold_recorded(self, case: int, counsellor: int, source: str, at: datetime) -> None:
        """A case that came by telephone or in person belongs to who wrote it down."""
        values = {"state": CaseState.HELD.value, "holder_id": counsellor, "taken_at": at, "source": source}
        self._db.execute(update(cases).where(cases.c.id == case).values(**values))


def read_wrap_up(db: Connection, vault: Vault, case: int) -> WrapUp | None:
    row = db.execute(select(wrap_ups).where(wrap_ups.c.case_id == case)).mappings().first()
    if row is None:
        return None
    found = db.execute(select(issues).where(issues.c.case_id == case).order_by(issues.c.id)).all()
    told = tuple(Issue(one.category, one.subcategory, one.about, one.status) for one in found)
    fields = {name: tuple(codes) for name, codes in json.loads(row["fields"]).items()}
    summary = "" if row["summary"] is None else vault.texts.open(row["summary"])
    return WrapUp(row["call_type"], told, fields, summary)


def read_attempts(db: Connection, case: int) -> tuple[Attempt, ...]:
    """Attempts since the person last wrote."""
    wrote = select(func.max(messages.c.at)).where(*_of_person(case)).scalar_subquery()
    after = (attempts.c.at > wrote) | wrote.is_(None)
    query = select(attempts).where(attempts.c.case_id == case, after).order_by(attempts.c.at)
    return tuple(Attempt(row.way, row.inside, row.at) for row in db.execute(query))


def sign_off_of(row: RowMapping) -> SignOff:
    return SignOff(
        id=row["id"],
        case=row["case_id"],
        asked_by=row["asked_by_id"],
        asked_of=row["asked_of_id"],
        reason=row["reason"],
        answers=json.loads(row["answers"]),
        asked_at=row["asked_at"],
    )


def _of_person(case: int) -> tuple[ColumnElement[bool], ...]:
    conversation = select(cases.c.conversation_id).where(cases.c.id == case).scalar_subquery()
    return (messages.c.conversation_id == conversation, messages.c.author == Author.PERSON.value)
