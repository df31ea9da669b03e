"""Rows of looking after accounts."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy import RowMapping, delete, select, update

from helpline.account_ports import NewAccount
from helpline.accounts import Account, NameTaken, Role
from helpline.conversations import CaseState
from helpline.ports import NotFound
from store.audit_rows import AuditRows
from store.tables import cases, counsellors, sign_ins


class AccountRows(AuditRows):
    def account(self, number: int) -> Account:
        here = (counsellors.c.id == number) & counsellors.c.active.is_(True)
        row = self._db.execute(select(counsellors).where(here).with_for_update()).mappings().first()
        if row is None:
            raise NotFound
        return account_of(number, row)

    def add_account(self, wanted: NewAccount, password: str, at: datetime) -> int:
        name = unicodedata.normalize("NFC", wanted.name).strip()
        values = {
            "name": name,
            "role": Role(wanted.role).value,
            "language": wanted.language,
            "password": password,
            "must_change": True,
            "created_at": at,
        }
        added = self._insert_once(counsellors, values)
        if added is None:
            raise NameTaken
        return added

    def save_account(self, account: Account) -> None:
        values = {
            "role": account.role.value,
            "speaks": " ".join(account.speaks),
            "gender": account.gender,
            "capacity": account.capacity,
            "grants": " ".join(account.grants),
            "agency": account.agency,
            "vetted_on": account.vetted_on,
            "vetted_until": account.vetted_until,
        }
        self._db.execute(update(counsellors).where(counsellors.c.id == account.id).values(**values))

    def set_one_time_password(self, account: int, password: str) -> None:
        here = counsellors.c.id == account
        self._db.execute(update(counsellors).where(here).values(password=password, must_change=True))

    def administrators(self) -> list[int]:
        here = (counsellors.c.role == Role.ADMINISTRATOR.value) & counsellors.c.active.is_(True)
        return list(self._db.scalars(select(counsellors.c.id).where(here).order_by(counsellors.c.id).with_for_update()))

    def end_sign_ins(self, account: int) -> int:
        self._db.execute(update(counsellors).where(counsellors.c.id == account).values(seen_at=None))
        return self._db.execute(delete(sign_ins).where(sign_ins.c.counsellor_id == account)).rowcount

    def end_account(self, account: int, at: datetime) -> None:
        values = {"active": False, "ended_at": at, "totp": None, "totp_confirmed_at": None}
        self._db.execute(update(counsellors).where(counsellors.c.id == account).values(**values))

    def cases_held(self, account: int) -> list[int]:
        held = (cases.c.holder_id == account) & (cases.c.state == CaseState.HELD.value)
        return list(self._db.scalars(select(cases.c.id).where(held).order_by(cases.c.id)))


def account_of(account: int, row: RowMapping) -> Account:
    """Build an Account from the columns of counsellors."""
    return Account(
        id=account,
        name=row["name"],
        role=Role(row["role"]),
        language=row["language"],
        speaks=tuple(row["speaks"].split()),
        gender=row["gender"],
        capacity=row["capacity"],
        grants=tuple(row["grants"].split()),
        agency=row["agency"],
        vetted_on=row["vetted_on"],
        vetted_until=row["vetted_until"],
    )
