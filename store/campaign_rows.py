"""Rows of campaigns: whom they are for, their announcements in batches, and how far they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, func, insert, or_, select, update

from helpline.announcing import Announced, Subscriber
from helpline.campaign import Aim, Campaign, CampaignState
from helpline.conversations import Author, Lane, OutState
from store.matter_tables import campaigns
from store.outbox_rows import sms_parts
from store.rows import WAY
from store.started_rows import CAMPAIGN
from store.tables import conversations, messages, outbox, senders
from store.tip_rows import TipRows, may_be_written_to, subscriber_of


class CampaignRows(TipRows):
    def new_campaign(self, aim: Aim, starts_at: datetime, at: datetime) -> int:
        values = {
            "item": aim.item,
            "audience": aim.audience,
            "age_band": aim.age_band,
            "language": aim.language,
            "district": aim.district,
            "state": CampaignState.RUNNING.value,
            "starts_at": starts_at,
            "created_at": at,
        }
        return self._insert(campaigns, values)

    def running_campaigns(self, now: datetime) -> list[int]:
        """Those that have begun and not put in everybody yet."""
        begun = (campaigns.c.state == CampaignState.RUNNING.value) & (campaigns.c.starts_at <= now)
        return list(self._db.execute(select(campaigns.c.id).where(begun).order_by(campaigns.c.id)).scalars())

    def lock_campaign(self, campaign: int) -> Campaign | None:
        """Hold a campaign for this transaction: two that go on with it take turns."""
        query = select(campaigns).where(campaigns.c.id == campaign).with_for_update()
        row = self._db.execute(query).mappings().first()
        return None if row is None else campaign_of(row)

    def move_campaign(self, campaign: int, position: int, finished_at: datetime | None) -> None:
        """Remember how far it came; with a time, that nobody is left."""
        values: dict[str, object] = {"position": position}
        if finished_at is not None:
            values |= {"state": CampaignState.DONE.value, "finished_at": finished_at}
        self._db.execute(update(campaigns).where(campaigns.c.id == campaign).values(**values))

    def stop_campaign(self, campaign: int, at: datetime) -> int:
        """Nothing of it goes out any more; return how many announcements were still waiting."""
        stopped = {"state": CampaignState.STOPPED.value, "finished_at": at}
        self._db.execute(update(campaigns).where(campaigns.c.id == campaign).values(**stopped))
        waiting = (outbox.c.campaign_id == campaign) & (outbox.c.state == OutState.WAITING.value)
        withdrawn = {"state": OutState.CANCELLED.value, "code": "withdrawn", "finished_at": at}
        return self._db.execute(update(outbox).where(waiting).values(**withdrawn)).rowcount

    def counted(self, aim: Aim, now: datetime) -> dict[tuple[str, str], int]:
        """How many people an aim has now, by channel and language."""
        language = func.coalesce(conversations.c.language, "az")
        query = (
            select(senders.c.channel, language, func.count())
            .select_from(conversations)
            .join(senders, senders.c.id == conversations.c.sender_id)
            .where(*_aimed_at(aim, now))
            .group_by(senders.c.channel, language)
        )
        return {(row[0], row[1]): row[2] for row in self._db.execute(query)}

    def recipients(self, aim: Aim, after: int, most: int, now: datetime) -> list[Subscriber]:
        """The next people of an aim, in the order of their conversations."""
        query = (
            select(conversations, WAY)
            .join(senders, senders.c.id == conversations.c.sender_id)
            .where(conversations.c.id > after, *_aimed_at(aim, now))
            .order_by(conversations.c.id)
            .limit(most)
        )
        return [subscriber_of(row) for row in self._db.execute(query).mappings()]

    def put_announced(self, campaign: int, announced: Sequence[Announced], at: datetime) -> None:
        """Queue a batch in two statements. Nobody gets a campaign twice: the origin is unique."""
        if not announced:
            return
        texts = [self._vault.texts.seal(one.out.text) for one in announced]
        said = [_message(one, body, at) for one, body in zip(announced, texts, strict=True)]
        added = insert(messages).returning(messages.c.id, sort_by_parameter_order=True)
        stored = self._db.execute(added, said).scalars().all()
        rows = [
            self._row(campaign, one, body, message, at)
            for one, body, message in zip(announced, texts, stored, strict=True)
        ]
        self._db.execute(insert(outbox), rows)

    def _row(self, campaign: int, one: Announced, body: bytes, message: int, at: datetime) -> Mapping[str, object]:
        return {
            "conversation_id": one.conversation,
            "message_id": message,
            "origin": f"{CAMPAIGN}{campaign}:{one.conversation}:0",
            "campaign_id": campaign,
            "channel": one.channel,
            "body": body,
            "choices": self._vault.seal_json(one.out.choices),
            "lane": Lane.BULK.value,
            "neutral": True,
            "state": OutState.WAITING.value,
            "parts": sms_parts(one.channel, one.out.text),
            "due_at": one.due_at,
            "created_at": at,
        }


def campaign_of(row: RowMapping) -> Campaign:
    return Campaign(
        id=row["id"],
        aim=Aim(row["item"], row["audience"], row["age_band"], row["language"], row["district"]),
        state=CampaignState(row["state"]),
        position=row["position"],
        starts_at=row["starts_at"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )


def _message(one: Announced, body: bytes, at: datetime) -> Mapping[str, object]:
    return {
        "conversation_id": one.conversation,
        "author": Author.BOT.value,
        "channel": one.channel,
        "kind": "text",
        "body": body,
        "says": one.out.says,
        "at": at,
    }


def _aimed_at(aim: Aim, now: datetime) -> list[ColumnElement[bool]]:
    """What people told of themselves decides; an age that was not told fits every item."""
    talks = conversations.c
    wanted = [may_be_written_to(now), talks.audience == aim.audience]
    if aim.age_band is not None:
        wanted.append(or_(talks.age_band.is_(None), talks.age_band == aim.age_band))
    if aim.language is not None:
        wanted.append(func.coalesce(talks.language, "az") == aim.language)
    if aim.district is not None:
        wanted.append(talks.district == aim.district)
    return wanted
