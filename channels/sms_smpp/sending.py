"""Sending over SMPP: which link, in which parts, and what each answer of an SMSC means for the message."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import Final

import smpp34

from channels.sms_smpp import udh
from channels.sms_smpp.keeper import Keeper
from channels.sms_smpp.links import Link
from channels.sms_smpp.pdus import Status, message_id
from channels.sms_smpp.receiving import CHANNEL
from channels.sms_smpp.session import NoAnswer, SessionEnded
from helpline.messages import Alphabet, OutgoingMessage, SendFailed
from helpline.routes import LINK_DOWN, NO_ANSWER, link_of
from helpline.segments import pieces

# Seconds for all parts of a message, below the lease of its row.
WITHIN: Final = 40.0
AGAIN_AFTER: Final = 3.0
_HEADED, _PLAIN = 0x40, 0x00
_UCS2, _GSM7 = 0x08, 0x00
_THROTTLED: Final = frozenset({Status.THROTTLED, Status.QUEUE_FULL})
# The message itself, or its receiver, is wrong: it will not be accepted later either (SMPP 3.4, 5.1.3).
_FOR_GOOD: Final = frozenset({0x01, 0x0B, 0x50, 0x51, 0x65})


class SmppChannel:
    """The sending side of all links. `choices` are not looked at: they are numbered lines of the text already."""

    name = CHANNEL

    def __init__(self, keepers: Sequence[Keeper]) -> None:
        self._keepers = keepers

    async def send(self, message: OutgoingMessage) -> tuple[str, ...]:
        """Return the SMSC's id of each part once all are accepted, or raise SendFailed.

        A message of which some parts were accepted is sent whole again, with the same reference: the phone joins it once.
        """
        keeper = self._keeper_for(message)
        before = keeper.gate.refusals
        try:
            async with asyncio.timeout(WITHIN):
                return tuple([await _submit(keeper, part) for part in parts(message, keeper.link)])
        except TimeoutError:
            code = "throttled" if keeper.gate.refusals > before else "timeout"
            raise _again(code) from None
        except NoAnswer:
            raise _again(NO_ANSWER) from None
        except SessionEnded:
            raise _again(LINK_DOWN) from None

    async def wipe(self, address: str, ids: tuple[str, ...]) -> None:
        """Nobody can delete an SMS from a phone but who holds it."""

    def _keeper_for(self, message: OutgoingMessage) -> Keeper:
        """The link that the person wrote by, else of their prefix, else by share. Down: another with the same sender id."""
        meant = self._by_route(message.route) or self._by_prefix(message.address) or self._by_share(message.address)
        if meant.up:
            return meant
        alike = (keeper for keeper in self._keepers if keeper.up and keeper.link.sender == meant.link.sender)
        instead = next(alike, None)
        if instead is None:
            raise _again(LINK_DOWN)
        return instead

    def _by_route(self, route: str | None) -> Keeper | None:
        name = link_of(route)
        return next((keeper for keeper in self._keepers if keeper.link.name == name), None)

    def _by_prefix(self, address: str) -> Keeper | None:
        number = address.removeprefix("+")
        found = [
            (len(prefix), place)
            for place, keeper in enumerate(self._keepers)
            for prefix in keeper.link.prefixes
            if number.startswith(prefix)
        ]
        return self._keepers[max(found, key=lambda one: (one[0], -one[1]))[1]] if found else None

    def _by_share(self, address: str) -> Keeper:
        """Weighted, and the same for the same person, so that their messages keep their order."""
        free = [keeper for keeper in self._keepers if not keeper.link.prefixes] or list(self._keepers)
        return max(free, key=lambda keeper: _draw(address, keeper.link))


def _again(code: str) -> SendFailed:
    """A fault of the link, not of the message: it is tried again soon, and other links do not wait for it."""
    return SendFailed(code, retryable=True, retry_after=AGAIN_AFTER, alone=True)


def _draw(address: str, link: Link) -> float:
    """Weighted rendezvous: the highest wins, each link as often as its share says."""
    number = int.from_bytes(hashlib.sha256(f"{link.name}\0{address}".encode()).digest()[:8])
    return -link.share / math.log((number + 1) / (2**64 + 2))


def parts(message: OutgoingMessage, link: Link) -> Iterator[smpp34.SubmitSm]:
    """The submit_sm of each part, in order, without their sequence numbers."""
    alphabet, bodies = pieces(message.text)
    for number, body in enumerate(bodies, 1):
        header = udh.joining(message.reference, len(bodies), number) if len(bodies) > 1 else b""
        yield smpp34.SubmitSm(
            link.sender,
            message.address.removeprefix("+"),
            header + body,
            source_addr_ton=link.ton,
            source_addr_npi=link.npi,
            dest_addr_ton=1,
            dest_addr_npi=1,
            esm_class=_HEADED if header else _PLAIN,
            data_coding=_GSM7 if alphabet is Alphabet.GSM7 else _UCS2,
            registered_delivery=1,
            validity_period=_validity(link.validity),
        )


def _validity(seconds: int) -> str:
    """A relative time (SMPP 3.4, 7.1.1): years, months, days, hours, minutes, seconds."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"0000{days:02}{hours:02}{minutes:02}{rest:02}000R"


async def _submit(keeper: Keeper, part: smpp34.SubmitSm) -> str:
    """Send one part, again and again while the SMSC has no room for it; the caller limits the time."""
    while True:
        await keeper.gate.enter()
        answer = await keeper.ask(lambda sequence: _numbered(part, sequence))
        if answer.status == Status.OK:
            keeper.gate.accepted()
            return f"{keeper.link.name}:{_kept(message_id(answer), keeper.link)}"
        if answer.status not in _THROTTLED:
            raise refusal(answer.status, keeper.link)
        keeper.gate.refused()


def _kept(number: str, link: Link) -> str:
    """An id as a receipt will name it."""
    return number.lower().lstrip("0") if link.hex_ids else number.lower()


def _numbered(part: smpp34.SubmitSm, sequence: int) -> bytes:
    encoded = part.encode()
    return encoded[:12] + sequence.to_bytes(4) + encoded[16:]


def refusal(status: int, link: Link) -> SendFailed:
    """Return what became of a message by the status of its submit_sm.

    A status that is not known, and one about how the link is set up, is no verdict on the message: it is tried again.
    """
    code = f"smpp-0x{status:x}"
    if f"0x{status:x}" in link.opted_out or str(status) in link.opted_out:
        return SendFailed(code, retryable=False, stops_sender=True)
    return SendFailed(code, retryable=status not in _FOR_GOOD)
