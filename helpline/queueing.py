"""Who waits, in which order, and who may take whom. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from helpline.access import sees_sealed
from helpline.accounts import Account
from helpline.shift_times import ShiftTimes
from triage.taxonomy import Level


@dataclass(frozen=True)
class Waiting:
    """A waiting case. `wants`: a woman or a man as counsellor; `after_hours`: it came when nobody was there."""

    case: int
    level: Level
    since: datetime
    due_at: datetime
    language: str | None = None
    wants: str | None = None
    sealed: bool = False
    after_hours: bool = False

    def share(self, now: datetime) -> float:
        """How much of its allowance is used: 1 when it is due, more when it is overdue."""
        allowed = (self.due_at - self.since).total_seconds()
        waited = (now - self.since).total_seconds()
        return waited / allowed if allowed > 0 else max(1.0, waited)


@dataclass(frozen=True)
class OnWatch:
    """Somebody who is on now, and how many cases they hold that do not rest."""

    account: Account
    holding: int
    rests_until: datetime | None = None

    def rests(self, now: datetime) -> bool:
        return self.rests_until is not None and self.rests_until > now

    @property
    def full(self) -> bool:
        return self.holding >= self.account.capacity

    def free(self, now: datetime) -> bool:
        return not self.full and not self.rests(now)


class Turned(Enum):
    """Why "take next" gives nothing; the console has the words."""

    EMPTY = "empty"
    RESTING = "resting"
    FULL = "full"
    FOR_OTHERS = "for_others"


def in_order(waiting: Iterable[Waiting], now: datetime) -> list[Waiting]:
    """The level first, then what came when nobody was there, then by the share of its time that each has used."""
    return sorted(waiting, key=lambda one: (-one.level, not one.after_hours, -one.share(now), one.case))


def fits(one: Waiting, account: Account) -> bool:
    """Whether somebody speaks the person's language and is who they asked for."""
    speaks = one.language is None or one.language in account.speaks
    return speaks and one.wants in (None, account.gender)


def open_to_all(one: Waiting, on: Sequence[OnWatch], now: datetime, times: ShiftTimes) -> bool:
    """Nobody is lost for a wish: what is overdue goes to anybody, and what waited a while with nobody of them free."""
    if now >= one.due_at:
        return True
    waited = now - one.since >= times.anybody[one.level]
    return waited and not any(fits(one, each.account) and each.free(now) for each in on)


def may_see(one: Waiting, account: Account) -> bool:
    return not one.sealed or sees_sealed(account)


def next_for(
    me: OnWatch, waiting: Iterable[Waiting], on: Sequence[OnWatch], now: datetime, times: ShiftTimes
) -> list[int] | Turned:
    """The cases that somebody may take next, the most pressing first, or why there is none."""
    if me.rests(now):
        return Turned.RESTING
    seen = [one for one in in_order(waiting, now) if may_see(one, me.account)]
    if not seen:
        return Turned.EMPTY
    mine = [one for one in seen if fits(one, me.account) or open_to_all(one, on, now, times)]
    if not mine:
        return Turned.FOR_OTHERS
    light = [one.case for one in mine if not me.full or one.level is Level.EMERGENCY]
    return light or Turned.FULL
