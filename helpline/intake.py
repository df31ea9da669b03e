"""Durable intake: an update is acknowledged only after what it brought is committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from helpline.conversations import Conversation
from helpline.loops import goes_round
from helpline.messages import InboundMessage, Kind, Spot
from helpline.ports import AlreadyReceived, Bell, Clock, Store, Unit

# Longer than any vendor sends as one message; what is beyond is not read, and the person is told.
LONGEST = 8000


Near = Callable[[Spot], tuple[str, ...]]


def receive(message: InboundMessage, store: Store, clock: Clock, bell: Bell, near: Near = lambda spot: ()) -> bool:
    """Store a message with its pending turn in one transaction; return False when it was stored before.

    `near` names the districts of a location: only those names are kept, as the choice that they stand for.
    """
    now = clock.now()
    try:
        _store(_without_spot(message, near), store, now)
    except AlreadyReceived:
        return False
    bell.ring("turns")
    return True


def _without_spot(message: InboundMessage, near: Near) -> InboundMessage:
    """Where somebody is must not lie in a database: a location becomes the names of the nearest districts."""
    if message.spot is None:
        return message
    districts = near(message.spot)
    choice = f"place:located:{'+'.join(districts)}" if districts and message.kind is Kind.LOCATION else message.choice
    return replace(message, spot=None, choice=choice)


def _store(message: InboundMessage, store: Store, now: datetime) -> None:
    with store.unit() as unit:
        conversation = unit.open_conversation(message.channel, message.address, now, message.route)
        store_in(unit, conversation, message, now)


def store_in(unit: Unit, conversation: Conversation, message: InboundMessage, now: datetime) -> int:
    """Store a message of a conversation whose row is held, with its pending turn; return its id. Raise AlreadyReceived."""
    stored = unit.add_inbound(conversation, replace(message, text=message.text[:LONGEST]), now)
    if message.kind in (Kind.BLOCKED, Kind.UNBLOCKED):
        unit.set_reachable(conversation.id, message.kind is Kind.UNBLOCKED, now)
        if message.kind is Kind.BLOCKED:
            unit.end_tips(conversation.id, now)
        return stored
    if not goes_round(unit, conversation, message, now):
        unit.add_turn(conversation.id, stored, now)
    return stored
