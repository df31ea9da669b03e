"""Talking through the real path in one process: intake, turn, outbox; what would be sent is handed back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from channels import simulator
from gateway.service import Service
from helpline import segments, turns
from helpline.conversations import Lane, OutToSend
from helpline.messages import InboundMessage, Kind
from helpline.outbox import LEASE, Sender, send_leased
from helpline.phrasebook import channel_form
from helpline.ports import DialogueFailed
from helpline.understanding import packed
from store.understood import Understood, last_understood
from wire import TurnRequest

CHANNELS = {"sms": "sms_simulator", "telegram": "telegram_simulator"}
OWNER = "talk"


@dataclass(frozen=True)
class Spoken:
    """One message of the bot with the labels of its buttons and the SMS parts it takes (0 on Telegram)."""

    text: str
    buttons: tuple[str, ...]
    segments: int


@dataclass(frozen=True)
class Exchange:
    """What one message led to."""

    replies: tuple[Spoken, ...]
    language: str
    level: str
    risks: tuple[str, ...]
    speaker: str
    confidence: float
    topics: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...]
    referral: Mapping[str, object] | None
    milliseconds: float
    encoder_milliseconds: float


class Talk:
    """A service spoken to directly. Buttons are pressed by their labels, as a person reads them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        parts = service.parts
        channels = {vendor.name: vendor.channel for vendor in simulator.build_simulator()}
        self._sender = Sender(parts.store, channels, parts.book, parts.clock)
        self._buttons: dict[tuple[str, str], dict[str, str]] = {}

    def say(self, sender: str, channel: str, text: str) -> Exchange:
        """Bring a message in and return everything that follows from it."""
        started = time.perf_counter()
        name = CHANNELS[channel]
        choice = self._buttons.get((name, sender), {}).get(text.strip())
        kind = Kind.TEXT if choice is None else Kind.CHOICE
        said = "" if choice is not None else text
        self._service.receive(InboundMessage(name, sender, f"talk-{uuid4().hex}", kind, said, choice))
        while turns.take(OWNER, self._service.parts) is not None:
            pass
        sent = self._send_all(name)
        milliseconds = (time.perf_counter() - started) * 1000
        self._remember_buttons(name, sender, sent)
        views = self._service.parts.reader.read(text)
        found = last_understood(self._service.database, name, sender)
        return Exchange(
            replies=tuple(_spoken(out) for out in sent if out.lane is not Lane.ALERT),
            language=found.language,
            level=found.level,
            risks=found.risks,
            speaker=found.speaker,
            confidence=found.confidence,
            topics=found.topics or self._topics(text, found),
            evidence=found.evidence,
            referral=found.referral,
            milliseconds=milliseconds,
            encoder_milliseconds=views.encoder_ms,
        )

    def _topics(self, text: str, found: Understood) -> tuple[str, ...]:
        """A message that Rasa was not asked about has topics too; they are only told here."""
        views = self._service.parts.reader.read(text)
        request = TurnRequest("talk", text, "telegram", found.language, views.canonical, vector=packed(views.vector))
        try:
            return tuple(topic.code for topic in self._service.rasa.turn(request).topics[:3])
        except DialogueFailed:
            return ()

    def _send_all(self, channel: str) -> list[OutToSend]:
        sent: list[OutToSend] = []
        while (out := self._lease(channel)) is not None:
            if asyncio.run(send_leased(out, self._sender)).outcome == "sent":
                sent.append(out)
        return sent

    def _lease(self, channel: str) -> OutToSend | None:
        with self._service.database.unit() as unit:
            return unit.lease_out(OWNER, channel, self._service.parts.clock.now(), LEASE)

    def _remember_buttons(self, channel: str, sender: str, sent: list[OutToSend]) -> None:
        shown = {label: code for out in sent for code, label in out.choices}
        if sent:
            self._buttons[channel, sender] = shown


def _spoken(out: OutToSend) -> Spoken:
    sms = channel_form(out.channel) == "sms"
    buttons = () if sms else tuple(label for _, label in out.choices)
    return Spoken(out.text, buttons, segments.count(out.text).parts if sms else 0)
