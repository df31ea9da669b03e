"""Durable intake: an update is acknowledged only after what it brought is committed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from helpline.messages import InboundMessage, Kind
from helpline.ports import AlreadyReceived, Bell, Clock, Store

# Longer than any vendor sends as one message; what is beyond is not read, and the person is told.
LONGEST = 8000


def receive(message: InboundMessage, store: Store, clock: Clock, bell: Bell) -> bool:
    """Store a message with its pending turn in one transaction; return False when it was stored before."""
    now = clock.now()
    try:
        _store(replace(message, text=message.text[:LONGEST]), store, now)
    except AlreadyReceived:
        return False
    bell.ring("turns")
    return True


def _store(message: InboundMessage, store: Store, now: datetime) -> None:
    with store.unit() as unit:
        conversation = unit.open_conversation(message.channel, message.address, now)
        stored = unit.add_inbound(conversation, message, now)
        if message.kind in (Kind.BLOCKED, Kind.UNBLOCKED):
            unit.set_reachable(conversation.id, message.kind is Kind.UNBLOCKED, now)
            if message.kind is Kind.BLOCKED:
                unit.end_tips(conversation.id, now)
            return
        unit.add_turn(conversation.id, stored, now)
