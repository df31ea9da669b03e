"""Conversations through the real path in one process: intake, triage, a real Rasa, the outbox, a clock that can be moved."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from channels import simulator
from gateway import settings
from gateway.own_rasa import own_rasa
from gateway.service import Service, assemble
from helpline import segments, turns
from helpline.conversations import Author, Lane
from helpline.messages import InboundMessage, Kind
from helpline.outbox import LEASE, Sender, send_leased
from helpline.sweep import sweep
from store.tables import conversations, counsellors, messages, senders
from store.understood import Understood, last_understood
from tests.conftest import FrozenClock

OWNER = "conversation"
CHANNELS = {"telegram": "telegram_simulator", "sms": "sms_simulator"}


@dataclass(frozen=True)
class Heard:
    """What a person was sent after one message: keys in order without repeats, texts, choices last offered, SMS parts."""

    keys: tuple[str, ...]
    texts: tuple[str, ...]
    choices: tuple[str, ...]
    parts: int
    understood: Understood


class Person:
    """Somebody who writes to the helpline. Their buttons are the choices that they were offered last."""

    def __init__(self, helpline: RealHelpline, number: int, channel: str) -> None:
        self._helpline = helpline
        self.channel = CHANNELS[channel]
        self.address = f"{channel}-{number}"
        self._seen = 0
        self.choices: tuple[str, ...] = ()

    def say(self, text: str) -> Heard:
        return self._bring(Kind.TEXT, text, None)

    def press(self, code: str) -> Heard:
        """Press what was offered last; on SMS type its digit."""
        assert code in self.choices, f"{code} is not among {self.choices}"
        if self.channel.startswith("sms"):
            return self.say(str(self.choices.index(code) + 1))
        return self._bring(Kind.CHOICE, "", code)

    def waits(self, hours: float) -> Heard:
        """Time goes by, a step an hour, and what is due happens."""
        texts: list[tuple[str, tuple[str, ...]]] = []
        while hours > 0:
            self._helpline.clock.pass_(hours=min(hours, 1.0))
            hours -= 1.0
            sweep(self._helpline.service.parts)
            texts += self._helpline.send_all(self)
        return self._heard(texts)

    def _bring(self, kind: Kind, text: str, choice: str | None) -> Heard:
        self._helpline.clock.pass_(seconds=20)
        self._helpline.receive(InboundMessage(self.channel, self.address, self._helpline.fresh(), kind, text, choice))
        return self._heard(self._helpline.send_all(self))

    def _heard(self, sent: list[tuple[str, tuple[str, ...]]]) -> Heard:
        keys, self._seen = self._helpline.keys(self, self._seen)
        self.choices = next((choices for _, choices in reversed(sent) if choices), () if sent else self.choices)
        texts = tuple(text for text, _ in sent)
        parts = sum(segments.count(text).parts for text in texts) if self.channel.startswith("sms") else 0
        understood = last_understood(self._helpline.service.database, self.channel, self.address)
        return Heard(keys, texts, self.choices, parts, understood)


class RealHelpline:
    """The service with everything real but the vendors and the time."""

    def __init__(self, service: Service, clock: FrozenClock) -> None:
        self.service, self.clock = service, clock
        channels = {vendor.name: vendor.channel for vendor in simulator.build_simulator()}
        self._sender = Sender(service.parts.store, channels, service.parts.book, clock)
        self._number = 0

    def fresh(self) -> str:
        self._number += 1
        return f"c{self._number}"

    def person(self, channel: str) -> Person:
        self._number += 1
        return Person(self, self._number, channel)

    def receive(self, message: InboundMessage) -> None:
        self.service.receive(message)
        while turns.take(OWNER, self.service.parts) is not None:
            pass

    def send_all(self, person: Person) -> list[tuple[str, tuple[str, ...]]]:
        """Send everything due on the person's channel; return what went to them."""
        sent = []
        while (out := self._lease(person.channel)) is not None:
            outcome = asyncio.run(send_leased(out, self._sender)).outcome
            if out.lane is not Lane.ALERT and out.address == person.address and outcome == "sent":
                sent.append((out.text, tuple(code for code, _ in out.choices)))
        return sent

    def _lease(self, channel: str):  # type: ignore[no-untyped-def]  # a leased row or None
        with self.service.database.unit() as unit:
            return unit.lease_out(OWNER, channel, self.clock.now(), LEASE)

    def keys(self, person: Person, after: int) -> tuple[tuple[str, ...], int]:
        """The keys that the bot said since a message, and the newest message."""
        vault = self.service.database.vault
        query = (
            select(messages.c.id, messages.c.says)
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .join(senders, senders.c.id == conversations.c.sender_id)
            .where(senders.c.lookup == vault.lookup(person.channel, person.address))
            .where(messages.c.author == Author.BOT.value, messages.c.id > after)
            .order_by(messages.c.id)
        )
        with self.service.database.reading() as db:
            rows = db.execute(query).all()
        keys = tuple(dict.fromkeys(row.says or "" for row in rows))
        return keys, max((row.id for row in rows), default=after)

    def staff(self, present: bool) -> None:
        """Whether a counsellor has the console open."""
        seen = self.clock.now() if present else None
        with self.service.database.engine.begin() as db:
            db.execute(update(counsellors).values(seen_at=seen))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHelpline]:
    folder: Path = tmp_path_factory.mktemp("conversations")
    wanted = settings.load(
        HELPLINE_DATABASE_URL=f"sqlite:///{folder}/c.db", HELPLINE_ENV="development", HELPLINE_REDIS_URL=None
    )
    with own_rasa(wanted) as ready:
        made, clock = assemble(ready, vendors=()), FrozenClock()
        values = {"name": "counsellor-1", "role": "counsellor", "password": "x", "created_at": clock.now()}
        with made.database.engine.begin() as db:
            db.execute(counsellors.insert().values(**values))
        try:
            yield RealHelpline(replace(made, parts=replace(made.parts, clock=clock)), clock)
        finally:
            made.rasa.close()
            made.database.engine.dispose()
