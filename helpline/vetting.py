"""The background check of everybody who works with cases: from which day, until which day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from helpline.access import May, rules
from helpline.accounts import Account, Role

HERE = ZoneInfo("Asia/Baku")
NOTICE = timedelta(days=30)
# What shows or touches a person. In production nobody does any of it whose check is missing or past.
NEEDS_VETTING = frozenset(
    {
        *(May.TAKE_NEXT, May.TAKE_ANY, May.OPEN_CASE, May.ACT_ON_CASE, May.REVEAL_ADDRESS, May.TRANSFER_CASE),
        *(May.ANSWER_TRANSFER, May.REOPEN_CASE, May.RECORD_CONTACT, May.EXPORT_CASE, May.OPEN_REFERRAL, May.REFER),
        *(May.OVERRIDE_CONSENT, May.ANSWER_REFERRAL, May.REVOKE_REFERRAL, May.REASSIGN_CASE, May.SEAL_CASE),
        *(May.BLOCK_PERSON, May.REVIEW_CASE, May.SIGN_CLOSING, May.WORK_SHIFT),
    }
)


class Vetting(Enum):
    """How an account's check stands today."""

    VALID = "valid"
    ENDS_SOON = "ends_soon"  # within 30 days; still valid
    EXPIRED = "expired"
    MISSING = "missing"


class BadVetting(ValueError):
    """A day that is none, or an end before the beginning."""


def vetting(account: Account, now: datetime) -> Vetting:
    """A check counts from its day to its last day, both included, in Baku."""
    today = now.astimezone(HERE).date()
    if account.vetted_on is None or date.fromisoformat(account.vetted_on) > today:
        return Vetting.MISSING
    if account.vetted_until is None:
        return Vetting.VALID
    until = date.fromisoformat(account.vetted_until)
    if until < today:
        return Vetting.EXPIRED
    return Vetting.ENDS_SOON if until - today <= NOTICE else Vetting.VALID


def is_vetted(account: Account, now: datetime) -> bool:
    return vetting(account, now) in (Vetting.VALID, Vetting.ENDS_SOON)


def needs_vetting(role: Role) -> bool:
    """Whether a role may do anything that needs the check."""
    return any(rules().ever(action, role) for action in NEEDS_VETTING)


def checked_days(on: str, until: str) -> tuple[str | None, str | None]:
    """Return both days as they are kept. Raise BadVetting."""
    try:
        first = date.fromisoformat(on) if on else None
        last = date.fromisoformat(until) if until else None
    except ValueError:
        raise BadVetting from None
    if last is not None and (first is None or last < first):
        raise BadVetting
    return (first.isoformat() if first else None), (last.isoformat() if last else None)
