"""Who may read what waits: too late, hidden by the panic word, or behind a code word, a text is kept back."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpline.conversations import OutToSend

# A reply later than this may find another reader: a neutral line goes instead (safety.md).
NEUTRAL_AFTER = timedelta(minutes=10)


def is_kept_back(out: OutToSend, now: datetime) -> bool:
    """Whether a leased row is withheld instead of sent. Alerts and neutral lines never are."""
    if out.conversation is None or out.neutral:
        return False
    return _comes_too_late(out, now) or _is_barred(out)


def _comes_too_late(out: OutToSend, now: datetime) -> bool:
    return out.last_inbound_at is not None and now - out.last_inbound_at > NEUTRAL_AFTER


def _is_barred(out: OutToSend) -> bool:
    """Since the code word was asked for or the panic word said, only answers to what came since go out."""
    since = out.discretion.hidden_at or out.discretion.code_asked_at
    if since is None:
        return False
    waived = out.discretion.code_waived and out.discretion.hidden_at is None
    return out.created_at < since or not (waived or out.origin.startswith("turn:"))
