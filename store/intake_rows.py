"""Rows of intake: senders, conversations, inbound messages, delivery reports."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import Executable, select, update

from helpline.conversations import Author, CaseState, Conversation, OutState, TurnState
from helpline.messages import InboundMessage
from helpline.ports import AlreadyReceived
from helpline.routes import SMS, link_of, network
from store.intake_statements import OF_SENDER, OF_TALK, SAID, SENDER, TOUCHES
from store.rows import Rows, conversation_of
from store.tables import cases, conversations, messages, outbox, senders, turns

# The channel that all SMS came by at first: its name is in the hashes of that time.
_FIRST_SMS = "sms_twilio"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def _pseudonym() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


class IntakeRows(Rows):
    def open_conversation(self, channel: str, address: str, at: datetime, route: str | None = None) -> Conversation:
        """Find or begin the sender's one conversation, and hold its row so that messages keep their order.

        Whoever writes by any SMS channel is one sender, and is answered from now on by the route that they came by.
        """
        whose = network(channel)
        lookup = self._vault.lookup(whose, address)
        known = self._db.execute(SENDER, {"whose": whose, "lookup": lookup}).first()
        if known is None:
            found = self._known_before(whose, address, lookup) or self._add_sender(whose, address, lookup, at)
        else:
            found = known.id
        conversation = self._locked_talk(OF_SENDER, found)
        if whose == SMS and (known is None or (known.route, known.link) != (channel, link_of(route))):
            self._came_by(found, conversation.id, channel, link_of(route))
        return conversation

    def lock_conversation(self, conversation: int) -> Conversation:
        """Hold its row until the transaction ends."""
        return self._locked_talk(OF_TALK, conversation)

    def _locked_talk(self, queries: tuple[Executable, ...], number: int) -> Conversation:
        """The open case is held before its conversation, as everybody does who changes both."""
        open_case, talk = queries
        self._db.execute(open_case, {"number": number}).all()
        return conversation_of(self._db.execute(talk, {"number": number}).mappings().one(), self._vault)

    def _known_before(self, whose: str, address: str, lookup: bytes) -> int | None:
        """A sender of the time when each channel had its own is found by the hash of then, and gets the one of now."""
        if whose != SMS:
            return None
        then = self._vault.lookup(_FIRST_SMS, address)
        here = (senders.c.channel == whose) & (senders.c.lookup == then)
        changed = update(senders).where(here).values(lookup=lookup).returning(senders.c.id)
        return self._db.execute(changed).scalar()

    def _came_by(self, sender: int, conversation: int, channel: str, link: str | None) -> None:
        """What still waits for them leaves by the way that they came last."""
        self._db.execute(update(senders).where(senders.c.id == sender).values(route=channel, link=link))
        unsent = outbox.c.state.in_((OutState.WAITING.value, OutState.WITHHELD.value))
        waiting = (outbox.c.conversation_id == conversation) & unsent & (outbox.c.channel != channel)
        self._db.execute(update(outbox).where(waiting).values(channel=channel))

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
                "lacks": message.lacks,
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
        for change in TOUCHES:
            self._db.execute(change, {"talk": conversation, "now": at})

    def said_since(self, conversation: int, since: datetime, least: int) -> list[str]:
        """The texts that the person wrote since then, where they are more than `least`; else none."""
        asked = {"talk": conversation, "since": since, "most": 10 * least}
        bodies = list(self._db.scalars(SAID, asked))
        if len(bodies) <= least:
            return []
        return [self._vault.texts.open(body) for body in bodies if body is not None]

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
