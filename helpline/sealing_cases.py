"""A case is sealed to its holder and the supervisors: somebody who works here, or an agency, may be part of it (safety.md)."""

from __future__ import annotations

from enum import Enum

from helpline.access import May, about_case, rules
from helpline.accounts import Account
from helpline.ports import Bell, Clock, NotFound, Store


class SealReason(Enum):
    """Why it is sealed, or opened again; the console has the words."""

    COLLEAGUE = "colleague"
    AGENCY = "agency"
    KNOWN = "known"
    WISH = "wish"
    OTHER = "other"
    CLEARED = "cleared"
    MISTAKE = "mistake"


SEALS = (SealReason.COLLEAGUE, SealReason.AGENCY, SealReason.KNOWN, SealReason.WISH, SealReason.OTHER)
UNSEALS = (SealReason.CLEARED, SealReason.MISTAKE, SealReason.WISH, SealReason.OTHER)


class Sealing:
    """Raise NotFound for whoever may not."""

    def __init__(self, store: Store, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._clock = clock
        self._bell = bell

    def seal(self, case: int, account: Account, reason: SealReason) -> None:
        self._set(case, account, reason, sealed=True)

    def unseal(self, case: int, account: Account, reason: SealReason) -> None:
        self._set(case, account, reason, sealed=False)

    def _set(self, case: int, account: Account, reason: SealReason, *, sealed: bool) -> None:
        """What is so already is not written down again."""
        now = self._clock.now()
        with self._store.unit() as unit:
            found = unit.case_to_change(case)
            if not rules().allows(May.SEAL_CASE, about_case(account, found)):
                raise NotFound
            if found.sealed is not sealed:
                unit.seal_case(case, sealed=sealed)
                unit.record(case, account.id, "sealed" if sealed else "unsealed", now, {"reason": reason.value})
        self._bell.ring("cases")
