"""Who may open a case's transcript, and how often the opening is written down."""

from __future__ import annotations

from datetime import timedelta

from helpline.accounts import Account, Role
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


def may_open(account: Account, case: Case, *, holds_person: bool) -> bool:
    """A supervisor opens every case; a counsellor those they hold or held, and earlier ones of a person they hold.

    A waiting case opens by taking it, so that nobody reads what nobody answers.
    """
    if account.role is Role.SUPERVISOR:
        return True
    if case.state is CaseState.WAITING:
        return False
    return case.holder == account.id or (case.state is CaseState.CLOSED and holds_person)
