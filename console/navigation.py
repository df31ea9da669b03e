"""The sections of the console: who sees which in the header. A page that is not here is reached from one that is."""

from __future__ import annotations

from dataclasses import dataclass

from helpline.access import May, rules
from helpline.accounts import Account


@dataclass(frozen=True)
class Place:
    """`key` is the text of the link."""

    may: May
    path: str
    key: str


PLACES = (
    Place(May.SEE_QUEUE, "/", "nav.queue"),
    Place(May.SEE_REFERRALS, "/referrals", "nav.referrals"),
    Place(May.SEE_BOARD, "/board", "nav.board"),
    Place(May.WORK_SHIFT, "/shifts", "nav.shifts"),
    Place(May.WORK_SHIFT, "/handover", "nav.handover"),
    Place(May.RECORD_CONTACT, "/contacts/new", "nav.contact"),
    Place(May.FIND_CASES, "/cases", "nav.closed"),
    Place(May.REVIEW_CASE, "/reviews", "nav.reviews"),
    Place(May.WORK_SHIFT, "/reviews/mine", "nav.my_reviews"),
    Place(May.SEE_DIRECTORY, "/directory", "nav.directory"),
    Place(May.SEE_TEXTS, "/texts", "nav.texts"),
    Place(May.RUN_CAMPAIGNS, "/campaigns", "nav.campaigns"),
    Place(May.MANAGE_ACCOUNTS, "/accounts", "nav.accounts"),
    Place(May.READ_COMPLAINTS, "/complaints", "nav.complaints"),
    Place(May.READ_AUDIT, "/audit", "nav.audit"),
    Place(May.WORK_SHIFT, "/shifts", "nav.shifts"),
    Place(May.RECORD_CONTACT, "/contacts/new", "nav.contact"),
    Place(May.SEE_FIGURES, "/figures", "nav.figures"),
)
# So many stand in the header itself; the rest open with one press.
FIRST_PLACES = 5


def places(account: Account) -> list[Place]:
    return [place for place in PLACES if rules().ever(place.may, account.role)]


def home(account: Account) -> str:
    """Where somebody starts: the first section that they may see."""
    return next((place.path for place in places(account)), "/account")
