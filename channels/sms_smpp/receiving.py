"""What a deliver_sm is: a part of somebody's message, or a receipt for one of ours.

Source: SMPP 3.4, 4.6 (DELIVER_SM), 5.2.12 (esm_class), 5.2.19 (data_coding), 5.3.2 (optional parameters).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import smpp34

from channels.sms_numbers import address_of
from channels.sms_rules import Marks, alphabet_of, ignored_as
from channels.sms_smpp import udh
from channels.sms_smpp.receipts import Parameters, receipt
from helpline.alphabets import decode
from helpline.messages import Alphabet, DeliveryReport, InboundPart, UnsupportedUpdate

CHANNEL: Final = "sms_smpp"
_KIND, _HEADED = 0x3C, 0x40
_TEXT, _RECEIPT = 0x00, 0x04
_INTERNATIONAL, _NAME = 1, 5
_PAYLOAD, _RECEIPTED, _STATE, _ERROR = 0x0424, 0x001E, 0x0427, 0x0423
_SAR_REFERENCE, _SAR_TOTAL, _SAR_NUMBER = 0x020C, 0x020E, 0x020F
_SMSC_ID = re.compile(r"[!-~]{1,64}")


@dataclass(frozen=True)
class Source:
    """What reading depends on: the link's name, how its receipts write ids, and which error codes mean an opt-out.

    `hex_ids`: ids were given in hexadecimal and receipts write them in decimal.
    """

    link: str
    hex_ids: bool = False
    opted_out: frozenset[str] = frozenset()


def read(pdu: smpp34.DeliverSm, source: Source) -> InboundPart | DeliveryReport:
    """Return what came. Raise UnsupportedUpdate for what is no message, MalformedUpdate for a receipt that names nothing."""
    said = {tlv.tag: tlv.value for tlv in reversed(pdu.tlvs)}
    kind = pdu.esm_class & _KIND
    if kind == _RECEIPT or (_RECEIPTED in said and _STATE in said):
        return _report(pdu, said, source)
    if kind != _TEXT:
        raise UnsupportedUpdate("esm-class")
    return _part(pdu, said, source)


def _part(pdu: smpp34.DeliverSm, said: dict[int, bytes], source: Source) -> InboundPart:
    body = said.get(_PAYLOAD) or pdu.short_message
    header, words = udh.parted(body) if pdu.esm_class & _HEADED else (udh.Header(), body)
    rule = ignored_as(Marks(pdu.data_coding, pdu.protocol_id, header.to_port))
    if rule is not None:
        raise UnsupportedUpdate(rule)
    if pdu.source_addr_ton == _NAME:
        raise UnsupportedUpdate("sender")
    reference, number, total = _place(header, said)
    return InboundPart(
        channel=CHANNEL,
        route=f"{CHANNEL}/{source.link}",
        address=address_of(pdu.source_addr, international=pdu.source_addr_ton == _INTERNATIONAL),
        to=pdu.destination_addr[:24],
        body=words,
        alphabet=alphabet_of(pdu.data_coding) or Alphabet.LATIN1,
        reference=reference,
        number=number,
        total=total,
        smsc_id=_own_id(said.get(_RECEIPTED)),
    )


def _place(header: udh.Header, said: dict[int, bytes]) -> tuple[int | None, int, int]:
    """Reference, number and total: from the header, else from the SAR parameters where all three make sense."""
    if header.reference is not None:
        return header.reference, header.number, header.total
    given = [said.get(tag, b"") for tag in (_SAR_REFERENCE, _SAR_NUMBER, _SAR_TOTAL)]
    if [len(one) for one in given] != [2, 1, 1]:
        return None, 1, 1
    reference, number, total = (int.from_bytes(one) for one in given)
    return (udh.SAR + reference, number, total) if 1 <= number <= total else (None, 1, 1)


def _report(pdu: smpp34.DeliverSm, said: dict[int, bytes], source: Source) -> DeliveryReport:
    body = said.get(_PAYLOAD) or pdu.short_message
    text = decode(body, alphabet_of(pdu.data_coding) or Alphabet.LATIN1)
    found = receipt(text, _parameters(said))
    number = _as_given(found.id) if source.hex_ids else found.id
    stops = found.code is not None and found.code in source.opted_out
    return DeliveryReport(CHANNEL, f"{source.link}:{number}", found.state, found.code, stops)


def _parameters(said: dict[int, bytes]) -> Parameters:
    state, error = said.get(_STATE, b""), said.get(_ERROR, b"")
    return Parameters(
        id=_own_id(said.get(_RECEIPTED)),
        state=state[0] if len(state) == 1 else None,
        error=int.from_bytes(error[1:]) if len(error) == 3 else None,
    )


def _own_id(value: bytes | None) -> str | None:
    """An id of the SMSC's, or None where there is none that could be one."""
    text = (value or b"").rstrip(b"\0").decode("ascii", "replace")
    return text.lower() if _SMSC_ID.fullmatch(text) else None


def _as_given(number: str) -> str:
    """The hexadecimal id that a decimal one of a receipt stands for."""
    return f"{int(number):x}" if number.isascii() and number.isdigit() else number
