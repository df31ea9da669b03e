"""Help that was counted on does not come: the person's case is a case again, or moves up."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpline.conversations import Case
from helpline.ports import Unit
from helpline.referrals import Referral
from triage.taxonomy import Level

# No new harm was told, but somebody relied on us.
DUE_AGAIN = timedelta(hours=2)


def level_again(before: Level) -> Level:
    """The level of a case that is opened again for this: what is pressing now only the person can tell."""
    return min(Level.URGENT, max(Level.CONCERN, before))


def came_back(unit: Unit, referral: Referral, now: datetime, reason: str) -> Case:
    """Hasten the open case of a referral's person, or open one."""
    case = unit.open_case_of(referral.conversation)
    if case is not None:
        unit.hasten_case(case.id, now + DUE_AGAIN)
        return case
    level = level_again(unit.case_of_referral(referral).level)
    return unit.open_case(referral.conversation, level, now + DUE_AGAIN, now, reason)
