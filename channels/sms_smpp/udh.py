"""The header in an SMS that joins parts, or sends it to a program (3GPP 23.040, 9.2.3.24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_JOINED_8, _JOINED_16 = 0x00, 0x08
_PORTS: Final = frozenset({0x04, 0x05})
# References of different widths are different ones, though their numbers be the same.
WIDE: Final = 1 << 16
SAR: Final = 2 << 16


@dataclass(frozen=True)
class Header:
    """What a header says. `whole` is False when it could not be read to its end."""

    reference: int | None = None
    total: int = 1
    number: int = 1
    to_port: bool = False
    whole: bool = True


def joining(reference: int, total: int, number: int) -> bytes:
    """Return the header of part `number` of `total`; `reference` is 0-255."""
    return bytes((5, _JOINED_8, 3, reference % 256, total, number))


def parted(body: bytes) -> tuple[Header, bytes]:
    """Return the header that `body` begins with, and what follows it.

    A header that runs beyond the body is none: all of it counts as text, so that no word of a person's is cut off.
    """
    length = body[0] if body else 0
    if not body or len(body) < length + 1:
        return Header(whole=False), body
    return _read(body[1 : length + 1]), body[length + 1 :]


def _read(elements: bytes) -> Header:
    header, place = Header(), 0
    while place < len(elements):
        kind, size = elements[place], elements[place + 1] if place + 1 < len(elements) else 0xFF
        value = elements[place + 2 : place + 2 + size]
        if len(value) != size:
            return Header(header.reference, header.total, header.number, header.to_port, whole=False)
        header = _with(header, kind, value)
        place += 2 + size
    return header


def _with(header: Header, kind: int, value: bytes) -> Header:
    if kind in _PORTS:
        return Header(header.reference, header.total, header.number, True, header.whole)
    if (kind, len(value)) == (_JOINED_8, 3):
        return _joined(header, value[0], value[1], value[2])
    if (kind, len(value)) == (_JOINED_16, 4):
        return _joined(header, WIDE + int.from_bytes(value[:2]), value[2], value[3])
    return header


def _joined(header: Header, reference: int, total: int, number: int) -> Header:
    """A part that is beyond its total belongs to nothing: it stays a message of its own."""
    if not 1 <= number <= total:
        return Header(to_port=header.to_port, whole=False)
    return Header(reference, total, number, header.to_port, header.whole)
