"""What became of a campaign, in numbers: for the command line, and never about a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select

from helpline.campaign import Campaign
from helpline.conversations import Author, OutState
from helpline.messages import DeliveryState
from store.campaign_rows import campaign_of
from store.database import Database
from store.matter_tables import campaigns
from store.tables import conversations, messages, outbox

# A group of fewer people is never shown by itself.
SMALLEST = 5
OTHERS = "others"


@dataclass(frozen=True)
class District:
    """People of one district. `opened` None: too few to be told."""

    code: str
    sent: int
    opened: int | None


@dataclass(frozen=True)
class Report:
    """Announcements of a campaign. `cancelled` and `failed` are by code; `failed` has what was taken and not delivered too.

    `parts` are SMS parts of announcements that were sent, `parts_read` those of the item told afterwards.
    """

    campaign: Campaign
    announced: int
    waiting: int
    sent: int
    delivered: int
    stopped: int
    opened: int
    cancelled: Mapping[str, int]
    failed: Mapping[str, int]
    parts: int
    parts_read: int
    districts: tuple[District, ...]


def list_campaigns(database: Database) -> list[tuple[Campaign, Mapping[str, int]]]:
    """Every campaign, the oldest first, with how many announcements are in each state of the outbox."""
    counted: defaultdict[int, dict[str, int]] = defaultdict(dict)
    states = select(outbox.c.campaign_id, outbox.c.state, func.count()).where(outbox.c.campaign_id.is_not(None))
    with database.reading() as db:
        rows = db.execute(select(campaigns).order_by(campaigns.c.id)).mappings().all()
        for campaign, state, number in db.execute(states.group_by(outbox.c.campaign_id, outbox.c.state)):
            counted[campaign][state] = number
    return [(campaign_of(row), counted[row["id"]]) for row in rows]


def read_report(database: Database, campaign: int) -> Report | None:
    """Count what became of a campaign; None when there is no such one."""
    with database.reading() as db:
        row = db.execute(select(campaigns).where(campaigns.c.id == campaign)).mappings().first()
        return None if row is None else _report(db, campaign_of(row))


def _report(db: Connection, campaign: Campaign) -> Report:
    mine = outbox.c.campaign_id == campaign.id
    states: dict[str, int] = _pairs(db, outbox.c.state, mine)
    sent = mine & (outbox.c.state == OutState.SENT.value)
    delivered = sent & outbox.c.delivery.in_((DeliveryState.DELIVERED.value, DeliveryState.READ.value))
    undelivered = sent & (outbox.c.delivery == DeliveryState.UNDELIVERED.value)
    code = func.coalesce(outbox.c.code, "unknown")
    cancelled = _pairs(db, code, mine & (outbox.c.state == OutState.CANCELLED.value))
    opened = sent & _opened(campaign.aim.item)
    return Report(
        campaign=campaign,
        announced=sum(states.values()),
        waiting=states.get(OutState.WAITING.value, 0) + states.get(OutState.SENDING.value, 0),
        sent=states.get(OutState.SENT.value, 0),
        delivered=_count(db, delivered),
        stopped=cancelled.pop("stopped", 0),
        opened=_count(db, opened),
        cancelled=cancelled,
        failed=_pairs(db, code, or_(mine & (outbox.c.state == OutState.FAILED.value), undelivered)),
        parts=db.scalar(select(func.coalesce(func.sum(outbox.c.parts), 0)).where(sent)) or 0,
        parts_read=_parts_read(db, campaign),
        districts=_districts(db, sent, campaign.aim.item),
    )


def _pairs(db: Connection, name: ColumnElement[str], where: ColumnElement[bool]) -> dict[str, int]:
    query = select(name, func.count()).select_from(outbox).where(where).group_by(name).order_by(name)
    return {row[0]: row[1] for row in db.execute(query)}


def _count(db: Connection, where: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(outbox).where(where)) or 0


def _of_item(item: str) -> ColumnElement[bool]:
    """Messages of the bot that tell the item, or one SMS of it."""
    told = or_(messages.c.says == f"item:{item}", messages.c.says.startswith(f"item:{item}:", autoescape=True))
    return and_(messages.c.author == Author.BOT.value, told)


def _opened(item: str) -> ColumnElement[bool]:
    """Whether the person asked for the item after the announcement went out."""
    after = (messages.c.conversation_id == outbox.c.conversation_id) & (messages.c.at >= outbox.c.finished_at)
    return exists(select(messages.c.id).where(after, _of_item(item))).correlate(outbox)


def _parts_read(db: Connection, campaign: Campaign) -> int:
    announced = outbox.alias("announced")
    before = and_(
        announced.c.campaign_id == campaign.id,
        announced.c.state == OutState.SENT.value,
        announced.c.conversation_id == messages.c.conversation_id,
        announced.c.finished_at <= messages.c.at,
    )
    query = (
        select(func.coalesce(func.sum(outbox.c.parts), 0))
        .join(messages, messages.c.id == outbox.c.message_id)
        .where(_of_item(campaign.aim.item), outbox.c.state == OutState.SENT.value)
        .where(exists(select(announced.c.id).where(before)).correlate(messages))
    )
    return db.scalar(query) or 0


def _districts(db: Connection, sent: ColumnElement[bool], item: str) -> tuple[District, ...]:
    read = func.sum(case((_opened(item), 1), else_=0))
    district = func.coalesce(conversations.c.district, "unknown")
    query = (
        select(district, func.count(), read)
        .select_from(outbox)
        .join(conversations, conversations.c.id == outbox.c.conversation_id)
        .where(sent)
        .group_by(district)
    )
    return without_small_groups([District(row[0], row[1], int(row[2])) for row in db.execute(query)])


def without_small_groups(found: list[District]) -> tuple[District, ...]:
    """Put small districts together, with the next larger one when they are still too few, so that no sum gives them away.

    Numbers of openings are told only when that of every shown group, and of everybody who did not open it, is large enough.
    """
    by_size = sorted(found, key=lambda one: (one.sent, one.code))
    small = [one for one in by_size if one.sent < SMALLEST]
    large = by_size[len(small) :]
    while small and large and sum(one.sent for one in small) < SMALLEST:
        small.append(large.pop(0))
    groups = [*reversed(large), *([_together(small)] if sum(one.sent for one in small) >= SMALLEST else [])]
    if all(_tells_nobody(one) for one in groups):
        return tuple(groups)
    return tuple(District(one.code, one.sent, None) for one in groups)


def _together(small: list[District]) -> District:
    return District(OTHERS, sum(one.sent for one in small), sum(one.opened or 0 for one in small))


def _tells_nobody(one: District) -> bool:
    return one.opened is not None and (one.opened == 0 or one.opened >= SMALLEST)
