"""Who may do what: a table read by every route. What is not in it is denied."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from helpline.accounts import Role


class May(Enum):
    SEE_QUEUE = "see_queue"
    OPEN_CASE = "open_case"  # which one: helpline.door
    TAKE = "take"
    ACT = "act"  # reply, note, hand back, close: on a case one holds


ROLES: Mapping[Role, frozenset[May]] = {
    Role.COUNSELLOR: frozenset({May.SEE_QUEUE, May.OPEN_CASE, May.TAKE, May.ACT}),
    Role.SUPERVISOR: frozenset({May.SEE_QUEUE, May.OPEN_CASE, May.TAKE, May.ACT}),
}


def may(role: Role, action: May) -> bool:
    return action in ROLES.get(role, frozenset())
