"""What comes as an SMS and is no message from a person: acknowledged, named in the log, and not taken.

Nobody writes such things by hand. Networks, modems and those who look for phones that are switched on send them, and an
answer would tell the phone's holder, or whoever looks for it, that we write to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from helpline.messages import Alphabet

_SILENT: Final = 0x40  # protocol_id "short message type 0"
_BINARY: Final = frozenset({0x02, 0x04})
# What SMPP's own values of data_coding below 0x10 mean.
_OWN: Final = {
    0x01: Alphabet.ASCII,
    0x03: Alphabet.LATIN1,
    0x06: Alphabet.CYRILLIC,
    0x08: Alphabet.UCS2,
}


@dataclass(frozen=True)
class Marks:
    """What a network says about an SMS: SMPP's data_coding and protocol_id, and whether it goes to a port of the phone."""

    coding: int = 0
    protocol: int = 0
    to_port: bool = False


def is_flash(marks: Marks) -> bool:
    """Class 0: shown at once and kept nowhere."""
    has_class = 0x10 <= marks.coding < 0x40 and bool(marks.coding & 0x10)
    return (has_class or marks.coding >= 0xF0) and marks.coding & 0x03 == 0


def is_silent(marks: Marks) -> bool:
    return marks.protocol == _SILENT


def is_binary(marks: Marks) -> bool:
    return alphabet_of(marks.coding) is None


def goes_to_a_program(marks: Marks) -> bool:
    return marks.to_port


def tells_of_voice_mail(marks: Marks) -> bool:
    return 0xC0 <= marks.coding < 0xF0


RULES: Final[tuple[tuple[str, Callable[[Marks], bool]], ...]] = (
    ("voice-mail", tells_of_voice_mail),
    ("silent", is_silent),
    ("flash", is_flash),
    ("port", goes_to_a_program),
    ("binary", is_binary),
)


def ignored_as(marks: Marks) -> str | None:
    """Return the name of the first rule that applies, or None for a message that is taken."""
    return next((name for name, applies in RULES if applies(marks)), None)


def alphabet_of(coding: int) -> Alphabet | None:
    """Return the alphabet of a data_coding, or None for what is no text. A value that nobody knows counts as Latin letters:

    what is unreadable but seen can be asked about.
    """
    if coding in _BINARY:
        return None
    if coding < 0x10:
        return _OWN.get(coding, Alphabet.GSM7 if coding == 0 else Alphabet.LATIN1)
    if coding >= 0xF0:
        return None if coding & 0x04 else Alphabet.GSM7
    return (Alphabet.GSM7, None, Alphabet.UCS2, Alphabet.GSM7)[coding >> 2 & 0x03]
