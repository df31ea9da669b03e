"""PDUs as they stand on the line: frames, and those few that the library has no class for (SMPP 3.4, 3.2 and 4)."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from channels.sms_smpp.links import Link

_HEADER: Final = struct.Struct(">IIII")
_RESPONSE: Final = 0x80000000
# A deliver_sm with 64 KiB of message_payload is the longest that can be.
LONGEST: Final = 70_000
LAST_SEQUENCE: Final = 0x7FFFFFFF
_VERSION: Final = 0x34


class Command(IntEnum):
    GENERIC_NACK = 0x80000000
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    BIND_TRANSCEIVER = 0x00000009
    ENQUIRE_LINK = 0x00000015
    ALERT_NOTIFICATION = 0x00000102


class Status(IntEnum):
    OK = 0x00
    INVALID_COMMAND_ID = 0x03
    INVALID_PASSWORD = 0x0E
    INVALID_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    TRY_AGAIN = 0x64  # ESME_RX_T_APPN: the SMSC keeps the message and brings it again
    INVALID_PARAMETER = 0xC4  # ESME_RINVOPTPARAMVAL


class BadStream(Exception):
    """A length that cannot be: where the next PDU begins is not known any more."""

    def __init__(self, length: int) -> None:
        super().__init__(str(length))
        self.length = length


@dataclass(frozen=True)
class Pdu:
    command: int
    status: int
    sequence: int
    raw: bytes = field(repr=False)

    @property
    def is_response(self) -> bool:
        return bool(self.command & _RESPONSE)

    @property
    def body(self) -> bytes:
        return self.raw[_HEADER.size :]


async def read_pdu(reader: asyncio.StreamReader) -> Pdu:
    """Return the next PDU. Raise BadStream, or asyncio.IncompleteReadError at the end of the line."""
    head = await reader.readexactly(_HEADER.size)
    length, command, status, sequence = _HEADER.unpack(head)
    if not _HEADER.size <= length <= LONGEST:
        raise BadStream(length)
    return Pdu(command, status, sequence, head + await reader.readexactly(length - _HEADER.size))


def request(command: Command, sequence: int, body: bytes = b"") -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), command, 0, sequence) + body


def response(to: Pdu, status: int = 0, body: bytes = b"") -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), to.command | _RESPONSE, status, to.sequence) + body


def not_known(to: Pdu) -> bytes:
    """A command that SMPP has not, or that nothing here answers."""
    return _HEADER.pack(_HEADER.size, Command.GENERIC_NACK, Status.INVALID_COMMAND_ID, to.sequence)


def bind(link: Link) -> bytes:
    """The body of bind_transceiver: any address is ours to receive for."""
    words = b"".join(word.encode("ascii") + b"\0" for word in (link.user, link.password, link.system_type))
    return words + bytes((_VERSION, 0, 0, 0))


def message_id(answer: Pdu) -> str:
    """The id in a submit_sm_resp, as the SMSC writes it; empty where there is none."""
    return answer.body.partition(b"\0")[0][:64].decode("ascii", "replace")
