"""The operator of `helpline bench smpp`: smpp34's server, which brings messages at a rate and takes ours."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import smpp34

from channels.sms_smpp import udh
from helpline.messages import Alphabet
from helpline.segments import pieces

SHORT_CODE = "9010"
PEOPLE = 500
# Requests of the operator's on their way at once.
WINDOW = 20
_WORDS = "salam bu gün məktəbdə kitab oxudum sonra bağçada gəzdim axşam nənəm gəldi çay içdik".split()  # noqa: SIM905


def number_of(person: int) -> str:
    return f"99450{person:07}"


def text_of(number: int) -> str:
    """One to three parts in UCS-2, that nobody else writes."""
    chance = random.Random(number)
    return f"{number} ə " + " ".join(chance.choices(_WORDS, k=chance.choice((4, 14, 26))))


@dataclass
class Smsc:
    """`brought`: seconds from each deliver_sm to its answer. `got`: how often each of our messages came whole, and when."""

    server: smpp34.Server
    bound: asyncio.Event = field(default_factory=asyncio.Event)
    brought: list[float] = field(default_factory=list)
    refused: int = 0
    got: Counter[int] = field(default_factory=Counter)
    at: dict[int, float] = field(default_factory=dict)
    esme: smpp34.Esme | None = None
    window: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(WINDOW))
    _parts: dict[tuple[str, int], dict[int, bytes]] = field(default_factory=dict)
    _ids: int = 0

    async def serve(self) -> None:
        """Until it is cancelled."""
        await self.server.start()
        while True:
            event = await self.server.next()
            if isinstance(event, smpp34.Esme):
                self.esme = event
                self.bound.set()
            elif isinstance(event, smpp34.SubmitSmEvent):
                self._ids += 1
                event.accept(f"b{self._ids}")
                self._take(event.destination_addr, event.esm_class, event.short_message)
            else:
                self.bound.clear()

    def _take(self, to: str, esm_class: int, body: bytes) -> None:
        header, words = udh.parted(body) if esm_class & 0x40 else (udh.Header(), body)
        if header.total > 1:
            kept = self._parts.setdefault((to, header.reference or 0), {})
            kept[header.number] = words
            if len(kept) < header.total:
                return
            words = b"".join(kept[number] for number in sorted(kept))
            del self._parts[to, header.reference or 0]
        number = int(words.decode("utf-16-be").partition(" ")[0])
        self.got[number] += 1
        self.at[number] = time.time()

    async def bring(self, number: int) -> None:
        """Bring a message, a part after the other, until each is accepted."""
        alphabet, bodies = pieces(text_of(number))
        for place, body in enumerate(bodies, 1):
            header = udh.joining(number, len(bodies), place) if len(bodies) > 1 else b""
            coding = 8 if alphabet is Alphabet.UCS2 else 0
            while not await self._offer(number % PEOPLE, header + body, 0x40 if header else 0, coding):
                await asyncio.sleep(0.1)

    async def _offer(self, person: int, body: bytes, esm_class: int, coding: int) -> bool:
        await self.bound.wait()
        async with self.window:
            began = time.perf_counter()
            try:
                answer = await self._delivered(person, body, esm_class, coding)
            except smpp34.SmppError:
                return False
            self.brought.append(time.perf_counter() - began)
        self.refused += not answer.is_success
        return answer.is_success

    async def _delivered(self, person: int, body: bytes, esm_class: int, coding: int) -> smpp34.DeliverSmResp:
        assert self.esme is not None  # noqa: S101  # it is bound
        return await self.esme.deliver_sm(
            SHORT_CODE,
            body,
            source_addr=number_of(person),
            source_addr_ton=1,
            source_addr_npi=1,
            esm_class=esm_class,
            data_coding=coding,
        )


async def at_rate(smsc: Smsc, rate: float, seconds: float) -> int:
    """Bring `rate` messages a second, whether or not earlier ones are answered; return how many, once all are."""
    began, tasks = time.perf_counter(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(smsc.bring(number)))
    await asyncio.gather(*tasks)
    return len(tasks)
