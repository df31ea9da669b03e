"""Looking after accounts: added, changed, reset, ended. Each is one commit with its line in the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from helpline.access import FACTS
from helpline.account_ports import NewAccount
from helpline.accounts import LANGUAGES, Account, Passwords, Role
from helpline.cases import notice
from helpline.escalation import DUE
from helpline.phrasebook import Phrasebook, Say
from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.second_factor import one_time_password
from helpline.vetting import checked_days

GRANTS = ("picker",)
GENDERS = ("woman", "man")
SPOKEN = ("az", "ru")
MOST_CASES = 20


class OwnAccount(Exception):
    """Nobody changes their own role or vetting, ends their own account or resets themselves."""


class LastAdministrator(Exception):
    """Without an administrator nobody could let anybody in."""


class BadAccount(ValueError):
    """A name, role, language, capacity, grant or agency that there is not."""


@dataclass(frozen=True)
class Changes:
    """All that an administrator sets about an account; days as 2026-12-01, empty for none."""

    role: Role
    speaks: tuple[str, ...] = SPOKEN
    gender: str | None = None
    capacity: int = 4
    grants: tuple[str, ...] = ()
    agency: str | None = None
    vetted_on: str = ""
    vetted_until: str = ""


class Staff:
    """`by` is the administrator; None is the command line."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell, passwords: Passwords) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell
        self._passwords = passwords

    def add(self, by: int | None, wanted: NewAccount) -> tuple[int, str]:
        """Return the new account and the password for its first sign-in, told once. Raise NameTaken or BadAccount."""
        if not wanted.name.strip() or len(wanted.name) > 64 or wanted.language not in LANGUAGES:
            raise BadAccount("name or language")
        role, password = _role(wanted.role), one_time_password()
        hashed, now = self._passwords.hash(password), self._clock.now()
        with self._store.unit() as unit:
            added = unit.add_account(wanted, hashed, now)
            unit.note_audit(by, "account_added", now, {"role": role.value}, about=added)
        return added, password

    def change(self, by: int | None, number: int, changes: Changes) -> None:
        """Raise NotFound, OwnAccount, LastAdministrator, BadAccount or BadVetting. Another role ends the sign-ins."""
        on, until = checked_days(changes.vetted_on, changes.vetted_until)
        if changes.agency is not None and changes.agency not in self._book.directory.records.places:
            raise BadAccount("agency")
        now = self._clock.now()
        with self._store.unit() as unit:
            rulers = unit.administrators()
            before = unit.account(number)
            after = replace(before, **_checked(changes), vetted_on=on, vetted_until=until)  # type: ignore[arg-type]  # names are checked by replace
            if by == number and (on, until) != (before.vetted_on, before.vetted_until):
                raise OwnAccount
            if after.role is not before.role:
                _may_lose(by, number, rulers)
                unit.end_sign_ins(number)
                self._hand_over(unit, by, number, now)
            unit.save_account(after)
            unit.note_audit(by, "account_changed", now, _differences(before, after), about=number)
        self._ring()

    def end(self, by: int | None, number: int) -> None:
        """Close an account: its sign-ins end, its cases go back to the queue. Raise NotFound, OwnAccount, LastAdministrator."""
        now = self._clock.now()
        with self._store.unit() as unit:
            rulers = unit.administrators()
            unit.account(number)
            _may_lose(by, number, rulers)
            ended = unit.end_sign_ins(number)
            handed = self._hand_over(unit, by, number, now)
            unit.end_account(number, now)
            unit.note_audit(by, "account_ended", now, {"sign_ins": ended, "cases": handed}, about=number)
        self._ring()

    def reset_password(self, by: int | None, number: int) -> str:
        """Return a password for one sign-in, told once; the sign-ins end. Raise NotFound or OwnAccount."""
        password = one_time_password()
        hashed = self._passwords.hash(password)
        self._reset(by, number, "password_reset", lambda unit: unit.set_one_time_password(number, hashed))
        return password

    def end_sign_ins(self, by: int, number: int) -> None:
        """Everywhere at once. Raise NotFound."""
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.account(number)
            ended = unit.end_sign_ins(number)
            unit.note_audit(by, "sign_ins_ended", now, {"sign_ins": ended}, about=number)
        self._ring()

    def _reset(self, by: int | None, number: int, what: str, do: Callable[[Unit], None]) -> None:
        if by == number:
            raise OwnAccount
        now = self._clock.now()
        with self._store.unit() as unit:
            unit.account(number)
            do(unit)
            unit.end_sign_ins(number)
            unit.note_audit(by, what, now, {}, about=number)
        self._ring()

    def _hand_over(self, unit: Unit, by: int | None, number: int, now: datetime) -> int:
        """What they held goes back to the queue, and each person is told."""
        held = unit.cases_held(number)
        for case in held:
            opened = unit.case_held_by(case, number)
            unit.set_waiting(case, now + DUE[opened.level], now)
            unit.record(case, by, "handed_back", now, {"for": number})
            conversation = unit.conversation_of(case)
            outs = notice(self._book, Say("handed_back"), opened, conversation)
            unit.put_out(conversation.id, outs, now, f"hand_back:{case}:{now.timestamp()}")
        return len(held)

    def _ring(self) -> None:
        self._bell.ring("cases")
        self._bell.ring("outbox")


def _may_lose(by: int | None, number: int, rulers: list[int]) -> None:
    if by == number:
        raise OwnAccount
    if rulers == [number]:
        raise LastAdministrator


def _role(named: str) -> Role:
    try:
        return Role(named)
    except ValueError:
        raise BadAccount("role") from None


def _checked(changes: Changes) -> dict[str, object]:
    """The fields of the account. An agency is for focal points, and none is without one."""
    fits = (
        changes.speaks
        and set(changes.speaks) <= set(SPOKEN)
        and changes.gender in (None, *GENDERS)
        and 1 <= changes.capacity <= MOST_CASES
        and set(changes.grants) <= set(GRANTS) & FACTS
        and (changes.role is Role.FOCAL_POINT) == (changes.agency is not None)
    )
    if not fits:
        raise BadAccount("a field")
    names = ("role", "speaks", "gender", "capacity", "grants", "agency")
    return {name: getattr(changes, name) for name in names}


def _differences(before: Account, after: Account) -> dict[str, object]:
    """What changed, as codes: the old and the new role, and the names of the other fields."""
    names = ("speaks", "gender", "capacity", "grants", "agency", "vetted_on", "vetted_until")
    changed: dict[str, object] = {"fields": [name for name in names if getattr(before, name) != getattr(after, name)]}
    if before.role is not after.role:
        changed |= {"from": before.role.value, "to": after.role.value}
    return changed


__all__ = ["BadAccount", "Changes", "LastAdministrator", "NotFound", "OwnAccount", "Staff"]
