"""A supervisor's part of a case's page: give it to a colleague, seal it, block its person; what holds there for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from sqlalchemy import Connection

from console.case_features import Act, Posted, Refusal, UnknownAction
from console.parts import ConsoleParts
from helpline.access import May, about_case, rules
from helpline.accounts import SignedIn
from helpline.blocks import Blocking, BlockReason, NoSuchTime
from helpline.reassigning import NotOnShift, Reassigning, ReassignReason
from helpline.sealing_cases import SEALS, UNSEALS, Sealing, SealReason
from helpline.supervising import supervision
from store.case_pages import CasePage
from store.supervision_pages import on_now, person_state

_Code = TypeVar("_Code", bound=Enum)
_MAY = (May.REASSIGN_CASE, May.SEAL_CASE, May.BLOCK_PERSON)


class Supervised:
    leaves: frozenset[str] = frozenset()
    refusals: Mapping[type[Exception], Refusal] = {
        NotOnShift: Refusal("assign.not_on", 409),
        NoSuchTime: Refusal("block.no_time"),
    }

    def __init__(self, parts: ConsoleParts) -> None:
        self._clock = parts.clock
        self._vault = parts.database.vault
        self._reassigning = Reassigning(parts.database, parts.book, parts.clock, parts.bell)
        self._sealing = Sealing(parts.database, parts.clock, parts.bell)
        self._blocking = Blocking(parts.database, parts.clock, parts.bell)
        self.actions: Mapping[str, Act] = {
            "assign": self._assign,
            "unassign": self._unassign,
            "seal": self._seal,
            "unseal": self._unseal,
            "block": self._block,
            "unblock": self._unblock,
        }

    def back(self, action: str) -> str:
        return "#supervision"

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        now, case = self._clock.now(), page.row.case
        facts = about_case(who.account, case)
        may = frozenset(action.value for action in _MAY if rules().allows(action, facts))
        return {
            "supervised_may": may,
            "person_state": person_state(db, self._vault, case.conversation, now),
            "assign_to": [one for one in on_now(db, self._vault, now) if one.id != case.holder] if may else [],
            "assign_reasons": [reason.value for reason in ReassignReason],
            "seal_reasons": [reason.value for reason in SEALS],
            "unseal_reasons": [reason.value for reason in UNSEALS],
            "block_reasons": [reason.value for reason in BlockReason],
            "block_hours": [int(lasts.total_seconds() // 3600) for lasts in supervision().blocks],
        }

    def _assign(self, posted: Posted) -> None:
        reason = _chosen(ReassignReason, posted)
        self._reassigning.to_colleague(posted.case, posted.who.account, posted.number("colleague"), reason)

    def _unassign(self, posted: Posted) -> None:
        self._reassigning.to_queue(posted.case, posted.who.account, _chosen(ReassignReason, posted))

    def _seal(self, posted: Posted) -> None:
        self._sealing.seal(posted.case, posted.who.account, _chosen(SealReason, posted))

    def _unseal(self, posted: Posted) -> None:
        self._sealing.unseal(posted.case, posted.who.account, _chosen(SealReason, posted))

    def _block(self, posted: Posted) -> None:
        reason = _chosen(BlockReason, posted)
        self._blocking.block(posted.case, posted.who.account, reason, posted.number("hours"))

    def _unblock(self, posted: Posted) -> None:
        self._blocking.lift(posted.case, posted.who.account)


def _chosen(codes: type[_Code], posted: Posted) -> _Code:
    """Raise UnknownAction for a code that there is not."""
    try:
        return codes(posted.text("reason", 40))
    except ValueError:
        raise UnknownAction from None
