"""What holds about an account and a referral: the facts that data/access.yml is asked with."""

from __future__ import annotations

from helpline.access import May, about_case, rules
from helpline.accounts import Account, Role
from helpline.conversations import Case
from helpline.referrals import ENDED, OPEN, Referral

# An agency knows of a referral from the moment it left until it was taken back.
_KNOWN_TO_AGENCY = OPEN | ENDED


def about_referral(account: Account, case: Case, referral: Referral, *, excluded: bool) -> frozenset[str]:
    """`excluded`: the agency must not learn of this person, whatever was sent to it before."""
    facts = set(about_case(account, case))
    if account.role is Role.FOCAL_POINT and account.agency == referral.service and not excluded:
        facts |= {"own_agency"} if referral.state in _KNOWN_TO_AGENCY else set()
    if referral.override is not None and referral.override.asked_by != account.id:
        facts.add("another")
    return frozenset(facts)


def may(action: May, account: Account, case: Case, referral: Referral, *, excluded: bool) -> bool:
    return rules().allows(action, about_referral(account, case, referral, excluded=excluded))
