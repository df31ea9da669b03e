"""Delivery receipts as SMSCs write them: in the text (SMPP 3.4, appendix B) or in optional parameters, or in both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from helpline.messages import DeliveryState, MalformedUpdate, UnsupportedUpdate

_FIELD = re.compile(r"\b(id|stat|err):\s*([^\s:]*)", re.IGNORECASE)
_CODE = re.compile(r"[0-9A-Za-z-]{1,24}")
_ID = re.compile(r"[!-~]{1,64}")
_BY_WORD: Final = {
    "DELIVRD": DeliveryState.DELIVERED,
    "DELIVERED": DeliveryState.DELIVERED,
    "EXPIRED": DeliveryState.UNDELIVERED,
    "DELETED": DeliveryState.UNDELIVERED,
    "UNDELIV": DeliveryState.UNDELIVERED,
    "UNDELIVERABLE": DeliveryState.UNDELIVERED,
    "REJECTD": DeliveryState.UNDELIVERED,
    "REJECTED": DeliveryState.UNDELIVERED,
    "FAILED": DeliveryState.UNDELIVERED,
}
# message_state, SMPP 3.4, 5.2.28.
_BY_NUMBER: Final = {
    2: DeliveryState.DELIVERED,
    3: DeliveryState.UNDELIVERED,
    4: DeliveryState.UNDELIVERED,
    5: DeliveryState.UNDELIVERED,
    8: DeliveryState.UNDELIVERED,
}


@dataclass(frozen=True)
class Receipt:
    """`id` as the SMSC wrote it, in lower case. `code`: its error number, where it failed."""

    id: str
    state: DeliveryState
    code: str | None = None


@dataclass(frozen=True)
class Parameters:
    """What optional parameters say: receipted_message_id, message_state, and the error of network_error_code."""

    id: str | None = None
    state: int | None = None
    error: int | None = None


def receipt(text: str, said: Parameters) -> Receipt:
    """Read a receipt. Raise UnsupportedUpdate for a step on the way, MalformedUpdate where no message or state is named."""
    # What a person was sent may follow in the text: fields are read before it.
    head = re.split(r"\btext:", text, maxsplit=1, flags=re.IGNORECASE)[0]
    fields = {name.lower(): value for name, value in reversed(_FIELD.findall(head))}
    number = (said.id or fields.get("id", "")).strip("\0 ").lower()
    if not _ID.fullmatch(number):
        raise MalformedUpdate("receipt-id")
    if said.state is None and not fields.get("stat"):
        raise MalformedUpdate("receipt-state")
    state = _BY_WORD.get(fields.get("stat", "").upper()) or _BY_NUMBER.get(said.state or 0)
    if state is None:
        raise UnsupportedUpdate("receipt-state")
    return Receipt(number, state, _code(fields, said) if state is DeliveryState.UNDELIVERED else None)


def _code(fields: dict[str, str], said: Parameters) -> str:
    code = fields.get("err", "")
    if _CODE.fullmatch(code) and code.strip("0"):
        return code
    if said.error is not None:
        return str(said.error)
    word = fields.get("stat", "").lower()
    return word if word and _CODE.fullmatch(word) else f"state-{said.state}"
