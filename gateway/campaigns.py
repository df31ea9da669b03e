"""`helpline campaign`: announce an item to those who subscribed, and read what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table

from gateway.directory import open_book
from gateway.keys import open_vault
from gateway.settings import Misconfigured, Settings
from helpline.campaign import Aim, Campaign, CampaignState
from helpline.campaigns import Reach, aim_of, put_all, reach
from helpline.conversations import OutState
from helpline.library import AUDIENCES, LANGUAGES, Item
from helpline.ports import Clock
from helpline.starting import BAKU
from store.campaign_pages import Report, list_campaigns, read_report
from store.database import Database, migrate, open_engine
from store.editing_pages import OverlayReader


@dataclass(frozen=True)
class Wish:
    """What was asked for on the command line, unchecked."""

    item: str
    language: str | None = None
    audience: str | None = None
    district: str | None = None
    at: str | None = None


class Campaigns:
    """The commands on one database. Everything that a person can mend is raised as Misconfigured, in one line."""

    def __init__(self, settings: Settings, clock: Clock, screen: Console) -> None:
        engine = open_engine(settings.database_url)
        migrate(engine)
        self._database = Database(engine, open_vault(settings))
        self._book = open_book(settings, clock, OverlayReader(self._database))
        self._clock = clock
        self._screen = screen

    def new(self, wish: Wish, *, dry_run: bool, agreed: Callable[[], bool]) -> int | None:
        """Say whom it reaches and what it costs; make it when agreed to, and put everybody in when it begins now."""
        item = self._item(wish)
        now = self._clock.now()
        starts_at = now if wish.at is None else _later(wish.at, now)
        aim = aim_of(item, wish.language, wish.district)
        with self._database.unit() as unit:
            found = reach(unit.counted(aim, now), item, self._book)
        self._say(_told(item, aim, found, starts_at, now))
        if dry_run or not agreed():
            return None
        with self._database.unit() as unit:
            campaign = unit.new_campaign(aim, starts_at, now)
        put = put_all(campaign, self._database, self._book, self._clock.now)
        self._say(f"campaign {campaign}: {put} announcements are in the outbox{_begins(starts_at, now)}")
        return campaign

    def _item(self, wish: Wish) -> Item:
        item = self._book.library.get(wish.item)
        if item is None:
            raise Misconfigured(
                f"no item {wish.item} that may be shown: `helpline content preview {wish.item}` says more"
            )
        if wish.language not in (None, *LANGUAGES):
            raise Misconfigured(f"--language is one of {', '.join(LANGUAGES)}")
        if wish.audience not in (None, *AUDIENCES):
            raise Misconfigured(f"--audience is one of {', '.join(AUDIENCES)}")
        if wish.audience not in (None, item.audience):
            raise Misconfigured(f"{item.id} is written for a {item.audience}, not for a {wish.audience}")
        code = f"district:{wish.district}"
        if wish.district is not None and self._book.label(code, "az") == wish.district.replace("_", " "):
            raise Misconfigured(f"no district {wish.district}: its codes are in data/services/districts.yml")
        return item

    def list(self) -> None:
        table = Table("campaign", "item", "for", "state", "begins (Baku)", "announced", "sent", "waiting")
        for campaign, states in list_campaigns(self._database):
            numbers = (sum(states.values()), states.get(OutState.SENT.value, 0), states.get(OutState.WAITING.value, 0))
            later = campaign.state is CampaignState.RUNNING and campaign.starts_at > self._clock.now()
            state = "planned" if later else campaign.state.value
            shown = (str(campaign.id), campaign.aim.item, _for(campaign.aim), state, _when(campaign))
            table.add_row(*shown, *(str(number) for number in numbers))
        self._screen.print(table)

    def report(self, campaign: int, *, as_json: bool) -> None:
        found = self._report(campaign)
        if as_json:
            return self._say(json.dumps(_fields(found), ensure_ascii=False))
        for line in _lines(found):
            self._say(line)

    def stop(self, campaign: int) -> int:
        """Withdraw what waits; return how many announcements that were."""
        ended = self._report(campaign).campaign
        if ended.state is CampaignState.STOPPED:
            raise Misconfigured(f"campaign {campaign} was stopped before")
        with self._database.unit() as unit:
            withdrawn = unit.stop_campaign(campaign, self._clock.now())
        self._say(f"campaign {campaign} is stopped; {withdrawn} announcements do not go out")
        return withdrawn

    def _say(self, line: str) -> None:
        self._screen.print(line, soft_wrap=True, markup=False)

    def _report(self, campaign: int) -> Report:
        found = read_report(self._database, campaign)
        if found is None:
            raise Misconfigured(f"no campaign {campaign}: `helpline campaign list` shows them")
        return found


def _later(at: str, now: datetime) -> datetime:
    """A time of Baku as it was typed. Raise Misconfigured for one that is none or past."""
    try:
        typed = datetime.fromisoformat(at)
    except ValueError:
        raise Misconfigured("--at is a time of Baku such as 2026-12-01T10:00") from None
    wanted = typed if typed.tzinfo is not None else typed.replace(tzinfo=BAKU)
    if wanted <= now:
        raise Misconfigured("--at is past")
    return wanted.astimezone(now.tzinfo)


def _told(item: Item, aim: Aim, found: Reach, starts_at: datetime, now: datetime) -> str:
    draft = "" if item.published else f" It is a {item.state}: production would refuse it."
    cost = f", {found.announcing} SMS parts, at most {found.at_most} if all {found.by_sms} by SMS open it"
    return f"{item.id} for {_for(aim)}: {found.people} people{cost if found.by_sms else ''}{_begins(starts_at, now)}.{draft}"


def _begins(starts_at: datetime, now: datetime) -> str:
    return "" if starts_at <= now else f"; it begins {starts_at.astimezone(BAKU):%Y-%m-%d %H:%M} in Baku"


def _for(aim: Aim) -> str:
    told = (aim.audience, aim.age_band, aim.language, aim.district)
    return ", ".join(part for part in told if part is not None)


def _when(campaign: Campaign) -> str:
    return f"{campaign.starts_at.astimezone(BAKU):%Y-%m-%d %H:%M}"


def _fields(report: Report) -> dict[str, object]:
    campaign, aim = report.campaign, asdict(report.campaign.aim)
    numbers = asdict(report)
    del numbers["campaign"]
    times = {name: at and at.isoformat() for name, at in _times(campaign).items()}
    return {"campaign": campaign.id, **aim, "state": campaign.state.value, **times, **numbers}


def _times(campaign: Campaign) -> dict[str, datetime | None]:
    return {"starts_at": campaign.starts_at, "created_at": campaign.created_at, "finished_at": campaign.finished_at}


def _lines(report: Report) -> Iterator[str]:
    campaign = report.campaign
    yield f"campaign {campaign.id}: {campaign.aim.item} for {_for(campaign.aim)}, {campaign.state.value}, {_when(campaign)}"
    yield f"announced {report.announced}: sent {report.sent}, waiting {report.waiting}, stopped {report.stopped}"
    yield f"delivered {report.delivered} (as far as the vendor says), opened {report.opened}"
    for name, codes in (("cancelled", report.cancelled), ("failed", report.failed)):
        if codes:
            yield f"{name}: " + ", ".join(f"{code} {number}" for code, number in codes.items())
    yield f"cost: {report.parts} SMS parts of announcements, {report.parts_read} of the item"
    for district in report.districts:
        opened = "" if district.opened is None else f", opened {district.opened}"
        yield f"{district.code}: sent {district.sent}{opened}"
