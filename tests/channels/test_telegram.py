"""Telegram: what each update becomes, what each error of a send means, and polling that nothing blocks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterator
from dataclasses import replace
from typing import TypeVar

import pytest
from telegram import Bot

from channels.telegram import PATH, TelegramSettings, build, decoder, stop_spinning
from channels.telegram_updates import read_update
from channels.vendor import Polled, Posted, Vendor
from helpline.messages import (
    Choice,
    ForgedUpdate,
    Kind,
    MalformedUpdate,
    OutgoingMessage,
    SendFailed,
    Spot,
    UnsupportedUpdate,
)
from helpline.pictures import draw
from tests.emulators.bot_api import DELETABLE_SECONDS, TOKEN, BotApi, Fault, bot_api

CHAT = 700000001
SECRET = "a-long-webhook-secret"
PERSON = {"id": CHAT, "is_bot": False, "first_name": "x", "language_code": "ru"}
PRIVATE = {"id": CHAT, "type": "private"}
T = TypeVar("T")


def message(**fields: object) -> dict[str, object]:
    return {"message_id": 5, "date": 1760000000, "chat": PRIVATE, "from": PERSON, **fields}


def posted(update: object, secret: str | None = SECRET) -> Posted:
    headers = {} if secret is None else {"x-telegram-bot-api-secret-token": secret}
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    return Posted("https://helpline.example.org/telegram", headers, body)


KINDS = {
    "text": ({"message": message(text="salam")}, Kind.TEXT, "salam"),
    "a command": ({"message": message(text="/help")}, Kind.TEXT, "/help"),
    "a command with the bot's name": ({"message": message(text="/help@our_bot")}, Kind.TEXT, "/help"),
    "an address in a text stays": ({"message": message(text="yaz mənə a@b.az")}, Kind.TEXT, "yaz mənə a@b.az"),
    "no sender named": ({"message": {**message(text="x"), "from": None}}, Kind.TEXT, "x"),
    "a sender without is_bot": ({"message": message(text="x", **{"from": {"id": CHAT}})}, Kind.TEXT, "x"),
    "unknown fields beside": ({"message": message(text="x", brand_new={"a": [1]})}, Kind.TEXT, "x"),
    "a forwarded text": ({"message": message(text="x", forward_origin={"type": "hidden_user"})}, Kind.TEXT, "x"),
    "a reply": ({"message": message(text="x", reply_to_message=message(text="y"))}, Kind.TEXT, "x"),
    "hostile text": ({"message": message(text="\u202e<b>'; DROP")}, Kind.TEXT, "\u202e<b>'; DROP"),
    "edited": ({"edited_message": message(text="yeni", edit_date=1760000001)}, Kind.EDITED, "yeni"),
    "edited caption": ({"edited_message": message(caption="yeni", photo=[{}])}, Kind.EDITED, "yeni"),
    "contact": ({"message": message(contact={"phone_number": "+994500000001", "first_name": "x"})}, Kind.CONTACT, ""),
    "location": ({"message": message(location={"latitude": 40.4, "longitude": 49.8})}, Kind.LOCATION, ""),
    "venue": ({"message": message(venue={"title": "x", "location": {}})}, Kind.LOCATION, ""),
    "voice": ({"message": message(voice={"file_id": "f", "duration": 3})}, Kind.VOICE, ""),
    "audio": ({"message": message(audio={"file_id": "f"})}, Kind.VOICE, ""),
    "video note": ({"message": message(video_note={"file_id": "f"})}, Kind.VOICE, ""),
    "photo": ({"message": message(photo=[{"file_id": "f"}])}, Kind.PICTURE, ""),
    "photo with words": ({"message": message(photo=[{"file_id": "f"}], caption="bax")}, Kind.PICTURE, "bax"),
    "sticker": ({"message": message(sticker={"file_id": "f", "emoji": "😀"})}, Kind.STICKER, ""),
    "dice": ({"message": message(dice={"emoji": "🎲", "value": 3})}, Kind.STICKER, ""),
    "document": ({"message": message(document={"file_id": "f"})}, Kind.ATTACHMENT, ""),
    "video": ({"message": message(video={"file_id": "f"}, caption="bax")}, Kind.ATTACHMENT, "bax"),
    "animation with its document": ({"message": message(animation={}, document={})}, Kind.ATTACHMENT, ""),
    "poll": ({"message": message(poll={"id": "1"})}, Kind.ATTACHMENT, ""),
    "blocked": ({"my_chat_member": {"chat": PRIVATE, "new_chat_member": {"status": "kicked"}}}, Kind.BLOCKED, ""),
    "unblocked": ({"my_chat_member": {"chat": PRIVATE, "new_chat_member": {"status": "member"}}}, Kind.UNBLOCKED, ""),
}


SPOTS = {
    "a location": ({"location": {"latitude": 40.4, "longitude": 49.8}}, Spot(40.4, 49.8)),
    "whole numbers": ({"location": {"latitude": 40, "longitude": 50}}, Spot(40.0, 50.0)),
    "a venue": ({"venue": {"title": "x", "location": {"latitude": 40.4, "longitude": 49.8}}}, Spot(40.4, 49.8)),
    "a venue and its location": ({"location": {"latitude": 1.0, "longitude": 2.0}, "venue": {}}, Spot(1.0, 2.0)),
    "a venue without one": ({"venue": {"title": "x"}}, None),
    "no coordinates": ({"location": {}}, None),
    "half": ({"location": {"latitude": 40.4}}, None),
    "texts": ({"location": {"latitude": "40.4", "longitude": "49.8"}}, None),
    "truths": ({"location": {"latitude": True, "longitude": False}}, None),
    "off the earth": ({"location": {"latitude": 140.4, "longitude": 49.8}}, None),
    "no number": ({"location": {"latitude": float("nan"), "longitude": 49.8}}, None),
    "larger than any number": ({"location": {"latitude": 10**400, "longitude": 49.8}}, None),
    "no object": ({"location": [40.4, 49.8]}, None),
    "a text": ({"text": "40.4, 49.8"}, None),
    "a picture with a place": ({"photo": [{}], "location": {"latitude": 1.0, "longitude": 2.0}}, Spot(1.0, 2.0)),
}


@pytest.mark.parametrize(("fields", "spot"), SPOTS.values(), ids=SPOTS)
def test_coordinates_are_read_from(fields: dict[str, object], spot: Spot | None) -> None:
    assert read_update({"update_id": 7, "message": message(**fields)}).spot == spot


@pytest.mark.parametrize(("update", "kind", "text"), KINDS.values(), ids=KINDS)
def test_update_becomes(update: dict[str, object], kind: Kind, text: str) -> None:
    found = read_update({"update_id": 7, **update})
    assert (found.channel, found.address, found.external_id) == ("telegram", str(CHAT), "u7")
    assert (found.kind, found.text) == (kind, text)


BUTTONS = {
    "with its message": {"message": message(text="x")},
    "with an inaccessible message": {"message": {"chat": PRIVATE, "message_id": 5, "date": 0}},
    "without a message": {},
    "without chat_instance": {"message": message(text="x"), "inline_message_id": None},
}


@pytest.mark.parametrize("fields", BUTTONS.values(), ids=BUTTONS)
def test_button_becomes_a_choice(fields: dict[str, object]) -> None:
    found = read_update({"update_id": 7, "callback_query": {"id": "q", "from": PERSON, "data": "topic:x", **fields}})
    assert (found.kind, found.choice, found.address) == (Kind.CHOICE, "topic:x", str(CHAT))


GROUP = {"id": -100, "type": "supergroup"}
UNSUPPORTED = {
    "a group": {"message": {**message(text="x"), "chat": GROUP}},
    "a channel post": {"channel_post": message(text="x")},
    "an inline query": {"inline_query": {"id": "1"}},
    "a poll's answer": {"poll_answer": {}},
    "a pinned message": {"message": message(pinned_message=message(text="x"))},
    "a joined member": {"message": message(new_chat_members=[PERSON])},
    "a message of a bot": {"message": message(text="x", **{"from": {**PERSON, "is_bot": True}})},
    "an edited location": {"edited_message": message(location={})},
    "a button without data": {"callback_query": {"id": "q", "from": PERSON, "game_short_name": "g"}},
    "a button with too long data": {"callback_query": {"id": "q", "from": PERSON, "data": "x" * 65}},
    "a member restricted": {"my_chat_member": {"chat": PRIVATE, "new_chat_member": {"status": "restricted"}}},
    "a block in a group": {"my_chat_member": {"chat": GROUP, "new_chat_member": {"status": "kicked"}}},
    "nothing at all": {},
    "something of next year": {"telepathy": {}},
}


@pytest.mark.parametrize("update", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_update_is_known_and_left_alone(update: dict[str, object]) -> None:
    with pytest.raises(UnsupportedUpdate):
        read_update({"update_id": 7, **update})


MALFORMED = {
    "not JSON": b"{",
    "a list": b"[]",
    "a number": b"7",
    "no update_id": b'{"message": {}}',
    "update_id as text": b'{"update_id": "7"}',
    "update_id as a truth": b'{"update_id": true}',
    "a message that is a list": b'{"update_id": 7, "message": []}',
    "a chat that is text": b'{"update_id": 7, "message": {"chat": "x"}}',
    "a chat id that is text": b'{"update_id": 7, "message": {"chat": {"type": "private", "id": "x"}}}',
    "a chat id beyond bounds": b'{"update_id": 7, "message": {"chat": {"type": "private", "id": 99999999999999999999}}}',
    "nested without end": b"[" * 100_000,
    "not UTF-8": b"\xff\xfe",
    "empty": b"",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_body_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedUpdate):
        decoder(SECRET)(posted(body))


FORGED = {
    "no secret": (SECRET, None),
    "a wrong one": (SECRET, "x"),
    "empty": (SECRET, ""),
    "none configured": (None, "x"),
}


@pytest.mark.parametrize(("configured", "shown"), FORGED.values(), ids=FORGED)
def test_update_is_forged(configured: str | None, shown: str | None) -> None:
    with pytest.raises(ForgedUpdate):
        decoder(configured)(posted({"update_id": 7, "message": message(text="x")}, shown))


def test_redelivery_has_the_same_id_and_an_edit_another() -> None:
    first = read_update({"update_id": 7, "message": message(text="x")})
    again = read_update({"update_id": 7, "message": message(text="x")})
    edit = read_update({"update_id": 8, "edited_message": message(text="y")})
    assert first.external_id == again.external_id != edit.external_id


def test_button_pressed_by_webhook_stops_spinning_in_the_answer() -> None:
    answer = stop_spinning(posted({"update_id": 7, "callback_query": {"id": "q9"}}))
    assert json.loads(answer.body) == {"method": "answerCallbackQuery", "callback_query_id": "q9"}
    assert stop_spinning(posted({"update_id": 7})).body == ""


def test_message_shows_no_text_or_address() -> None:
    shown = repr(read_update({"update_id": 7, "message": message(text="gizli")}))
    assert "gizli" not in shown
    assert str(CHAT) not in shown


# --- against the emulator


@pytest.fixture
def api() -> Iterator[BotApi]:
    with bot_api() as served:
        yield served


@pytest.fixture
def vendor(api: BotApi) -> Vendor:
    return build(TelegramSettings(TOKEN, api_base=api.url))


def run(vendor: Vendor, work: Awaitable[T]) -> T:
    async def whole() -> T:
        try:
            return await work
        finally:
            assert vendor.stop is not None
            await vendor.stop()

    return asyncio.run(whole())


OUT = OutgoingMessage("telegram", str(CHAT), "Salam <b>", (Choice("menu", "Menyu"), Choice("help", "Kömək")), "1")


def test_library_itself_talks_to_the_emulator(api: BotApi) -> None:
    async def talk() -> str:
        async with Bot(TOKEN, base_url=f"{api.url}/bot") as bot:
            await bot.send_message(CHAT, "x")
            return str(bot.username)

    assert asyncio.run(talk()) == "emulated_bot"
    assert api.texts(CHAT) == ["x"]


def test_send_gives_plain_text_and_one_button_a_row(api: BotApi, vendor: Vendor) -> None:
    assert run(vendor, vendor.channel.send(OUT)) == "1"
    sent = api.sent[0]
    keyboard = json.loads(str(sent["reply_markup"]))["inline_keyboard"]
    assert sent["text"] == "Salam <b>"
    assert "parse_mode" not in sent
    assert [[button["callback_data"] for button in row] for row in keyboard] == [["menu"], ["help"]]


def test_picture_and_text_are_one_message(api: BotApi, vendor: Vendor) -> None:
    pictured = replace(OUT, picture="clock")
    assert run(vendor, vendor.channel.send(pictured)) == "1"
    sent = api.sent[0]
    assert api.calls == ["sendPhoto"]
    assert (sent["caption"], sent["photo"]) == ("Salam <b>", draw("clock"))
    assert len(json.loads(str(sent["reply_markup"]))["inline_keyboard"]) == 2


@pytest.mark.parametrize(
    ("text", "picture"),
    [("ə" * 1025, "clock"), ("x", "of another version")],
    ids=["a text too long for one", "a picture that is not there"],
)
def test_text_goes_without_its_picture(api: BotApi, vendor: Vendor, text: str, picture: str) -> None:
    run(vendor, vendor.channel.send(replace(OUT, text=text, picture=picture)))
    assert api.calls == ["sendMessage"]
    assert api.sent[0]["text"] == text


def test_picture_that_fails_is_tried_again_like_a_text(api: BotApi, vendor: Vendor) -> None:
    api.fails("sendPhoto", Fault(429, "Too Many Requests", 7))
    with pytest.raises(SendFailed) as failed:
        run(vendor, vendor.channel.send(replace(OUT, picture="house")))
    assert (failed.value.code, failed.value.retry_after) == ("429", 7.0)


ERRORS = {
    "too many": (Fault(429, "Too Many Requests", 7), ("429", True, 7.0, False)),
    "blocked": (Fault(403, "Forbidden: bot was blocked by the user"), ("403", False, None, True)),
    "deactivated": (Fault(403, "Forbidden: user is deactivated"), ("403", False, None, True)),
    "a bad request": (Fault(400, "Bad Request: message is too long"), ("400", False, None, False)),
    "no such chat": (Fault(400, "Bad Request: chat not found"), ("400", False, None, True)),
    "a proxy's page": (Fault(502), ("network", True, None, False)),
    "a server error": (Fault(500), ("network", True, None, False)),
    "a cut line": (Fault(cut=True), ("network", True, None, False)),
    "a conflict": (Fault(409, "Conflict: terminated by other getUpdates"), ("409", True, None, False)),
}


@pytest.mark.parametrize(("fault", "expected"), ERRORS.values(), ids=ERRORS)
def test_send_error_means(
    api: BotApi, vendor: Vendor, fault: Fault, expected: tuple[str, bool, float | None, bool]
) -> None:
    api.fails("sendMessage", fault)
    with pytest.raises(SendFailed) as failed:
        run(vendor, vendor.channel.send(OUT))
    error = failed.value
    assert (error.code, error.retryable, error.retry_after, error.stops_sender) == expected
    assert str(CHAT) not in str(error)


def test_wrong_token_loses_no_message(api: BotApi) -> None:
    wrong = build(TelegramSettings("700000000:wrong", api_base=api.url))
    with pytest.raises(SendFailed) as failed:
        run(wrong, wrong.channel.send(OUT))
    assert (failed.value.code, failed.value.retryable) == ("token", True)


def test_absent_server_is_retryable() -> None:
    absent = build(TelegramSettings(TOKEN, api_base="http://127.0.0.1:9"))
    with pytest.raises(SendFailed) as failed:
        run(absent, absent.channel.send(OUT))
    assert failed.value.retryable is True


async def _poll(vendor: Vendor, position: int) -> list[Polled]:
    assert vendor.poller is not None
    return [polled async for polled in vendor.poller.poll(position)]


def test_poll_gives_each_update_alone_with_the_next_position(api: BotApi, vendor: Vendor) -> None:
    api.says(CHAT, "bir")
    api.update(message={"chat": "broken"})
    api.says(CHAT, "iki", **{"from": {"id": CHAT, "first_name": "x"}})
    polled = run(vendor, _poll(vendor, 0))
    assert [one.position for one in polled] == [1002, 1003, 1004]
    assert [one.text for one in polled[0].decode() if hasattr(one, "text")] == ["bir"]
    with pytest.raises(MalformedUpdate):
        polled[1].decode()
    assert [one.text for one in polled[2].decode() if hasattr(one, "text")] == ["iki"]


def test_poll_confirms_only_what_lies_before_the_position(api: BotApi, vendor: Vendor) -> None:
    api.says(CHAT, "bir")
    api.says(CHAT, "iki")
    assert len(run(vendor, _poll(vendor, 0))) == 2
    assert len(run(vendor, _poll(vendor, 0))) == 2
    assert [one.position for one in run(vendor, _poll(vendor, 1002))] == [1003]


def test_poll_stops_a_pressed_button_spinning(api: BotApi, vendor: Vendor) -> None:
    api.presses(CHAT, "menu")
    run(vendor, _poll(vendor, 0))
    assert "answerCallbackQuery" in api.calls


@pytest.mark.parametrize(
    "fault", [Fault(409, "Conflict: x"), Fault(502), Fault(429, "x", 3)], ids=["conflict", "page", "429"]
)
def test_poll_error_is_retryable(api: BotApi, vendor: Vendor, fault: Fault) -> None:
    api.fails("getUpdates", fault)
    with pytest.raises(SendFailed) as failed:
        run(vendor, _poll(vendor, 0))
    assert failed.value.retryable is True


def test_start_sets_the_webhook_with_its_secret_and_drops_nothing(api: BotApi) -> None:
    settings = TelegramSettings(TOKEN, SECRET, api.url, "https://helpline.example.org/")
    vendor = build(settings)
    assert vendor.start is not None
    run(vendor, vendor.start())
    assert api.webhook["url"] == f"https://helpline.example.org{PATH}"
    assert api.webhook["secret_token"] == SECRET
    assert str(api.webhook.get("drop_pending_updates", "false")).lower() == "false"
    assert vendor.poller is None


def test_start_without_a_public_url_removes_the_webhook(api: BotApi, vendor: Vendor) -> None:
    assert vendor.start is not None
    api.webhook = {"url": "x"}
    run(vendor, vendor.start())
    assert api.webhook == {}
    assert vendor.routes == ()


# --- deleting


@pytest.mark.parametrize(
    ("number", "kept"), [(7, "7"), (True, None), ("7", None), (0, None), (-3, None), (1 << 40, None)]
)
def test_message_carries_its_id_in_the_thread(number: object, kept: str | None) -> None:
    assert read_update({"update_id": 7, "message": {**message(text="x"), "message_id": number}}).thread_id == kept


def test_button_has_no_message_of_its_own_in_the_thread() -> None:
    pressed = {"id": "q", "from": PERSON, "data": "menu", "message": message(text="x")}
    assert read_update({"update_id": 7, "callback_query": pressed}).thread_id is None


def written(api: BotApi, messages: int) -> tuple[str, ...]:
    for number in range(messages):
        api.says(CHAT, f"{number}")
    return tuple(str(number) for number in api.threads[CHAT])


@pytest.mark.parametrize(("messages", "calls"), [(1, 1), (100, 1), (101, 2), (250, 3)])
def test_wipe_deletes_a_hundred_messages_a_call(api: BotApi, vendor: Vendor, messages: int, calls: int) -> None:
    ids = written(api, messages)
    run(vendor, vendor.channel.wipe(str(CHAT), ids))
    assert api.threads[CHAT] == {}
    assert api.calls.count("deleteMessages") == calls


def test_wipe_deletes_both_sides(api: BotApi, vendor: Vendor) -> None:
    async def talk() -> None:
        sent = await vendor.channel.send(OUT)
        await vendor.channel.wipe(str(CHAT), (*ids, sent))

    ids = written(api, 2)
    run(vendor, talk())
    assert api.threads[CHAT] == {}


def test_wipe_leaves_what_is_too_old_and_deletes_the_rest(api: BotApi, vendor: Vendor) -> None:
    ids = written(api, 3)
    api.now += DELETABLE_SECONDS
    newer = written(api, 2)
    run(vendor, vendor.channel.wipe(str(CHAT), newer))
    assert tuple(map(str, api.threads[CHAT])) == ids


def test_wipe_of_forged_and_vanished_ids_is_no_failure(api: BotApi, vendor: Vendor) -> None:
    ids = written(api, 2)
    run(vendor, vendor.channel.wipe(str(CHAT), ("999999", "-5", "sim-3", "", *ids)))
    run(vendor, vendor.channel.wipe(str(CHAT), ids))
    run(vendor, vendor.channel.wipe(str(CHAT), ()))
    assert api.threads[CHAT] == {}


def test_wipe_touches_nobody_elses_thread(api: BotApi, vendor: Vendor) -> None:
    ids = written(api, 2)
    api.says(CHAT + 1, "x")
    run(vendor, vendor.channel.wipe(str(CHAT), (*ids, *map(str, api.threads[CHAT + 1]))))
    assert len(api.threads[CHAT + 1]) == 1


@pytest.mark.parametrize(
    "fault", [Fault(429, "Too Many Requests", 7), Fault(502), Fault(cut=True), Fault(403, "Forbidden: bot was blocked")]
)
def test_wipe_that_fails_is_told(api: BotApi, vendor: Vendor, fault: Fault) -> None:
    ids = written(api, 2)
    api.fails("deleteMessages", fault)
    with pytest.raises(SendFailed) as failed:
        run(vendor, vendor.channel.wipe(str(CHAT), ids))
    assert failed.value.retryable is (fault.status != 403)
    assert len(api.threads[CHAT]) == 2


def test_typing_is_shown_in_the_chat(api: BotApi, vendor: Vendor) -> None:
    assert vendor.show_typing is not None
    asyncio.run(_shown(vendor, "700000001"))
    assert (api.actions, api.sent) == ([(700000001, "typing")], [])


def test_typing_that_is_refused_says_so(api: BotApi, vendor: Vendor) -> None:
    api.fails("sendChatAction", Fault(403, "Forbidden: bot was blocked by the user"))
    with pytest.raises(SendFailed) as refused:
        asyncio.run(_shown(vendor, "700000001"))
    assert refused.value.code == "403"


async def _shown(vendor: Vendor, address: str) -> None:
    assert vendor.show_typing is not None
    try:
        await vendor.show_typing(address)
    finally:
        assert vendor.stop is not None
        await vendor.stop()
