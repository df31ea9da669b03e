"""Sending: a leased row goes to its channel; what the vendor says decides what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpline.conversations import OutState, OutToSend
from helpline.messages import Choice, OutgoingMessage, SendFailed
from helpline.phrasebook import Phrasebook, Reader, Say
from helpline.ports import Channel, Clock, Store, Unit

LEASE = timedelta(seconds=60)
# A reply later than this may find another reader: a neutral line goes instead (safety.md).
NEUTRAL_AFTER = timedelta(minutes=10)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Sent:
    """What is worth logging of an attempt. `wait`: seconds that the whole channel should pause, as the vendor asked."""

    out: int
    outcome: str
    code: str | None = None
    wait: float | None = None


@dataclass(frozen=True)
class Sender:
    store: Store
    channels: Mapping[str, Channel]
    book: Phrasebook
    clock: Clock


@dataclass(frozen=True)
class Attempt:
    """What the vendor said to a leased row: its id of the message, or why not. Neither: it comes too late to be sent."""

    out: OutToSend
    vendor_id: str | None = None
    failed: SendFailed | None = None
    late: bool = False


async def send_leased(out: OutToSend, sender: Sender) -> Sent:
    """Send one leased row and record it."""
    return record(await attempt(out, sender), sender)


async def attempt(out: OutToSend, sender: Sender) -> Attempt:
    """Offer one leased row to its vendor. A kill between its acceptance and `record` sends the row once more:

    the vendor has no key to tell it apart by. Every other failure sends it exactly once.
    """
    if _comes_too_late(out, sender.clock.now()):
        return Attempt(out, late=True)
    message = OutgoingMessage(
        channel=out.channel,
        address=out.address,
        text=out.text,
        choices=tuple(Choice(code, label) for code, label in out.choices),
        key=str(out.id),
    )
    try:
        return Attempt(out, vendor_id=await sender.channels[out.channel].send(message))
    except SendFailed as failed:
        return Attempt(out, failed=failed)


def record(made: Attempt, sender: Sender) -> Sent:
    """Write down what became of the row. May be called again when the database failed. Raise LeaseLost."""
    out = made.out
    if made.late:
        return _withhold(out, sender)
    if made.failed is not None:
        return _failed(out, made.failed, sender)
    with sender.store.unit() as unit:
        unit.finish_out(out, OutState.SENT, sender.clock.now(), vendor_id=made.vendor_id)
    return Sent(out.id, "sent")


def _comes_too_late(out: OutToSend, now: datetime) -> bool:
    if out.conversation is None or out.neutral or out.last_inbound_at is None:
        return False
    return now - out.last_inbound_at > NEUTRAL_AFTER


def _withhold(out: OutToSend, sender: Sender) -> Sent:
    """Keep the text back and say, once, that an answer is ready."""
    now = sender.clock.now()
    reader = Reader(out.language or "az", "adult", out.channel)
    outs = tuple(sender.book.render(Say("waiting_neutral"), reader))
    with sender.store.unit() as unit:
        unit.finish_out(out, OutState.WITHHELD, now)
        if out.conversation is not None:
            unit.put_neutral(out.conversation, outs, now)
    return Sent(out.id, "withheld")


def _failed(out: OutToSend, failed: SendFailed, sender: Sender) -> Sent:
    now = sender.clock.now()
    gone_on_long = now - out.created_at >= GIVE_UP_AFTER
    with sender.store.unit() as unit:
        if failed.retryable and not gone_on_long:
            unit.retry_out(out, now + backoff(out.attempts, failed.retry_after), failed.code, now)
            return Sent(out.id, "retry", failed.code, failed.retry_after)
        _give_up(unit, out, failed, now)
    return Sent(out.id, "failed", failed.code)


def _give_up(unit: Unit, out: OutToSend, failed: SendFailed, now: datetime) -> None:
    """A message that will not arrive flags its case, so that somebody looks for another way."""
    unit.finish_out(out, OutState.FAILED, now, code=failed.code)
    if out.conversation is None:
        return
    if failed.stops_sender:
        unit.set_reachable(out.conversation, False, now)
    unit.flag_undelivered(out.conversation, failed.code, now)


def backoff(attempts: int, retry_after: float | None) -> timedelta:
    """Return how long to wait: what the vendor said, else 5 s doubled with each attempt, at most 15 minutes."""
    if retry_after is not None:
        return timedelta(seconds=retry_after)
    doubled: timedelta = FIRST_WAIT * (1 << min(attempts, 10))
    return min(LONGEST_WAIT, doubled)
