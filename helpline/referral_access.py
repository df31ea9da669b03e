"""What holds about an account and a referral: the facts that data/access.yml is asked with."""

from __future__ import annotations

from collections.abc import Iterable

from helpline.access import May, about_case, rules
from helpline.accounts import Account, Role
from helpline.conversations import Case, CaseState
from helpline.ports import Unit
from helpline.referrals import ENDED, OPEN, Referral

# An agency knows of a referral from the moment it left until it was taken back.
_KNOWN_TO_AGENCY = OPEN | ENDED


def about_referral(
    account: Account, case: Case, referral: Referral, *, excluded: bool, holds_person: bool
) -> frozenset[str]:
    """`excluded`: the agency must not learn of this person, whatever was sent to it before.

    `holds_person`: this account holds the open case of the same person, which the referral came from before that.
    """
    facts = set(about_case(account, case, holds_person=holds_person))
    if account.role is Role.FOCAL_POINT and account.agency == referral.service and not excluded:
        facts |= {"own_agency"} if referral.state in _KNOWN_TO_AGENCY else set()
    if referral.override is not None and referral.override.asked_by != account.id:
        facts.add("another")
    return frozenset(facts)


def allowed(unit: Unit, account: Account, referral: Referral, actions: Iterable[May]) -> frozenset[May]:
    """Return those of the actions that this account may do on a referral."""
    open_case = unit.open_case_of(referral.conversation)
    holds = open_case is not None and open_case.state is CaseState.HELD and open_case.holder == account.id
    excluded = referral.service in unit.excluded_agencies(referral.conversation)
    case = unit.case_of_referral(referral)
    facts = about_referral(account, case, referral, excluded=excluded, holds_person=holds)
    return frozenset(action for action in actions if rules().allows(action, facts))
