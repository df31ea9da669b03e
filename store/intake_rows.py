"""Rows of intake: senders, conversations, inbound messages, delivery reports."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import case as sql_case
from sqlalchemy import func, select, update

from helpline.conversations import Author, CaseState, Conversation, OutState, TurnState
from helpline.messages import DeliveryReport, DeliveryState, InboundMessage
from helpline.ports import AlreadyReceived
from store.rows import Rows, conversation_of
from store.tables import cases, conversations, messages, outbox, senders, turns

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def _pseudonym() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


class IntakeRows(Rows):
    def open_conversation(self, channel: str, address: str, at: datetime) -> Conversation:
        """Find or begin the sender's one conversation, and hold its row so that messages keep their order."""
        lookup = self._vault.lookup(channel, address)
        found = self._db.execute(
            select(senders.c.id).where(senders.c.channel == channel, senders.c.lookup == lookup)
        ).scalar()
        if found is None:
            found = self._add_sender(channel, address, lookup, at)
        query = (
            select(conversations, senders.c.channel)
            .join(senders)
            .where(conversations.c.sender_id == found)
            .with_for_update(of=conversations)
        )
        return conversation_of(self._db.execute(query).mappings().one(), self._vault)

    def _add_sender(self, channel: str, address: str, lookup: bytes, at: datetime) -> int:
        sealed = self._vault.addresses.seal(address)
        values = {"channel": channel, "address": sealed, "lookup": lookup, "created_at": at}
        added = self._insert_once(senders, values)
        if added is not None:
            self._insert(conversations, {"sender_id": added, "pseudonym": _pseudonym(), "created_at": at})
            return added
        query = select(senders.c.id).where(senders.c.channel == channel, senders.c.lookup == lookup)
        return int(self._db.execute(query).scalar_one())

    def add_inbound(self, conversation: Conversation, message: InboundMessage, at: datetime) -> int:
        """Store a message; raise AlreadyReceived for an external id that this channel brought before."""
        texts = self._vault.texts
        added = self._insert_once(
            messages,
            {
                "conversation_id": conversation.id,
                "author": Author.PERSON.value,
                "channel": message.channel,
                "external_id": message.external_id,
                "thread_id": message.thread_id,
                "kind": message.kind.value,
                "choice": None if message.choice is None else texts.seal(message.choice),
                "body": texts.seal(message.text),
                "at": at,
            },
        )
        if added is None:
            raise AlreadyReceived
        self._touch(conversation.id, at)
        if message.language_hint in ("az", "ru") and message.language_hint != conversation.language_hint:
            here = update(conversations).where(conversations.c.id == conversation.id)
            self._db.execute(here.values(language_hint=message.language_hint))
        return added

    def _touch(self, conversation: int, at: datetime) -> None:
        here = conversations.c.id == conversation
        self._db.execute(update(conversations).where(here).values(last_inbound_at=at))
        sender = select(conversations.c.sender_id).where(here).scalar_subquery()
        self._db.execute(update(senders).where(senders.c.id == sender).values(reachable=True))
        held = (cases.c.conversation_id == conversation) & (cases.c.state == CaseState.HELD.value)
        # A claim without a word counts from when it was taken; a message that comes meanwhile from when it came.
        claimed = sql_case((cases.c.unanswered_since == cases.c.taken_at, None), else_=cases.c.unanswered_since)
        since = func.coalesce(claimed, at, type_=cases.c.unanswered_since.type)
        self._db.execute(update(cases).where(held).values(unanswered_since=since, snoozed_until=None))

    def add_turn(self, conversation: int, message: int, at: datetime) -> None:
        self._insert(
            turns,
            {
                "conversation_id": conversation,
                "message_id": message,
                "state": TurnState.PENDING.value,
                "created_at": at,
            },
        )

    def set_reachable(self, conversation: int, reachable: bool, at: datetime) -> None:
        """Blocked or opted out at the vendor: nothing waits for them any more, and an open case shows it."""
        sender = select(conversations.c.sender_id).where(conversations.c.id == conversation).scalar_subquery()
        self._db.execute(update(senders).where(senders.c.id == sender).values(reachable=reachable))
        if reachable:
            return
        waiting = (outbox.c.conversation_id == conversation) & (outbox.c.state == OutState.WAITING.value)
        cancelled = {"state": OutState.CANCELLED.value, "code": "unreachable", "finished_at": at}
        self._db.execute(update(outbox).where(waiting).values(**cancelled))
        self.flag_undelivered(conversation, "unreachable", at)

    def flag_undelivered(self, conversation: int, code: str, at: datetime) -> None:
        here = (cases.c.conversation_id == conversation) & (cases.c.state != CaseState.CLOSED.value)
        self._db.execute(update(cases).where(here).values(undelivered_code=code))

    def record_delivery(self, report: DeliveryReport, at: datetime) -> bool:
        """Note what became of an accepted message; return whether it is known here."""
        here = (outbox.c.channel == report.channel) & (outbox.c.vendor_id == report.vendor_id)
        values = {"delivery": report.state.value, "code": report.code}
        changed = update(outbox).where(here).values(**values).returning(outbox.c.conversation_id)
        row = self._db.execute(changed).first()
        conversation = None if row is None else row.conversation_id
        if conversation is not None and report.state is DeliveryState.UNDELIVERED:
            self.flag_undelivered(conversation, report.code or "undelivered", at)
        return row is not None
