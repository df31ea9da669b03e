"""What the domain needs of the rows kept beside a case: wrap-ups, sign-offs, attempts, talks, transfers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from helpline.conversations import Case
from helpline.silence import Attempt
from helpline.wrap_up import WrapUp


@dataclass(frozen=True)
class Talk:
    """A talk by telephone or in person. `way`: phone | in_person; `direction`: they | we began it; `who`: a code of WHO."""

    way: str
    direction: str
    who: str
    at: datetime
    note: str = field(repr=False)


@dataclass(frozen=True)
class SignOff:
    """A request that a case may close. `asked_of` None: any supervisor."""

    id: int
    case: int
    asked_by: int
    asked_of: int | None
    reason: str
    answers: Mapping[str, str]
    asked_at: datetime


@dataclass(frozen=True)
class Transfer:
    """A case offered to a colleague. `to` None: any supervisor; `warm`: they read before they answer."""

    id: int
    case: int
    from_: int
    to: int | None
    warm: bool
    offered_at: datetime
    lapses_at: datetime


@dataclass(frozen=True)
class Colleague:
    """Somebody who may be asked. `present`: has the console open."""

    id: int
    supervisor: bool
    present: bool


class HasOpenCase(Exception):
    """The same person has an open case. `case`: which, None when it was opened in this very moment."""

    def __init__(self, case: int | None) -> None:
        super().__init__(case)
        self.case = case


class RecordRows(Protocol):
    def colleague(self, counsellor: int, now: datetime) -> Colleague: ...

    # wrap-up and closing
    def wrap_up_of(self, case: int) -> WrapUp | None: ...
    def save_wrap_up(self, case: int, counsellor: int, wrap_up: WrapUp, at: datetime) -> None: ...
    def add_attempt(self, case: int, counsellor: int, attempt: Attempt) -> None: ...
    def attempts_in_silence(self, case: int) -> tuple[Attempt, ...]: ...
    def ask_sign_off(
        self, case: int, by: int, of: int | None, reason: str, answers: Mapping[str, str], at: datetime
    ) -> int: ...
    def open_sign_off(self, number: int) -> SignOff: ...
    def sign_off_of(self, case: int) -> SignOff | None: ...
    def end_sign_off(self, number: int, state: str, by: int | None, why: str, at: datetime) -> None: ...
    def wrote_since(self, case: int, at: datetime) -> bool: ...

    # resting, coming back
    def snooze(self, case: int, until: datetime, next_step: str) -> None: ...
    def steps_due(self, before: datetime) -> list[Case]: ...
    def woken(self, now: datetime) -> Iterator[Case]: ...
    def clear_next_step(self, case: int) -> None: ...
    def waits_for_answer(self, case: int) -> bool: ...
    def case_of(self, case: int) -> Case: ...
    def open_case_of(self, conversation: int) -> Case | None: ...
    def reopen(self, case: int, counsellor: int, at: datetime) -> Case: ...

    # transfers
    def offer_transfer(self, transfer: Transfer, note: str) -> int: ...
    def open_transfer(self, number: int) -> Transfer: ...
    def transfer_of(self, case: int) -> Transfer | None: ...
    def end_transfer(self, number: int, state: str, by: int | None, why: str, at: datetime) -> None: ...
    def give_case(self, case: int, to: int, at: datetime) -> None: ...
    def lapsed_transfers(self, now: datetime) -> list[Transfer]: ...

    # talks and contacts that came by telephone or in person
    def add_talk(self, case: int, counsellor: int, talk: Talk, at: datetime) -> None: ...
    def hold_recorded(self, case: int, counsellor: int, source: str, at: datetime) -> None: ...
