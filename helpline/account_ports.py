"""What looking after accounts needs of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from helpline.accounts import Account


@dataclass(frozen=True)
class NewAccount:
    """An account that is being made; its person chooses a password of their own at the first sign-in."""

    name: str
    role: str
    language: str


class AccountUnit(Protocol):
    def account(self, number: int) -> Account:
        """Return an account that is not ended, and hold its row. Raise NotFound."""

    def add_account(self, wanted: NewAccount, password: str, at: datetime) -> int:
        """`password`: its hash; it has to be changed. Raise NameTaken."""

    def save_account(self, account: Account) -> None:
        """Save what an administrator may change: role, languages, gender, capacity, grants, agency, vetting."""

    def set_one_time_password(self, account: int, password: str) -> None:
        """`password`: its hash; it has to be changed."""

    def administrators(self) -> list[int]:
        """The administrators who are not ended, held, so that two cannot end each other."""

    def end_sign_ins(self, account: int) -> int:
        """End every sign-in of an account; return how many."""

    def end_account(self, account: int, at: datetime) -> None: ...

    def cases_held(self, account: int) -> list[int]: ...
