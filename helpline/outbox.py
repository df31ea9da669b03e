"""Sending: a leased row goes to its channel; what the vendor says decides what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpline.conversations import Lane, OutState, OutToSend
from helpline.messages import Choice, OutgoingMessage, SendFailed
from helpline.phrasebook import Phrasebook, Reader, Say
from helpline.ports import Bell, Channel, Clock, Store, Unit
from helpline.routes import LINK_DOWN, NO_ANSWER
from helpline.standing import Hold, hold
from helpline.withholding import is_kept_back

LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_WAIT_ALONE = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=24)
# What we start may wait a day for its window before the first attempt.
GIVE_UP_STARTED_AFTER = timedelta(hours=72)


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
    """What the vendor said to a leased row: its id of the message or of each part, or why not. Neither: it was not offered.

    `late`: a reply that is kept back. `held`: why something that we started must not go out now.
    """

    out: OutToSend
    vendor_ids: tuple[str, ...] = ()
    failed: SendFailed | None = None
    late: bool = False
    held: Hold | None = None


async def send_leased(out: OutToSend, sender: Sender) -> Sent:
    """Send one leased row and record it."""
    return record(await attempt(out, sender), sender)


async def attempt(out: OutToSend, sender: Sender) -> Attempt:
    """Offer one leased row to its vendor. A kill between its acceptance and `record` sends the row once more:

    the vendor has no key to tell it apart by. Every other failure sends it exactly once.
    """
    if is_kept_back(out, sender.clock.now()):
        return Attempt(out, late=True)
    if out.lane is Lane.BULK and (held := await asyncio.to_thread(_held, out, sender)) is not None:
        return Attempt(out, held=held)
    message = OutgoingMessage(
        channel=out.channel,
        address=out.address,
        text=out.text,
        choices=tuple(Choice(code, label) for code, label in out.choices),
        key=str(out.id),
        picture=out.picture,
        route=out.route,
        reference=out.reference,
    )
    channel = sender.channels[out.channel]
    try:
        if out.wipes:
            await channel.wipe(out.address, out.wipes)
        accepted = await channel.send(message)
    except SendFailed as failed:
        return Attempt(out, failed=failed)
    return Attempt(out, vendor_ids=(accepted,) if isinstance(accepted, str) else accepted)


def record(made: Attempt, sender: Sender) -> Sent:
    """Write down what became of the row. May be called again when the database failed. Raise LeaseLost."""
    out = made.out
    if made.late:
        return _withhold(out, sender)
    if made.held is not None:
        return _hold(out, made.held, sender)
    if made.failed is not None:
        return _failed(out, made.failed, sender)
    with sender.store.unit() as unit:
        unit.finish_out(out, OutState.SENT, sender.clock.now(), vendor_ids=made.vendor_ids)
        if out.lane is Lane.BULK:
            unit.started(out, sender.clock.now())
    return Sent(out.id, "sent")


def _held(out: OutToSend, sender: Sender) -> Hold | None:
    """Look at the person once more: what was true when the row was put in may be so no longer."""
    now = sender.clock.now()
    with sender.store.unit() as unit:
        standing = unit.standing(out, now)
    return None if standing is None else hold(standing, now)


def _hold(out: OutToSend, held: Hold, sender: Sender) -> Sent:
    now = sender.clock.now()
    with sender.store.unit() as unit:
        if held.until is None:
            unit.finish_out(out, OutState.CANCELLED, now, code=held.code)
        else:
            unit.postpone_out(out, held.until, held.code)
    return Sent(out.id, "cancelled" if held.until is None else "postponed", held.code)


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
    patience = GIVE_UP_STARTED_AFTER if out.lane is Lane.BULK else GIVE_UP_AFTER
    gone_on_long = now - out.created_at >= patience
    with sender.store.unit() as unit:
        if failed.retryable and not gone_on_long:
            unit.retry_out(out, now + _wait(out.attempts, failed), failed.code, now)
            return Sent(out.id, "retry", failed.code, None if failed.alone else failed.retry_after)
        _give_up(unit, out, failed, now)
    return Sent(out.id, "failed", failed.code)


def _give_up(unit: Unit, out: OutToSend, failed: SendFailed, now: datetime) -> None:
    """A message that will not arrive flags its case, so that somebody looks for another way."""
    unit.finish_out(out, OutState.FAILED, now, code=failed.code)
    if out.conversation is None:
        return
    if failed.stops_sender:
        unit.set_reachable(out.conversation, False, now)
        unit.end_tips(out.conversation, now)
    unit.flag_undelivered(out.conversation, failed.code, now)


def put_back(out: OutToSend, sender: Sender) -> None:
    """Give up a lease without having offered the row to its vendor."""
    now = sender.clock.now()
    with sender.store.unit() as unit:
        unit.retry_out(out, now, "not-yet", now)


def link_back(channel: str, store: Store, clock: Clock, bell: Bell) -> int:
    """A link of the channel is up again: what waited for one is due now. Return how many rows that were."""
    with store.unit() as unit:
        hastened = unit.hasten_outs(channel, (LINK_DOWN, NO_ANSWER), clock.now())
    bell.ring("outbox")
    return hastened


def _wait(attempts: int, failed: SendFailed) -> timedelta:
    """A link that is down comes back at once: what waits for it looks again soon, however long it was away."""
    if failed.alone and failed.retry_after is not None:
        return min(LONGEST_WAIT_ALONE, timedelta(seconds=failed.retry_after) * max(1, attempts))
    return backoff(attempts, failed.retry_after)


def backoff(attempts: int, retry_after: float | None) -> timedelta:
    """Return how long to wait: what the vendor said, else 5 s doubled with each attempt, at most 15 minutes."""
    if retry_after is not None:
        return timedelta(seconds=retry_after)
    doubled: timedelta = FIRST_WAIT * (1 << min(attempts, 10))
    return min(LONGEST_WAIT, doubled)
