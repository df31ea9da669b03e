"""Twilio's webhooks, decoded. Sending is in test_sms_twilio_send."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

import pytest

from channels.sms_twilio import TwilioSettings, build
from channels.vendor import Posted, Vendor
from helpline.messages import (
    DeliveryReport,
    DeliveryState,
    ForgedUpdate,
    InboundMessage,
    Kind,
    MalformedUpdate,
    UnsupportedUpdate,
    Update,
    UpdateRefused,
)
from tests.emulators import twilio
from tests.emulators.twilio import ACCOUNT_SID, AUTH_TOKEN, inbound_form, signature, status_form

PUBLIC = "https://helpline.example.org"
INBOUND, STATUS = f"{PUBLIC}/sms/twilio", f"{PUBLIC}/sms/twilio/status"
SID = "SM" + "a1" * 16
SENDER = "+994500000001"
MARK = "marked-disclosure-7391"

Form = Mapping[str, str]


def vendor(token: str = AUTH_TOKEN) -> Vendor:
    return build(TwilioSettings(ACCOUNT_SID, token, twilio.NUMBER, public_url=PUBLIC))


def decode(posted: Posted, token: str = AUTH_TOKEN) -> list[Update]:
    path = "/" + posted.url.split("/", 3)[3].partition("?")[0]
    return list(next(route for route in vendor(token).routes if route.path == path).decode(posted))


def signed(form: Form, url: str = INBOUND) -> Posted:
    return Posted(url, {"x-twilio-signature": signature(url, form)}, urlencode(form).encode())


def sms(body: str = "salam", sender: str = SENDER, **more: str) -> Posted:
    return signed(inbound_form(body, sender, MessageSid=SID, **more))


def without(name: str, url: str = INBOUND) -> Posted:
    form = inbound_form("salam") if url == INBOUND else status_form(SID, "delivered")
    return signed({key: value for key, value in form.items() if key != name}, url)


def message(text: str = "salam", kind: Kind = Kind.TEXT, address: str = SENDER) -> InboundMessage:
    return InboundMessage("sms_twilio", address, SID, kind, text)


def media(*types: str, body: str = "") -> Posted:
    more = {"NumMedia": str(len(types))}
    for number, media_type in enumerate(types):
        more[f"MediaContentType{number}"] = media_type
        more[f"MediaUrl{number}"] = f"https://api.twilio.com/Media/{MARK}"
    return sms(body, **more)


def oversized() -> list[Posted]:
    """Requests over the gateway's limit of 256 KiB, for its own tests: genuine, and far too long."""
    return [sms("a" * (300 * 1024)), sms("salam", **{f"Extra{n}": "x" * 1024 for n in range(400)})]


MESSAGES: dict[str, tuple[Posted, InboundMessage]] = {
    "text in Latin letters": (sms(), message()),
    "text in Azerbaijani letters": (
        sms("qorxuram, kömək lazımdır, ə ı ş ğ"),
        message("qorxuram, kömək lazımdır, ə ı ş ğ"),
    ),
    "text in Cyrillic": (sms("мне страшно"), message("мне страшно")),
    "text with emoji beyond the basic plane": (sms("😢👩‍👧"), message("😢👩‍👧")),
    "text of a thousand six hundred characters": (sms("ə" * 1600), message("ə" * 1600)),
    "text with line breaks and spaces kept as typed": (sms("  bir\r\niki \n"), message("  bir\r\niki \n")),
    "text that looks like a form": (sms("a=1&From=+1&b=%2B"), message("a=1&From=+1&b=%2B")),
    "text that looks like markup": (sms("<Response><Message>x</Message>"), message("<Response><Message>x</Message>")),
    "text that looks like SQL": (sms("'; DROP TABLE messages; --"), message("'; DROP TABLE messages; --")),
    "text that looks like a command of the dialogue": (sms("/restart"), message("/restart")),
    "text with a null, an escape and a direction mark": (sms("a\0b\x1b\u202ec"), message("a\0b\x1b\u202ec")),
    "text of nothing": (sms(""), message("")),
    "text of one space": (sms(" "), message(" ")),
    "number with spaces and dashes": (sms(sender="+994 (50) 000-00-01"), message()),
    "number without plus": (sms(sender="994500000001"), message()),
    "number as dialled at home": (sms(sender="0500000001"), message()),
    "number with international prefix": (sms(sender="00994500000001"), message()),
    "number whose plus became a space": (sms(sender=" 994500000001"), message()),
    "number of another country": (sms(sender="+12025550123"), message(address="+12025550123")),
    "number of a neighbouring country": (sms(sender="+79160000001"), message(address="+79160000001")),
    "number of a range not known as allotted": (sms(sender="+994590000001"), message(address="+994590000001")),
    "picture without words": (media("image/jpeg"), message("", Kind.PICTURE)),
    "picture with a caption": (media("image/png", body="bax"), message("bax", Kind.PICTURE)),
    "picture by a type in capitals": (media("IMAGE/GIF"), message("", Kind.PICTURE)),
    "several pictures as one message": (media("image/jpeg", "image/jpeg"), message("", Kind.PICTURE)),
    "picture before a voice": (media("image/jpeg", "audio/amr"), message("", Kind.PICTURE)),
    "voice as phones record it": (media("audio/amr"), message("", Kind.VOICE)),
    "voice with a parameter": (media("audio/ogg; codecs=opus"), message("", Kind.VOICE)),
    "contact card": (media("text/x-vcard"), message("", Kind.CONTACT)),
    "video": (media("video/3gpp", body="bura bax"), message("bura bax", Kind.ATTACHMENT)),
    "document": (media("application/pdf"), message("", Kind.ATTACHMENT)),
    "medium of no type": (media(""), message("", Kind.ATTACHMENT)),
    "media counted but not described": (sms("", NumMedia="1"), message("", Kind.ATTACHMENT)),
    "STOP that Twilio has answered": (sms("STOP", OptOutType="STOP"), message("STOP")),
    "START that Twilio has answered": (sms("Start", OptOutType="START"), message("Start")),
    "HELP that Twilio has answered": (sms("help", OptOutType="HELP"), message("help")),
    "parameters of a later day": (sms("salam", NewThing="1", Empty=""), message()),
    "messaging service named": (sms("salam", MessagingServiceSid="MG" + "0" * 32), message()),
    "no count of media": (without("NumMedia"), message()),
}


@pytest.mark.parametrize(("posted", "expected"), MESSAGES.values(), ids=MESSAGES)
def test_incoming_sms_is_decoded(posted: Posted, expected: InboundMessage) -> None:
    (decoded,) = decode(posted)
    assert isinstance(decoded, InboundMessage)
    assert (decoded.channel, decoded.address, decoded.kind, decoded.text, decoded.choice, decoded.sent_at) == (
        expected.channel,
        expected.address,
        expected.kind,
        expected.text,
        None,
        None,
    )


def test_incoming_sms_is_known_by_twilios_id() -> None:
    assert decode(sms()) == [message()]


def test_incoming_mms_is_known_by_its_own_kind_of_id() -> None:
    sid = "MM" + "0F" * 16
    (decoded,) = decode(signed(inbound_form("", MessageSid=sid, NumMedia="1", MediaContentType0="image/jpeg")))
    assert decoded == InboundMessage("sms_twilio", SENDER, sid, Kind.PICTURE)


def test_same_words_twice_are_two_messages() -> None:
    first, second = decode(signed(inbound_form("salam"))), decode(signed(inbound_form("salam")))
    assert first != second


def test_replayed_request_gives_the_same_id() -> None:
    posted = sms()
    assert decode(posted) == decode(posted)


def test_address_of_a_picture_is_nowhere_in_the_message() -> None:
    (decoded,) = decode(media("image/jpeg", body="bax"))
    assert MARK not in str(vars(decoded))


DELIVERY = {
    "delivered": (DeliveryState.DELIVERED, None, None),
    "read": (DeliveryState.READ, None, None),
    "undelivered": (DeliveryState.UNDELIVERED, 30003, "30003"),
    "failed": (DeliveryState.UNDELIVERED, 30036, "30036"),
    "canceled": (DeliveryState.UNDELIVERED, None, "canceled"),
}


@pytest.mark.parametrize("status", DELIVERY)
def test_final_status_is_a_report(status: str) -> None:
    state, error, code = DELIVERY[status]
    posted = signed(status_form(SID, status, error), STATUS)
    assert decode(posted) == [DeliveryReport("sms_twilio", SID, state, code)]


CODES = {
    "no code": ({}, None),
    "an empty code": ({"ErrorCode": ""}, None),
    "a code of no number": ({"ErrorCode": "x"}, "unknown"),
}


@pytest.mark.parametrize(("more", "code"), CODES.values(), ids=CODES)
def test_failure_is_reported_whatever_its_code(more: dict[str, str], code: str | None) -> None:
    posted = signed({**status_form(SID, "failed"), **more}, STATUS)
    assert decode(posted) == [DeliveryReport("sms_twilio", SID, DeliveryState.UNDELIVERED, code)]


def test_code_beside_a_success_is_not_a_failure() -> None:
    posted = signed(status_form(SID, "delivered", 30003), STATUS)
    assert decode(posted) == [DeliveryReport("sms_twilio", SID, DeliveryState.DELIVERED)]


def _with_signature(value: str | None, form: Form | None = None) -> Posted:
    headers = {} if value is None else {"x-twilio-signature": value}
    return Posted(INBOUND, headers, urlencode(form or inbound_form(MARK)).encode())


_GOOD = inbound_form(MARK, MessageSid=SID)
FORGED: dict[str, Posted] = {
    "no signature": _with_signature(None),
    "an empty signature": _with_signature(""),
    "a signature of nothing known": _with_signature("AAAA"),
    "a signature of foreign letters": _with_signature("əəə="),
    "another account's token": _with_signature(signature(INBOUND, _GOOD, "f" * 32), _GOOD),
    "an empty token": _with_signature(signature(INBOUND, _GOOD, ""), _GOOD),
    "the beginning of the right signature": _with_signature(signature(INBOUND, _GOOD)[:-4], _GOOD),
    "the right signature and more": _with_signature(signature(INBOUND, _GOOD) + "=", _GOOD),
    "a signature for plain http": _with_signature(signature(INBOUND.replace("https", "http"), _GOOD), _GOOD),
    "a signature for another host": _with_signature(signature("https://evil.example/sms/twilio", _GOOD), _GOOD),
    "a signature for the other route": _with_signature(signature(STATUS, _GOOD), _GOOD),
    "a signature without the query": Posted(
        f"{INBOUND}?x=1", {"x-twilio-signature": signature(INBOUND, _GOOD)}, urlencode(_GOOD).encode()
    ),
    "a changed text": _with_signature(signature(INBOUND, _GOOD), {**_GOOD, "Body": "x"}),
    "a changed sender": _with_signature(signature(INBOUND, _GOOD), {**_GOOD, "From": "+994500000002"}),
    "an added parameter": _with_signature(
        signature(INBOUND, _GOOD), {**_GOOD, "NumMedia": "1", "Extra": ""} | {"X": "y"}
    ),
    "a body of several parts": Posted(
        INBOUND, {"x-twilio-signature": "AAAA"}, b"--x\r\nContent-Disposition: form-data; name=Body\r\n\r\nx\r\n--x--"
    ),
    "an unsigned body that is no form": Posted(INBOUND, {}, b"\xff\xfe"),
    "an unsigned status": Posted(STATUS, {}, urlencode(status_form(SID, "delivered")).encode()),
}


@pytest.mark.parametrize("posted", FORGED.values(), ids=FORGED)
def test_forged_update_is_refused(posted: Posted) -> None:
    with pytest.raises(ForgedUpdate):
        decode(posted)


def test_nothing_is_genuine_when_no_token_is_configured() -> None:
    with pytest.raises(ForgedUpdate):
        decode(_with_signature(signature(INBOUND, _GOOD, ""), _GOOD), token="")


GENUINE: dict[str, Callable[[], Posted]] = {
    "with the port written out": lambda: Posted(
        INBOUND,
        {"x-twilio-signature": signature(INBOUND.replace(".org", ".org:443"), _GOOD)},
        urlencode(_GOOD).encode(),
    ),
    "with a query": lambda: signed(_GOOD, f"{INBOUND}?line=az"),
    "with parameters in another order": lambda: Posted(
        INBOUND, {"x-twilio-signature": signature(INBOUND, _GOOD)}, urlencode(dict(reversed(_GOOD.items()))).encode()
    ),
    "with spaces written as %20": lambda: Posted(
        INBOUND,
        {"x-twilio-signature": signature(INBOUND, {**_GOOD, "Body": "a b"})},
        urlencode({**_GOOD, "Body": "a b"}).replace("+", "%20").encode(),
    ),
}


@pytest.mark.parametrize("make", GENUINE.values(), ids=GENUINE)
def test_genuine_update_is_taken(make: Callable[[], Posted]) -> None:
    (decoded,) = decode(make())
    assert isinstance(decoded, InboundMessage)
    assert (decoded.external_id, decoded.address) == (SID, SENDER)


def _raw(body: bytes) -> Posted:
    return Posted(INBOUND, {"x-twilio-signature": "AAAA"}, body)


_ENCODED = urlencode(_GOOD)
MALFORMED: dict[str, Posted] = {
    "no body": signed({}),
    "a body of JSON": _raw(b'{"Body": "salam"}'),
    "a name without value": _raw(f"{_ENCODED}&Extra".encode()),
    "bytes that are not UTF-8": _raw(_ENCODED.encode() + b"&Extra=\xff"),
    "escapes that are not UTF-8": _raw(f"{_ENCODED}&Extra=%FF%FE".encode()),
    "half a surrogate pair": _raw(f"{_ENCODED}&Extra=%ED%A0%80".encode()),
    "a cut escape of a letter": _raw(f"{_ENCODED}&Extra=%D1".encode()),
    "two senders": _raw(f"{_ENCODED}&From=%2B994500000002".encode()),
    "the same text twice": _raw(f"{_ENCODED}&Body={MARK}".encode()),
    "more parameters than Twilio has": _raw("&".join(f"p{n}=1" for n in range(101)).encode()),
    "no message id": without("MessageSid"),
    "no sender": without("From"),
    "no text": without("Body"),
    "no account": without("AccountSid"),
    "an empty message id": signed(inbound_form(MARK, MessageSid="")),
    "an empty sender": sms(sender=""),
    "a message id that is too short": signed(inbound_form(MARK, MessageSid="SM123")),
    "a message id of another thing": signed(inbound_form(MARK, MessageSid="CA" + "0" * 32)),
    "a message id with a line break": signed(inbound_form(MARK, MessageSid=SID + "\n")),
    "another account": sms(MARK, AccountSid="AC" + "9" * 32),
    "media counted in words": sms(MARK, NumMedia="one"),
    "media counted below none": sms(MARK, NumMedia="-1"),
    "media counted in other digits": sms(MARK, NumMedia="١"),
    "a status where messages come": signed(status_form(SID, "delivered")),
    "a message where statuses come": signed(inbound_form(MARK), STATUS),
    "a status of no message": without("MessageSid", STATUS),
    "a status that says nothing": without("MessageStatus", STATUS),
    "a status of another account": signed(status_form(SID, "delivered", AccountSid="AC" + "9" * 32), STATUS),
}


@pytest.mark.parametrize("posted", MALFORMED.values(), ids=MALFORMED)
def test_malformed_update_is_refused(posted: Posted) -> None:
    with pytest.raises(MalformedUpdate):
        decode(posted)


UNFINISHED = (
    *("accepted", "scheduled", "queued", "sending", "sent", "partially_delivered"),
    *("receiving", "received", "something_new", "Delivered"),
)
UNSUPPORTED: dict[str, Posted] = {
    "a sender with a name": sms(MARK, "Azercell"),
    "a sender with a name of letters and digits": sms(MARK, "1800FLOWERS"),
    "a short code of four digits": sms(MARK, "7777"),
    "a short code of five digits": sms(MARK, "12345"),
    "a service number": sms(MARK, "+103"),
    "a number too long": sms(MARK, "+9945000000012"),
    "a number too short": sms(MARK, "+99450000"),
    "a number with an extension": sms(MARK, "+994500000001;ext=5"),
    "a number in other digits": sms(MARK, "+٩٩٤٥٠٠٠٠٠٠٠١"),
    "a lone plus": sms(MARK, "+"),
    "a sender of spaces": sms(MARK, "   "),
    "a sender on WhatsApp": sms(MARK, "whatsapp:+994500000001"),
    "a sender on Messenger": sms(MARK, "messenger:1234567890"),
    "a sender on RCS": sms(MARK, "rcs:+994500000001"),
    **{f"a message that is {status}": signed(status_form(SID, status), STATUS) for status in UNFINISHED},
}


@pytest.mark.parametrize("posted", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_update_that_leads_to_nothing_is_unsupported(posted: Posted) -> None:
    with pytest.raises(UnsupportedUpdate):
        decode(posted)


REASONS = {
    "a sender with a name": "sender",
    "a short code of four digits": "sender",
    "a sender on WhatsApp": "channel",
    "a message that is queued": "status",
}


@pytest.mark.parametrize(("case", "reason"), REASONS.items(), ids=REASONS)
def test_unsupported_update_says_in_a_word_why(case: str, reason: str) -> None:
    with pytest.raises(UnsupportedUpdate) as refused:
        decode(UNSUPPORTED[case])
    assert refused.value.reason == reason


REFUSED = FORGED | MALFORMED | UNSUPPORTED


@pytest.mark.parametrize("posted", REFUSED.values(), ids=REFUSED)
def test_refusal_tells_nothing_of_the_update(posted: Posted) -> None:
    with pytest.raises(UpdateRefused) as refused:
        decode(posted)
    told = "".join(traceback.format_exception(refused.value, limit=0)) + repr(refused.value) + refused.value.reason
    assert [secret for secret in (MARK, "50000000", "Azercell", AUTH_TOKEN, ACCOUNT_SID) if secret in told] == []


def test_nothing_secret_is_in_what_python_prints() -> None:
    settings = TwilioSettings(ACCOUNT_SID, AUTH_TOKEN, twilio.NUMBER, public_url=PUBLIC)
    told = repr((settings, sms(MARK), decode(sms(MARK)), build(settings)))
    assert [secret for secret in (MARK, "50000000", AUTH_TOKEN, ACCOUNT_SID) if secret in told] == []


@pytest.mark.parametrize("posted", oversized(), ids=["one long text", "many parameters"])
def test_oversized_fixture_is_over_the_gateways_limit(posted: Posted) -> None:
    assert len(posted.body) > 256 * 1024


def test_routes_are_answered_with_an_empty_document() -> None:
    routes = {r.path: (r.acknowledgement.body, r.acknowledgement.content_type) for r in vendor().routes}
    empty = ("<Response/>", "text/xml")
    assert routes == {"/sms/twilio": empty, "/sms/twilio/status": empty}
