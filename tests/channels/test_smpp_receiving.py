"""What a deliver_sm is taken for: parts, messages, receipts, and what is no message."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import smpp34

from channels.sms_smpp.receiving import Source, read
from channels.sms_smpp.udh import SAR, WIDE, Header, joining, parted
from helpline.messages import (
    Alphabet,
    DeliveryReport,
    DeliveryState,
    InboundPart,
    MalformedUpdate,
    UnsupportedUpdate,
)
from tests.emulators.smsc import SHORT_CODE

SOURCE = Source("operator", opted_out=frozenset({"0x402", "88"}))
TEXT = "Salam, qorxuram ə"
UCS2 = TEXT.encode("utf-16-be")
RECEIPT = "id:M1 sub:001 dlvrd:001 submit date:2611261100 done date:2611261101 stat:DELIVRD err:000 text:Salam"


def pdu(body: bytes = UCS2, **fields: object) -> smpp34.DeliverSm:
    usual = {"data_coding": 8, "source_addr_ton": 1, "source_addr_npi": 1, **fields}
    sender = usual.pop("source", "994500000001")
    made = smpp34.DeliverSm(str(sender), SHORT_CODE, body, **usual)  # type: ignore[arg-type]
    found = smpp34.decode(made.encode())
    assert isinstance(found, smpp34.DeliverSm)
    return found


def part(body: bytes = UCS2, source: Source = SOURCE, **fields: object) -> InboundPart:
    found = read(pdu(body, **fields), source)
    assert isinstance(found, InboundPart)
    return found


def tlv(tag: int, value: bytes) -> smpp34.Tlv:
    return smpp34.Tlv(tag, value)


# --- messages


def test_whole_message_in_ucs2_is_a_part_of_its_own() -> None:
    found = part()
    assert (found.body, found.alphabet, found.reference, found.number, found.total) == (UCS2, Alphabet.UCS2, None, 1, 1)
    assert (found.channel, found.route, found.address, found.to) == (
        "sms_smpp",
        "sms_smpp/operator",
        "+994500000001",
        SHORT_CODE,
    )


def test_narrow_header_joins() -> None:
    found = part(joining(7, 5, 3) + UCS2, esm_class=0x40)
    assert (found.reference, found.number, found.total, found.body) == (7, 3, 5, UCS2)


def test_wide_header_joins_and_is_another_reference_than_the_narrow_one() -> None:
    found = part(bytes((6, 8, 4, 0, 7, 5, 3)) + UCS2, esm_class=0x40)
    assert (found.reference, found.number, found.total, found.body) == (WIDE + 7, 3, 5, UCS2)


def test_sar_parameters_join() -> None:
    found = part(tlvs=[tlv(0x020C, b"\x01\x02"), tlv(0x020E, b"\x03"), tlv(0x020F, b"\x02")])
    assert (found.reference, found.number, found.total) == (SAR + 258, 2, 3)


def test_payload_is_read_in_place_of_an_empty_text() -> None:
    assert part(b"", tlvs=[tlv(0x0424, UCS2 * 40)]).body == UCS2 * 40


def test_payload_with_a_header_joins() -> None:
    found = part(b"", esm_class=0x40, tlvs=[tlv(0x0424, joining(1, 2, 2) + UCS2)])
    assert (found.number, found.body) == (2, UCS2)


def test_id_of_the_smsc_is_kept() -> None:
    assert part(tlvs=[tlv(0x001E, b"AB12\0")]).smsc_id == "ab12"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (bytes((200, 0, 3, 7, 5, 3)) + UCS2, "a header longer than the body"),
        (b"", "no body"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_header_that_runs_beyond_the_body_takes_no_word_away(body: bytes, why: str) -> None:
    found = part(body, esm_class=0x40)
    assert (found.body, found.reference) == (body, None)


@pytest.mark.parametrize(
    "header",
    [
        bytes((5, 0, 3, 7, 0, 0)),
        bytes((5, 0, 3, 7, 2, 3)),
        bytes((5, 0, 3, 7, 2, 0)),
        bytes((4, 0, 2, 7, 2)),
        bytes((5, 0, 9, 7, 2, 1)),
        bytes((3, 0x70, 1, 1)),
        bytes((1, 0)),
        bytes((0,)),
    ],
    ids=[
        "a total of none",
        "a number beyond the total",
        "number none",
        "a short element",
        "an element beyond the header",
        "an unknown element",
        "half an element",
        "nothing in it",
    ],
)
def test_header_that_joins_nothing_leaves_the_words(header: bytes) -> None:
    found = part(header + UCS2, esm_class=0x40)
    assert (found.body, found.reference, found.total) == (UCS2, None, 1)


def test_other_elements_beside_the_joining_one_are_skipped() -> None:
    header, words = parted(bytes((8, 0x70, 1, 1, 0, 3, 7, 2, 1)) + b"x")
    assert (header, words) == (Header(7, 2, 1), b"x")


def test_sar_parameters_that_make_no_sense_leave_the_words() -> None:
    found = part(tlvs=[tlv(0x020C, b"\x01\x02"), tlv(0x020E, b"\x02"), tlv(0x020F, b"\x03")])
    assert (found.reference, found.total, found.body) == (None, 1, UCS2)


@pytest.mark.parametrize("sender", ["0500000001", "994500000001", "+994500000001", "00994500000001"])
def test_sender_of_unknown_type_is_read_as_people_write_numbers(sender: str) -> None:
    assert part(source=SOURCE, source_addr_ton=0).address == read(pdu(source=sender, source_addr_ton=0), SOURCE).address  # type: ignore[union-attr]


# --- what is no message


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"data_coding": 0x18}, "flash"),
        ({"data_coding": 0xF0}, "flash"),
        ({"protocol_id": 0x40}, "silent"),
        ({"data_coding": 4}, "binary"),
        ({"data_coding": 0xC8}, "voice-mail"),
        ({"source_addr_ton": 5, "source": "0501234567"}, "sender"),
        ({"source": "9020", "source_addr_ton": 3}, "sender"),
        ({"source": "BANK", "source_addr_ton": 0}, "sender"),
        ({"source": "", "source_addr_ton": 0}, "sender"),
        ({"esm_class": 0x10}, "esm-class"),
        ({"esm_class": 0x20}, "esm-class"),
        ({"esm_class": 0x08}, "esm-class"),
    ],
)
def test_is_acknowledged_and_not_taken(fields: dict[str, object], rule: str) -> None:
    with pytest.raises(UnsupportedUpdate, match=rule):
        read(pdu(**fields), SOURCE)


def test_message_to_a_port_is_for_a_program() -> None:
    with pytest.raises(UnsupportedUpdate, match="port"):
        read(pdu(bytes((6, 5, 4, 0x0B, 0x84, 0, 0)) + UCS2, esm_class=0x40), SOURCE)


# --- receipts


def report(text: str = RECEIPT, source: Source = SOURCE, **fields: object) -> DeliveryReport:
    found = read(pdu(text.encode(), **{"data_coding": 0, "esm_class": 4, **fields}), source)
    assert isinstance(found, DeliveryReport)
    return found


def test_receipt_in_the_text_is_read() -> None:
    assert report() == DeliveryReport("sms_smpp", "operator:m1", DeliveryState.DELIVERED)


@pytest.mark.parametrize(
    ("text", "state", "code"),
    [
        ("id:M1 stat:DELIVRD err:000", DeliveryState.DELIVERED, None),
        ("ID:M1 STAT:delivrd ERR:000", DeliveryState.DELIVERED, None),
        ("stat:UNDELIV id:M1 err:021", DeliveryState.UNDELIVERED, "021"),
        ("id:M1 sub:001 dlvrd:000 stat:EXPIRED err:0A1 text:x", DeliveryState.UNDELIVERED, "0A1"),
        ("id:M1 stat:REJECTD", DeliveryState.UNDELIVERED, "rejectd"),
        ("id:M1 stat:DELETED err:000", DeliveryState.UNDELIVERED, "deleted"),
        ("id: M1 stat: UNDELIV err: 21", DeliveryState.UNDELIVERED, "21"),
        ("id:M1 stat:UNDELIV err:number is switched off", DeliveryState.UNDELIVERED, "number"),
        ("id:M1 stat:DELIVRD err:000 text:id:9 stat:UNDELIV", DeliveryState.DELIVERED, None),
    ],
)
def test_receipt_says(text: str, state: DeliveryState, code: str | None) -> None:
    found = report(text)
    assert (found.vendor_id, found.state, found.code) == ("operator:m1", state, code)


@pytest.mark.parametrize(
    ("number", "state"),
    [(2, "delivered"), (3, "undelivered"), (4, "undelivered"), (5, "undelivered"), (8, "undelivered")],
)
def test_receipt_in_parameters_is_read(number: int, state: str) -> None:
    tlvs = [tlv(0x001E, b"M1\0"), tlv(0x0427, bytes([number])), tlv(0x0423, b"\x03\x00\x15")]
    found = report("", tlvs=tlvs)
    assert (found.vendor_id, found.state.value) == ("operator:m1", state)
    assert found.code == (None if state == "delivered" else "21")


def test_parameters_show_a_receipt_whose_class_does_not() -> None:
    tlvs = [tlv(0x001E, b"M1\0"), tlv(0x0427, b"\x02")]
    assert report("", esm_class=0, tlvs=tlvs).state is DeliveryState.DELIVERED


@pytest.mark.parametrize("text", ["id:M1 stat:ENROUTE err:000", "id:M1 stat:ACCEPTD", "id:M1 stat:UNKNOWN"])
def test_step_on_the_way_is_no_report(text: str) -> None:
    with pytest.raises(UnsupportedUpdate, match="receipt-state"):
        report(text)


@pytest.mark.parametrize(
    ("text", "what"), [("stat:DELIVRD", "receipt-id"), ("id:M1", "receipt-state"), ("", "receipt-id")]
)
def test_receipt_that_names_nothing_is_malformed(text: str, what: str) -> None:
    with pytest.raises(MalformedUpdate, match=what):
        report(text)


def test_decimal_id_of_a_receipt_is_the_hexadecimal_one_that_was_given() -> None:
    hexadecimal = Source("operator", hex_ids=True)
    assert report("id:0000000255 stat:DELIVRD err:000", hexadecimal).vendor_id == "operator:ff"


@pytest.mark.parametrize(("code", "stops"), [("088", False), ("88", True), ("021", False)])
def test_error_that_means_an_opt_out_stops_the_sender(code: str, stops: bool) -> None:
    assert report(f"id:M1 stat:REJECTD err:{code}").stops_sender is stops


# --- whatever comes


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Bits turned, bytes cut out or put in, the end gone; the length says the truth, as the frame would."""
    body = bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(16, len(body)) if len(body) > 17 else 16
        what = chance.random()
        if what < 0.5 and place < len(body):
            body[place] ^= 1 << chance.randrange(8)
        elif what < 0.7:
            del body[place : place + chance.randint(1, 6)]
        elif what < 0.85:
            body[place:place] = chance.randbytes(chance.randint(1, 6))
        else:
            del body[max(17, place) :]
    return len(body).to_bytes(4) + bytes(body[4:])


def test_twenty_thousand_mutations_raise_nothing_but_what_is_caught() -> None:
    chance = random.Random(20261126)
    good = [
        pdu().encode(),
        pdu(joining(7, 5, 3) + UCS2, esm_class=0x40).encode(),
        pdu(RECEIPT.encode(), esm_class=4, data_coding=0).encode(),
        pdu(
            b"", tlvs=[tlv(0x0424, UCS2 * 9), tlv(0x020C, b"\x01\x02"), tlv(0x020E, b"\x03"), tlv(0x020F, b"\x02")]
        ).encode(),
        pdu(b"", esm_class=4, tlvs=[tlv(0x001E, b"M1\0"), tlv(0x0427, b"\x02"), tlv(0x0423, b"\x03\x00\x15")]).encode(),
    ]
    ends: Counter[str] = Counter()
    for _ in range(20_000):
        try:
            found = smpp34.decode(mutated(chance.choice(good), chance))
            ends[type(read(found, SOURCE)).__name__ if isinstance(found, smpp34.DeliverSm) else "other"] += 1
        except (smpp34.SmppError, UnsupportedUpdate, MalformedUpdate) as refused:
            ends[type(refused).__name__] += 1
    assert ends.total() == 20_000
    assert min(ends[name] for name in ("InboundPart", "DeliveryReport", "SmppError", "UnsupportedUpdate")) > 100
