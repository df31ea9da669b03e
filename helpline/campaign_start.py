"""Starting a campaign from the console: whom it reaches is counted, shown, and counted again when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpline.campaign import Aim, CampaignState
from helpline.campaigns import Reach, aim_of, reach
from helpline.library import LANGUAGES, Item
from helpline.phrasebook import Phrasebook
from helpline.ports import Bell, Clock, Store
from helpline.starting import BAKU

# Fewer people than this are not told as a number: it would tell of somebody.
FEWEST = 5
# The same form posted twice, or two editors at once, start one campaign.
TWICE_WITHIN = timedelta(minutes=10)
LATEST = timedelta(days=90)


class CannotStart(ValueError):
    """Nothing was started. The message is a code that the console has words for."""


class ReachChanged(Exception):
    """Other people are reached than were shown; whoever starts it has to see the new count first."""


@dataclass(frozen=True)
class Wish:
    """A campaign as it was asked for. `starts_at` None: at once."""

    item: Item
    aim: Aim
    starts_at: datetime | None


def shown_count(people: int) -> str:
    """A number as it may be shown: 0, few (1 to 4), or the number."""
    return "few" if 0 < people < FEWEST else str(people)


class CampaignStart:
    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell

    def wish(self, item: str, language: str, district: str, at: str) -> Wish:
        """Read what a form says; empty means whatever was told, and at once. Raise CannotStart."""
        found = self._book.library.get(item)
        if found is None:
            raise CannotStart("no_item")
        if language not in ("", *LANGUAGES):
            raise CannotStart("no_language")
        if district and district not in self._book.directory.records.districts:
            raise CannotStart("no_district")
        return Wish(found, aim_of(found, language or None, district or None), self._later(at))

    def _later(self, at: str) -> datetime | None:
        if not at:
            return None
        try:
            wanted = datetime.fromisoformat(at)
        except ValueError:
            raise CannotStart("no_time") from None
        now = self._clock.now()
        wanted = (wanted if wanted.tzinfo else wanted.replace(tzinfo=BAKU)).astimezone(now.tzinfo)
        if wanted <= now:
            raise CannotStart("past")
        if wanted > now + LATEST:
            raise CannotStart("far")
        return wanted

    def reach(self, wish: Wish) -> Reach:
        with self._store.unit() as unit:
            return reach(unit.counted(wish.aim, self._clock.now()), wish.item, self._book)

    def start(self, wish: Wish, counted: str, by: int) -> int:
        """Start it if it still reaches as many people as were shown; return its number. Raise CannotStart, ReachChanged.

        The workers put the announcements in, batch by batch.
        """
        now = self._clock.now()
        with self._store.unit() as unit:
            if (same := unit.recent_campaign(wish.aim, now - TWICE_WITHIN)) is not None:
                return same
            people = sum(unit.counted(wish.aim, now).values())
            if people == 0:
                raise CannotStart("nobody")
            if shown_count(people) != counted:
                raise ReachChanged
            campaign = unit.new_campaign(wish.aim, wish.starts_at or now, now)
            unit.note_audit(by, "campaign_started", now, {"campaign": campaign, "item": wish.item.id})
        self._bell.ring("outbox")
        return campaign

    def stop(self, campaign: int, by: int) -> None:
        """Nothing of it goes out any more. Raise CannotStart when there is no such campaign, or it was stopped before."""
        now = self._clock.now()
        with self._store.unit() as unit:
            found = unit.lock_campaign(campaign)
            if found is None or found.state is CampaignState.STOPPED:
                raise CannotStart("not_running")
            withdrawn = unit.stop_campaign(campaign, now)
            unit.note_audit(by, "campaign_stopped", now, {"campaign": campaign, "withdrawn": withdrawn})
