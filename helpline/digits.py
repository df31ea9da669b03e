"""An answer typed as people dial: *1#, 1#, 1. are the number 1."""

from __future__ import annotations

import re

# One short number and nothing else. A number to call (102#) is longer than any choice that is offered.
_DIALLED = re.compile(r"\s*[*#]*\s*([0-9]{1,2})\s*[*#.)]*\s*")


def plain_digits(text: str) -> str:
    """Return the number where the text is nothing but one, with stars, hashes or a full stop; else the text as it is."""
    found = _DIALLED.fullmatch(text)
    return found.group(1) if found else text
