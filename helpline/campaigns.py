"""Campaigns: one item of the library, announced neutrally to those who subscribed to tips.

Announcements are put into the outbox in batches of their own transaction, and the campaign remembers how far it came: a kill
in the middle costs nothing, and whoever comes next (the command or a worker's sweep) goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from helpline import segments
from helpline.announcing import Announced, Subscriber, announcement
from helpline.campaign import Aim, Campaign, CampaignState
from helpline.content_check import sms_parts
from helpline.library import Item
from helpline.phrasebook import Phrasebook, Reader, channel_form
from helpline.ports import Store, Unit
from helpline.starting import opens_at

BATCH = 500


@dataclass(frozen=True)
class Reach:
    """How many people a campaign would reach, and how many SMS parts it costs: announced only, and if all of them open it."""

    people: int
    by_sms: int
    announcing: int
    at_most: int


def aim_of(item: Item, language: str | None, district: str | None) -> Aim:
    """An item goes to those whom it is written for, by what they told of themselves."""
    return Aim(item.id, item.audience, None if item.age == "any" else item.age, language, district)


def reach(counted: Mapping[tuple[str, str], int], item: Item, book: Phrasebook) -> Reach:
    """Add up the people of each (channel, language) and what their SMS cost at most."""
    by_sms = announcing = opened = 0
    for (channel, language), people in counted.items():
        if channel_form(channel) != "sms":
            continue
        by_sms += people
        line = announcement(item.id, Reader(language, "adult", channel), book)
        announcing += people * segments.count(line.text).parts
        opened += people * sum(sms_parts(book, item, language))
    return Reach(sum(counted.values()), by_sms, announcing, announcing + opened)


def go_on(store: Store, book: Phrasebook, now: datetime) -> Counter[str]:
    """Put in the next batch of every campaign that is running; each is a transaction of its own."""
    with store.unit() as unit:
        running = unit.running_campaigns(now)
    done: Counter[str] = Counter()
    for campaign in running:
        done["announced"] += put_batch(campaign, store, book, now)
    return +done


def put_all(campaign: int, store: Store, book: Phrasebook, now: Callable[[], datetime]) -> int:
    """Put in batch after batch until nobody is left or the campaign was stopped; return how many were put in."""
    put = 0
    while True:
        with store.unit() as unit:
            still = campaign in unit.running_campaigns(now())
        if not still:
            return put
        put += put_batch(campaign, store, book, now())


def put_batch(campaign: int, store: Store, book: Phrasebook, now: datetime) -> int:
    """Put in the announcements of the next people; return how many. Nobody left ends the campaign."""
    with store.unit() as unit:
        locked = unit.lock_campaign(campaign)
        if locked is None or locked.state is not CampaignState.RUNNING:
            return 0
        if book.library.get(locked.aim.item) is None:
            unit.stop_campaign(campaign, now)
            return 0
        return _put(unit, locked, book, now)


def _put(unit: Unit, campaign: Campaign, book: Phrasebook, now: datetime) -> int:
    found = unit.recipients(campaign.aim, campaign.position, BATCH, now)
    unit.put_announced(campaign.id, [_announced(campaign, one, book, now) for one in found], now)
    position = found[-1].conversation if found else campaign.position
    unit.move_campaign(campaign.id, position, now if len(found) < BATCH else None)
    return len(found)


def _announced(campaign: Campaign, subscriber: Subscriber, book: Phrasebook, now: datetime) -> Announced:
    out = announcement(campaign.aim.item, subscriber.reader, book)
    due_at = opens_at(now, subscriber.discretion)
    return Announced(subscriber.conversation, subscriber.reader.channel, out, due_at)
