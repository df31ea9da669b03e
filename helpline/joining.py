"""Parts of an SMS become the message that somebody wrote: in any order, twice, late, or never.

A part lies in the database from the moment its network hears that we have it. What is whole is stored as a message in the
same commit; what stays incomplete is stored as far as it came, so that half a cry for help is heard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import uuid4

from helpline.alphabets import decode
from helpline.conversations import Conversation
from helpline.intake import store_in
from helpline.joining_ports import Earlier, Kept, PartSet
from helpline.messages import InboundMessage, InboundPart
from helpline.ports import Bell, Clock, Store, Unit

# Since the last part came. An emergency is due in two minutes, and the parts of a message leave a phone within seconds.
LIMIT: Final = timedelta(seconds=30)
# So long does what a person wrote after it wait for a message whose parts still come, so that the order is kept.
PATIENCE: Final = timedelta(seconds=10)
# A part that comes later than this after the others begins a message of its own.
LATE: Final = timedelta(hours=6)
# How long a network may bring again what it did not hear that we have.
UNHEARD: Final = timedelta(days=1)
UNHEARD_PLAIN: Final = timedelta(hours=1)
# And what it did hear: by the mark of the network or the phone, or by nothing but the same words.
MARKED: Final = timedelta(minutes=10)
AT_ONCE: Final = timedelta(seconds=3)
KEPT_FOR: Final = timedelta(days=2)
GAP: Final = "[…]"
MOST_AT_ONCE: Final = 100


def receive_part(part: InboundPart, store: Store, clock: Clock, bell: Bell) -> int:
    """Store a part, and the message that it completes, in one transaction. Return the delivery to `confirm`.

    What was brought before is known and changes nothing.
    """
    now = clock.now()
    with store.unit() as unit:
        # Its row is held: of two processes with two parts of one message the second sees the first one's.
        conversation = unit.open_conversation(part.channel, part.address, now, part.route)
        before = unit.earlier_delivery(part)
        if before is not None and is_again(part, before, now):
            return before.id
        delivery = unit.add_delivery(part, now)
        if part.total == 1 and not unit.open_sets(conversation.id):
            store_in(unit, conversation, _alone(part), now)
        else:
            unit.keep_part(conversation.id, part, now, late_since=now - LATE)
            _release(unit, conversation, now)
    bell.ring("turns")
    return delivery


def _alone(part: InboundPart) -> InboundMessage:
    """A message of one part that nothing is before: it needs no place to wait."""
    text = decode(part.body, part.alphabet)
    return InboundMessage(part.channel, part.address, _new_id(), text=text, route=part.route)


def _new_id() -> str:
    """What was brought before is known by its delivery. A row's number would come again once older rows are removed."""
    return f"sms-{uuid4().hex}"


def confirm(deliveries: Sequence[int], store: Store) -> None:
    """The network heard that we have these: it will not bring them again for that reason."""
    with store.unit() as unit:
        unit.confirm_deliveries(deliveries)


def is_again(part: InboundPart, before: Earlier, now: datetime) -> bool:
    """Whether this is the delivery that came before, brought again, and not the same words written again.

    A network repeats what it did not hear an answer to. A phone never gives two messages the same mark so soon. Bare words
    are the person's own when the network knew of the first: whoever answers a menu may well send "1" twice.
    """
    marked = part.smsc_id is not None or part.reference is not None
    if not before.confirmed:
        return now - before.at < (UNHEARD if marked else UNHEARD_PLAIN)
    return now - before.at < (MARKED if marked else AT_ONCE)


def deliver_incomplete(store: Store, clock: Clock) -> Counter[str]:
    """Store what waited long enough for the rest, and what waited behind it; forget what is long over."""
    done: Counter[str] = Counter()
    now = clock.now()
    with store.unit() as unit:
        found = unit.waiting_sets(now - PATIENCE, MOST_AT_ONCE)
        unit.forget_deliveries(now - KEPT_FOR)
        unit.forget_early(now - KEPT_FOR)
    for number in found:
        with store.unit() as unit:
            done["joined"] += _release(unit, unit.lock_conversation(number), now)
    return +done


def _release(unit: Unit, conversation: Conversation, now: datetime) -> int:
    """Store what is ready, in the order in which the messages began; return how many."""
    stored = 0
    for one in unit.open_sets(conversation.id):
        waited = now - one.last_at
        if one.whole or waited >= LIMIT:
            _store(unit, conversation, one, now)
            stored += 1
        elif waited < PATIENCE:
            break
    return stored


def _store(unit: Unit, conversation: Conversation, one: PartSet, now: datetime) -> None:
    parts = unit.kept_parts(one.id)
    message = InboundMessage(
        channel=one.channel,
        address="",  # its conversation is known
        external_id=_new_id(),
        text=joined(parts, one.total),
        route=one.route,
        lacks=max(0, one.total - one.held),
    )
    unit.close_set(one, store_in(unit, conversation, message, now))


def joined(parts: Sequence[Kept], total: int) -> str:
    """Return the text of the parts in their order, with a mark where some did not come."""
    by_number = {part.number: part for part in parts}
    places = [by_number.get(number) for number in range(1, max([total, *by_number]) + 1)]
    return " ".join(_runs(places)) if None in places else "".join(_runs(places))


def _runs(places: Sequence[Kept | None]) -> Iterator[str]:
    """A letter may be cut between two parts of one alphabet: they are read as one. Missing neighbours are one gap."""
    for alphabet, run in groupby(places, lambda part: None if part is None else part.alphabet):
        if alphabet is None:
            yield GAP
        else:
            yield decode(b"".join(part.body for part in run if part is not None), alphabet)
