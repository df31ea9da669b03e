"""Tips without a campaign: whoever subscribed gets something they have not read yet, at most twice a week."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from helpline.announcing import DueTip, announcement
from helpline.library import MIDDLE_AGE, Item, Library
from helpline.ports import Unit
from helpline.starting import BAKU, opens_at
from helpline.turns import Parts

# Between two messages that we start: two a week.
SPACING = timedelta(days=3, hours=12)
LOOK_AGAIN = timedelta(days=1)
# Everything was read: an editor may have written more by then.
ALL_READ = timedelta(days=30)
AT_ONCE = 100


def offer_tips(parts: Parts) -> Counter[str]:
    """Put in the tips that are due, some at a time, in one transaction of their own."""
    now = parts.clock.now()
    done: Counter[str] = Counter()
    with parts.store.unit() as unit:
        for due in unit.due_tips(now, AT_ONCE):
            next_at = _offer(unit, due, parts, now, done)
            unit.set_tip_due(due.subscriber.conversation, next_at)
    return done


def _offer(unit: Unit, due: DueTip, parts: Parts, now: datetime, done: Counter[str]) -> datetime:
    """Offer one item when it may be; return when the next one is looked for."""
    if not due.allowed:
        return now + LOOK_AGAIN
    if due.last_started_at is not None and now - due.last_started_at < SPACING:
        return due.last_started_at + SPACING
    subscriber = due.subscriber
    item = pick(parts.book.library, subscriber.audience, subscriber.age_band, due.seen)
    if item is None:
        return now + ALL_READ
    # The day is part of the origin: a tip that was cancelled may come another day.
    origin = f"tip:{subscriber.conversation}:{now.astimezone(BAKU):%Y%m%d}:{item.id}"
    outs = (announcement(item.id, subscriber.reader, parts.book),)
    unit.put_started(subscriber.conversation, outs, now, origin, due_at=opens_at(now, subscriber.discretion))
    done["tips"] += 1
    return now + SPACING


def pick(library: Library, audience: str, age_band: str | None, seen: frozenset[str]) -> Item | None:
    """The first item for this reader that they have not seen: those of their own age before those for any, first signed first."""
    ages = ("any", MIDDLE_AGE) if age_band is None else ("any", age_band)
    fitting = [
        item for item in library.items() if item.audience == audience and item.age in ages and item.id not in seen
    ]
    return min(fitting, key=lambda item: (item.age != age_band, not item.launch), default=None)
