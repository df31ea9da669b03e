"""Who may open a case's transcript, and how often the opening is written down."""

from __future__ import annotations

from datetime import timedelta

from helpline.access import May, about_case, rules
from helpline.accounts import Account
from helpline.conversations import Case, CaseState

# Reading a page again is not another look.
ONE_LOOK = timedelta(minutes=5)


class NotYours(Exception):
    """The case is there, and its transcript does not open for this person. `state`, `holder`: where it is now."""

    def __init__(self, case: int, state: CaseState, holder: str | None) -> None:
        super().__init__(state.value)
        self.case = case
        self.state = state
        self.holder = holder


def may_open(account: Account, case: Case, *, holds_person: bool, asked: bool = False) -> bool:
    """Whether a transcript opens. A waiting case opens by taking it, so that nobody reads what nobody answers."""
    return rules().allows(May.OPEN_CASE, about_case(account, case, holds_person=holds_person, asked=asked))
