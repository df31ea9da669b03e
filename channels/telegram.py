"""Telegram through python-telegram-bot: settings, sending, webhook, polling. Updates: telegram_updates."""

from __future__ import annotations

import asyncio
import hmac
import json
import warnings
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ChatAction
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from channels.telegram_updates import ALLOWED, CHANNEL, read_update
from channels.vendor import Acknowledgement, Polled, Posted, Rate, Route, Vendor
from helpline.messages import Choice, ForgedUpdate, InboundMessage, MalformedUpdate, OutgoingMessage, SendFailed
from helpline.pictures import NoSuchPicture, draw

PATH: Final = "/telegram"
SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"  # noqa: S105  # the name of a header
# Telegram's limits: 30 messages a second, one a second to one chat.
RATE: Final = Rate(per_second=30, seconds_per_address=1)
# Thirty a second, of which some wait for the second between two messages to one chat.
_AT_ONCE: Final = 16
POLL_SECONDS: Final = 25
# As many messages as Telegram deletes at a time.
BATCH: Final = 100
# The longest text under a picture.
CAPTION: Final = 1024
_TIMEOUT: Final = 10.0
_GONE: Final = ("chat not found", "user is deactivated", "bot was blocked", "peer_id_invalid", "bot can't initiate")


@dataclass(frozen=True)
class TelegramSettings:
    """`api_base`: an origin, without /bot. With `public_url` Telegram posts to us and proves itself by the secret."""

    token: str = field(repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    api_base: str = "https://api.telegram.org"
    public_url: str | None = None


class TelegramChannel:
    """Telegram's sending side. Texts go as plain text: what a person typed can never become markup."""

    name = CHANNEL

    def __init__(self, settings: TelegramSettings) -> None:
        # The library would rather parse updates itself, and change the type of a number: both are as we want them.
        warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'")
        warnings.filterwarnings("ignore", message=".*attribute `retry_after` will be of type")
        self._settings = settings
        self._bots: dict[asyncio.AbstractEventLoop, Bot] = {}
        self._requests: dict[asyncio.AbstractEventLoop, tuple[HTTPXRequest, HTTPXRequest]] = {}

    async def bot(self) -> Bot:
        """The bot of the running loop: its connections belong to a loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._bots:
            request = HTTPXRequest(
                connection_pool_size=16, read_timeout=_TIMEOUT, connect_timeout=_TIMEOUT, pool_timeout=5
            )
            patient = HTTPXRequest(
                connection_pool_size=2, read_timeout=POLL_SECONDS + _TIMEOUT, connect_timeout=_TIMEOUT
            )
            base = f"{self._settings.api_base.rstrip('/')}/bot"
            self._bots[loop] = Bot(self._settings.token, base_url=base, request=request, get_updates_request=patient)
            self._requests[loop] = (request, patient)
            for one in self._requests[loop]:
                await one.initialize()
        return self._bots[loop]

    async def stop(self) -> None:
        """Close the running loop's connections."""
        loop = asyncio.get_running_loop()
        self._bots.pop(loop, None)
        for request in self._requests.pop(loop, ()):
            await request.shutdown()

    async def send(self, message: OutgoingMessage) -> str:
        """Send one message; return Telegram's id of it. Raise SendFailed."""
        bot = await self.bot()
        try:
            sent = await (_send_picture if _goes_under_a_picture(message) else _send_text)(bot, message)
        except TelegramError as error:
            raise _failure(error) from None
        return str(sent.message_id)

    async def show_typing(self, address: str) -> None:
        """Telegram shows it for five seconds, or until the next message. Raise SendFailed."""
        bot = await self.bot()
        try:
            await bot.send_chat_action(address, ChatAction.TYPING)
        except TelegramError as error:
            raise _failure(error) from None

    async def wipe(self, address: str, ids: tuple[str, ...]) -> None:
        """Delete messages of both sides, a hundred a call; a batch that Telegram refuses is gone through one by one.

        It refuses a whole batch for one message that is older than 48 hours.
        """
        bot, numbers = await self.bot(), [int(number) for number in ids if number.isdecimal()]
        for batch in (numbers[at : at + BATCH] for at in range(0, len(numbers), BATCH)):
            try:
                await bot.delete_messages(address, batch)
            except BadRequest as refused:
                if _failure(refused).stops_sender:
                    raise _failure(refused) from None
                await self._wipe_each(bot, address, batch)
            except TelegramError as error:
                raise _failure(error) from None

    async def _wipe_each(self, bot: Bot, address: str, numbers: Sequence[int]) -> None:
        for number in numbers:
            try:
                await bot.delete_message(address, number)
            except BadRequest:
                continue  # gone already, or too old: nothing that we could still do
            except TelegramError as error:
                raise _failure(error) from None

    async def start(self) -> None:
        """Tell Telegram where to post, or that we poll. Nothing that waits is dropped. Raise SendFailed."""
        bot = await self.bot()
        try:
            if self._settings.public_url is None:
                await bot.delete_webhook(drop_pending_updates=False)
                return
            await bot.set_webhook(
                f"{self._settings.public_url.rstrip('/')}{PATH}",
                secret_token=self._settings.webhook_secret,
                allowed_updates=list(ALLOWED),
                drop_pending_updates=False,
            )
        except TelegramError as error:
            raise _failure(error) from None


class TelegramPoller:
    """Raw getUpdates. An update is confirmed by asking for what follows it, so only what was committed is confirmed."""

    def __init__(self, channel: TelegramChannel) -> None:
        self._channel = channel

    async def poll(self, position: int) -> AsyncIterator[Polled]:
        """Yield what came after `position`, each update to be read alone. Raise SendFailed."""
        bot = await self._channel.bot()
        asked = {"offset": position, "timeout": POLL_SECONDS, "allowed_updates": list(ALLOWED)}
        try:
            updates = await bot.do_api_request("getUpdates", api_kwargs=asked, read_timeout=POLL_SECONDS + _TIMEOUT)
        except TelegramError as error:
            raise _failure(error) from None
        for update in updates if isinstance(updates, list) else []:
            number = update.get("update_id") if isinstance(update, Mapping) else None
            if isinstance(number, int):
                await answer_button(bot, update)
                yield Polled(number + 1, partial(_read_one, update))


def _read_one(update: object) -> Sequence[InboundMessage]:
    return [read_update(update)]


async def answer_button(bot: Bot, update: Mapping[str, object]) -> None:
    """Let a pressed button stop spinning; that it could not be is nothing to anybody."""
    query = update.get("callback_query")
    if isinstance(query, Mapping) and isinstance(query.get("id"), str):
        try:
            await bot.answer_callback_query(query["id"])
        except TelegramError:
            return


def stop_spinning(posted: Posted) -> Acknowledgement:
    """The same for a webhook: Telegram takes one call as the answer to its post, so no request of ours is needed."""
    update = _parsed(posted.body)
    query = update.get("callback_query") if isinstance(update, Mapping) else None
    if not isinstance(query, Mapping) or not isinstance(query.get("id"), str):
        return Acknowledgement()
    called = {"method": "answerCallbackQuery", "callback_query_id": query["id"]}
    return Acknowledgement(json.dumps(called), "application/json")


def build(settings: TelegramSettings) -> Vendor:
    """Register Telegram: a webhook with a public URL, polling without."""
    channel = TelegramChannel(settings)
    vendor = Vendor(
        channel, RATE, start=channel.start, stop=channel.stop, at_once=_AT_ONCE, show_typing=channel.show_typing
    )
    if settings.public_url is None:
        return replace(vendor, poller=TelegramPoller(channel))
    return replace(vendor, routes=(Route(PATH, decoder(settings.webhook_secret), answer=stop_spinning),))


def decoder(secret: str | None) -> Callable[[Posted], Sequence[InboundMessage]]:
    """Return the webhook's decode. Without a secret nothing can be proved and everything is refused."""

    def decode(posted: Posted) -> Sequence[InboundMessage]:
        shown = posted.headers.get(SECRET_HEADER, "")
        if not secret or not hmac.compare_digest(shown.encode(), secret.encode()):
            raise ForgedUpdate("secret")
        return [read_update(_parsed(posted.body))]

    return decode


def _parsed(body: bytes) -> object:
    try:
        parsed: object = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedUpdate("json") from None
    return parsed


def _goes_under_a_picture(message: OutgoingMessage) -> bool:
    """Picture and text are one message, so that a retry repeats neither; a text too long for that goes without."""
    return message.picture is not None and len(message.text.encode("utf-16-le")) // 2 <= CAPTION


async def _send_picture(bot: Bot, message: OutgoingMessage) -> Message:
    try:
        drawn = await asyncio.to_thread(draw, str(message.picture))
    except NoSuchPicture:  # of another version: its text is what counts
        return await _send_text(bot, message)
    keyboard = _keyboard(message.choices)
    return await bot.send_photo(message.address, drawn, caption=message.text, reply_markup=keyboard)


async def _send_text(bot: Bot, message: OutgoingMessage) -> Message:
    return await bot.send_message(
        chat_id=message.address,
        text=message.text,
        reply_markup=_keyboard(message.choices),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )


def _keyboard(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """One button a row: labels are sentences in two languages, and thumbs are on small screens."""
    if not choices:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(choice.label, callback_data=choice.code)] for choice in choices])


def _failure(error: TelegramError) -> SendFailed:
    """What an error of Telegram means for the message. BadRequest is a NetworkError to the library: it comes first."""
    if isinstance(error, RetryAfter):
        after = error.retry_after
        seconds = after.total_seconds() if isinstance(after, timedelta) else float(after)
        return SendFailed("429", retryable=True, retry_after=seconds)
    if isinstance(error, Forbidden):
        return SendFailed("403", retryable=False, stops_sender=True)
    if isinstance(error, (BadRequest, ChatMigrated)):
        gone = any(words in str(error).lower() for words in _GONE)
        return SendFailed("400", retryable=False, stops_sender=gone)
    # A wrong token is ours to repair: nobody's message may be lost by it.
    if isinstance(error, InvalidToken):
        return SendFailed("token", retryable=True, retry_after=None)
    if isinstance(error, Conflict):
        return SendFailed("409", retryable=True)
    if isinstance(error, TimedOut):
        return SendFailed("timeout", retryable=True)
    return SendFailed("network" if isinstance(error, NetworkError) else "telegram", retryable=True)
