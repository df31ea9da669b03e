"""The letters of an SMS as bytes, and back (3GPP 23.038). Reading never fails: what no letter stands for is U+FFFD."""

from __future__ import annotations

import re

import gsm0338

from helpline.messages import Alphabet

_GSM = gsm0338.Codec()
_PYTHON = {Alphabet.LATIN1: "latin-1", Alphabet.ASCII: "ascii", Alphabet.CYRILLIC: "iso8859-5"}
# Nobody types them, and a database may refuse them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")


def decode(body: bytes, alphabet: Alphabet) -> str:
    """Return the text of a whole message. Its parts are joined before: a letter may be cut between two."""
    if alphabet is Alphabet.GSM7:
        read = _GSM.decode(body, "replace")[0]
    elif alphabet is Alphabet.UCS2:
        read = _pairs(body)
    else:
        read = body.decode(_PYTHON[alphabet], "replace")
    return _CONTROLS.sub("", read.replace("\r\n", "\n").replace("\r", "\n"))


def _pairs(body: bytes) -> str:
    """UTF-16, big end first. A byte too many and half a letter outside the plane are shown as such."""
    return body.decode("utf-16-be", "replace")


def encode(text: str) -> tuple[Alphabet, bytes]:
    """Return the shorter alphabet that has every letter, and the text in it."""
    septets = gsm_septets(text)
    return (Alphabet.GSM7, septets) if septets is not None else (Alphabet.UCS2, text.encode("utf-16-be", "replace"))


def gsm_septets(text: str) -> bytes | None:
    """The septets of a text, one an octet, or None when a letter is not in the alphabet. A bare escape is no letter."""
    if "\x1b" in text:
        return None
    try:
        return bytes(_GSM.encode(text)[0])
    except UnicodeEncodeError:
        return None
