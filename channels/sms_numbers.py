"""The spellings of one phone number made one: +994…, 994…, 00994… and 0… are the same person."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from helpline.messages import UnsupportedUpdate

HOME_REGION: Final = "AZ"
# phonenumbers reads letters as keypad digits and drops extensions: only plain digits may reach it.
_DIALLED = re.compile(r"\+?\(?[0-9][0-9 ()-]*")
# A country code and a number, as many networks write a foreign one: without a plus.
_LONG: Final = range(11, 16)


def address_of(sender: str, *, international: bool = False) -> str:
    """Return the number in E.164. `international`: the network says that it begins with a country code.

    Who cannot be answered by SMS, a name or a short code, raises UnsupportedUpdate.
    """
    dialled = sender.strip()
    if not _DIALLED.fullmatch(dialled):
        raise UnsupportedUpdate("sender")
    bare = not dialled.startswith(("+", "0"))
    spelled: tuple[str, ...] = (f"+{dialled}",) if international and bare else (dialled,)
    if bare and sum(letter.isdigit() for letter in dialled) in _LONG:
        spelled = (*spelled, f"+{dialled}")
    found = next((number for number in map(_number, spelled) if number is not None), None)
    if found is None:
        raise UnsupportedUpdate("sender")
    return found


def _number(dialled: str) -> str | None:
    """In E.164, or None. "Possible", not "valid": the list of allotted ranges ages, and a new range must not go unheard."""
    try:
        number = phonenumbers.parse(dialled, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
