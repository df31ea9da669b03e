"""How long a counsellor's words still reach the person as they are, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpline.conversations import Conversation
from helpline.withholding import NEUTRAL_AFTER


@dataclass(frozen=True)
class Writing:
    """`until`: what is sent before it is shown to the person. After it, or when it is None, a neutral line goes instead.

    `barred` says why it is None: silent (they never wrote) | hidden (the panic word) | code (the code word is asked for).
    """

    until: datetime | None
    barred: str | None = None

    def open_at(self, now: datetime) -> bool:
        return self.until is not None and now <= self.until


def writing(conversation: Conversation) -> Writing:
    """The same rules as helpline/withholding.py, said before anything is written."""
    discretion = conversation.discretion
    if discretion.hidden_at is not None:
        return Writing(None, "hidden")
    if discretion.code_asked_at is not None:
        return Writing(None, "code")
    if conversation.last_inbound_at is None:
        return Writing(None, "silent")
    return Writing(conversation.last_inbound_at + NEUTRAL_AFTER)
