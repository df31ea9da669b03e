"""Rows of the outbox: putting in once per cause, leasing in order, and what became of each."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, RowMapping, Select, bindparam, select, update

from helpline import segments
from helpline.conversations import RECORDED, Lane, NewOut, OutState, OutToSend
from helpline.phrasebook import channel_form
from helpline.ports import LeaseLost
from helpline.routes import ALONE
from helpline.starting import Discretion
from store.delivery_rows import DeliveryRows
from store.discreet_rows import DiscreetRows
from store.rows import WAY, discretion_of
from store.tables import conversations, messages, outbox, senders

_UNSENT = (OutState.WAITING.value, OutState.SENDING.value)


class OutboxRows(DiscreetRows, DeliveryRows):
    def put_out(self, conversation: int, outs: tuple[NewOut, ...], at: datetime, origin: str) -> None:
        """Queue messages for a person, in order. The same `origin` again changes nothing; who has no address gets none."""
        if not outs or self._known(f"{origin}:0"):
            return
        channel = self._channel(conversation)
        for number, out in enumerate(outs) if channel != RECORDED else ():
            stored = self._add_message(conversation, channel, out, at)
            self._add_out(conversation, channel, stored, out, at, f"{origin}:{number}", neutral=out.neutral)

    def _known(self, origin: str) -> bool:
        return self._db.execute(select(outbox.c.id).where(outbox.c.origin == origin)).scalar() is not None

    def _channel(self, conversation: int) -> str:
        query = select(WAY).join(conversations, conversations.c.sender_id == senders.c.id)
        query = query.where(conversations.c.id == conversation)
        return str(self._db.execute(query).scalar_one())

    def _add_message(self, conversation: int, channel: str, out: NewOut, at: datetime) -> int:
        return self._insert(
            messages,
            {
                "conversation_id": conversation,
                "author": out.author.value,
                "counsellor_id": out.counsellor,
                "channel": channel,
                "kind": "text",
                "body": self._vault.texts.seal(out.text),
                "says": out.says or None,
                "at": at,
            },
        )

    def _add_out(
        self,
        conversation: int,
        channel: str,
        message: int,
        out: NewOut,
        at: datetime,
        origin: str,
        *,
        neutral: bool = False,
    ) -> int:
        values = {
            "conversation_id": conversation,
            "message_id": message,
            "origin": origin,
            "channel": channel,
            "body": self._vault.texts.seal(out.text),
            "choices": self._vault.seal_json(out.choices) if out.choices else None,
            "lane": out.lane.value,
            "neutral": neutral,
            "picture": out.picture,
            "state": OutState.WAITING.value,
            **self._in_parts(conversation, channel, out.text),
            "due_at": at,
            "created_at": at,
        }
        return self._insert(outbox, values)

    def _in_parts(self, conversation: int, channel: str, text: str) -> dict[str, object]:
        """How many SMS parts a text takes, and the person's next reference where there are several."""
        parts = sms_parts(channel, text)
        if parts is None or parts == 1:
            return {"parts": parts}
        following = (conversations.c.sms_reference + 1) % 256
        next_one = update(conversations).where(conversations.c.id == conversation).values(sms_reference=following)
        reference = self._db.execute(next_one.returning(conversations.c.sms_reference)).scalar_one()
        return {"parts": parts, "reference": reference}

    def put_neutral(self, conversation: int, outs: tuple[NewOut, ...], at: datetime) -> None:
        """Queue the line that an answer is ready, unless one went out since the person last wrote."""
        here = (conversations.c.id == conversation) & (conversations.c.neutral_sent_at.is_(None))
        if self._db.execute(update(conversations).where(here).values(neutral_sent_at=at)).rowcount == 0:
            return
        channel = self._channel(conversation)
        for out in outs:
            stored = self._add_message(conversation, channel, out, at)
            self._add_out(conversation, channel, stored, out, at, f"neutral:{stored}", neutral=True)

    def put_started(
        self,
        conversation: int,
        outs: tuple[NewOut, ...],
        at: datetime,
        origin: str,
        *,
        due_at: datetime,
        campaign: int | None = None,
    ) -> None:
        """Queue what we start: neutral lines, behind replies, not before `due_at`. The same `origin` again changes nothing."""
        if not outs or self._known(f"{origin}:0"):
            return
        channel = self._channel(conversation)
        for number, out in enumerate(outs):
            stored = self._add_message(conversation, channel, out, at)
            row = self._add_out(conversation, channel, stored, out, at, f"{origin}:{number}", neutral=True)
            values = {"due_at": due_at, "campaign_id": campaign, "lane": Lane.BULK.value}
            self._db.execute(update(outbox).where(outbox.c.id == row).values(**values))

    def put_alert(self, channel: str, address: str, text: str, at: datetime, origin: str) -> None:
        """Queue an alert to the duty chat; the same `origin` again changes nothing."""
        if self._known(f"alert:{origin}"):
            return
        values = {
            "origin": f"alert:{origin}",
            "channel": channel,
            "address": self._vault.addresses.seal(address),
            "body": self._vault.texts.seal(text),
            "lane": Lane.ALERT.value,
            "state": OutState.WAITING.value,
            "parts": sms_parts(channel, text),
            "due_at": at,
            "created_at": at,
        }
        self._insert(outbox, values)

    def release_withheld(self, conversation: int, now: datetime) -> int:
        """The person is here again: what was kept back goes out, unless its text was erased."""
        kept = (outbox.c.state == OutState.WITHHELD.value) & outbox.c.body.is_not(None)
        here = (outbox.c.conversation_id == conversation) & kept
        values = {"state": OutState.WAITING.value, "due_at": now, "finished_at": None}
        released = self._db.execute(update(outbox).where(here).values(**values)).rowcount
        there = conversations.c.id == conversation
        self._db.execute(update(conversations).where(there).values(neutral_sent_at=None))
        return released

    def cancel_bulk(self, conversation: int, at: datetime) -> int:
        here = (outbox.c.conversation_id == conversation) & (outbox.c.state == OutState.WAITING.value)
        bulk = outbox.c.lane == Lane.BULK.value
        values = {"state": OutState.CANCELLED.value, "code": "stopped", "finished_at": at}
        return self._db.execute(update(outbox).where(here, bulk).values(**values)).rowcount

    def lease_out(
        self, owner: str, channel: str, now: datetime, lease: timedelta, lanes: tuple[Lane, ...] = tuple(Lane)
    ) -> OutToSend | None:
        """Lease the next row of a channel: alerts, replies, bulk; never before an earlier one of its conversation.

        A row whose text was erased is none: opening it would fail for everybody on the channel.
        What waits and what a killed sender left are looked up apart: each is the beginning of the index, however many wait.
        """
        numbers = [lane.value for lane in lanes]
        asked = {"channel": channel, "now": now, "least": min(numbers), "most": max(numbers)}
        heads = (self._db.execute(query, asked).mappings().first() for query in (_WAITING, _ABANDONED))
        row = min((row for row in heads if row is not None), key=lambda row: (row["lane"], row["id"]), default=None)
        return None if row is None else self._lease(row, owner, now, lease)

    def _lease(self, row: RowMapping, owner: str, now: datetime, lease: timedelta) -> OutToSend:
        token = f"{owner}:{uuid4().hex[:12]}"
        values = {
            "state": OutState.SENDING.value,
            "lease": token,
            "leased_until": now + lease,
            "attempts": outbox.c.attempts + 1,
        }
        self._db.execute(update(outbox).where(outbox.c.id == row["id"]).values(**values))
        person = self._person(row["conversation_id"])
        choices = self._vault.open_json(row["choices"])
        sealed = row["address"] if person is None else person["address"]
        return OutToSend(
            id=row["id"],
            lease=token,
            channel=row["channel"],
            address=self._vault.addresses.open(sealed),
            text=self._vault.texts.open(row["body"]),
            choices=tuple((str(code), str(label)) for code, label in choices) if isinstance(choices, list) else (),
            lane=Lane(row["lane"]),
            attempts=row["attempts"] + 1,
            created_at=row["created_at"],
            conversation=row["conversation_id"],
            language=None if person is None else person["language"],
            last_inbound_at=None if person is None else person["last_inbound_at"],
            neutral=row["neutral"],
            origin=row["origin"],
            wipes=self._wiped_by(row),
            discretion=Discretion() if person is None else discretion_of(person),
            picture=row["picture"],
            route=None if person is None else _route(person),
            reference=row["id"] % 256 if row["reference"] is None else row["reference"],
        )

    def _person(self, conversation: int | None) -> RowMapping | None:
        if conversation is None:
            return None
        of_sender = (senders.c.address, senders.c.route, senders.c.link)
        query = select(*of_sender, conversations).join(conversations).where(conversations.c.id == conversation)
        return self._db.execute(query).mappings().one()

    def finish_out(
        self,
        out: OutToSend,
        state: OutState,
        at: datetime,
        *,
        vendor_ids: tuple[str, ...] = (),
        code: str | None = None,
    ) -> None:
        """Write what became of a leased row. Raise LeaseLost when another worker leased it since.

        Several ids are of its parts, each with a report of its own.
        """
        first = next(iter(vendor_ids), None)
        self._leased(out, {"state": state.value, "vendor_id": first, "code": code, "finished_at": at})
        if vendor_ids:
            self.note_sent(out.id, out.channel, vendor_ids, at)

    def move_stranded(self, configured: tuple[str, ...], fallback: str) -> int:
        """What waits for an SMS channel that there is no longer leaves by another; return how much it was."""
        waiting = outbox.c.state.in_((OutState.WAITING.value, OutState.WITHHELD.value))
        gone = outbox.c.channel.startswith("sms_") & outbox.c.channel.not_in((*configured, *ALONE))
        moved = self._db.execute(update(outbox).where(waiting, gone).values(channel=fallback)).rowcount
        lost = senders.c.route.is_not(None) & senders.c.route.not_in(configured)
        self._db.execute(update(senders).where(lost).values(route=fallback, link=None))
        return moved

    def hasten_outs(self, channel: str, codes: tuple[str, ...], now: datetime) -> int:
        """Rows of the channel that wait after one of these codes are due now; return how many they were."""
        waiting = (outbox.c.state == OutState.WAITING.value) & (outbox.c.due_at > now)
        kept = (outbox.c.channel == channel) & outbox.c.code.in_(codes) & waiting
        return self._db.execute(update(outbox).where(kept).values(due_at=now)).rowcount

    def retry_out(self, out: OutToSend, due_at: datetime, code: str, at: datetime) -> None:
        """Put a leased row back for later; kept back when the person's thread is to be deleted after it."""
        state = OutState.WITHHELD if self._is_hidden_before(out.id) else OutState.WAITING
        self._leased(out, {"state": state.value, "due_at": due_at, "code": code})

    def _leased(self, out: OutToSend, values: dict[str, object]) -> None:
        here = (outbox.c.id == out.id) & (outbox.c.lease == out.lease)
        changed = self._db.execute(update(outbox).where(here).values(lease=None, leased_until=None, **values))
        if changed.rowcount != 1:
            raise LeaseLost


def _first(due: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    """The first row of a channel that is due, before which none of its conversation waits."""
    earlier = outbox.alias("earlier")
    kept_back = (
        select(earlier.c.id)
        .where(
            earlier.c.conversation_id == outbox.c.conversation_id,
            earlier.c.id < outbox.c.id,
            earlier.c.lane <= outbox.c.lane,
            earlier.c.state.in_(_UNSENT),
            earlier.c.body.is_not(None),
        )
        .exists()
    )
    lanes = outbox.c.lane.between(bindparam("least"), bindparam("most"))
    return (
        select(outbox)
        .where(due, outbox.c.channel == bindparam("channel"), lanes, ~kept_back, outbox.c.body.is_not(None))
        .order_by(outbox.c.lane, outbox.c.id)
        .limit(1)
        .with_for_update(of=outbox, skip_locked=True)
    )


# Made once: every sender asks both about once a second, and making one takes longer than its answer.
_WAITING = _first((outbox.c.state == OutState.WAITING.value) & (outbox.c.due_at <= bindparam("now")))
_ABANDONED = _first((outbox.c.state == OutState.SENDING.value) & (outbox.c.leased_until < bindparam("now")))


def _route(person: RowMapping) -> str | None:
    link = person["link"]
    return f"{person['route']}/{link}" if link else person["route"]


def sms_parts(channel: str, text: str) -> int | None:
    """How many parts a text takes on an SMS channel; None elsewhere."""
    return segments.count(text).parts if channel_form(channel) == "sms" else None
