"""A Telegram Bot API of our own on the loopback: what real clients call, with the faults that the real one has.

Shapes are those of the public Bot API documentation. It keeps updates until they are confirmed by a later offset, as
the real one does.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.services import free_port

TOKEN = "700000000:emulated-token"
DELETABLE_SECONDS = 48 * 60 * 60
JsonObject = dict[str, object]


@dataclass(frozen=True)
class Fault:
    """What the next call of `method` meets: status and description, a wait, or a cut line."""

    status: int = 200
    description: str = ""
    retry_after: int | None = None
    delay: float = 0.0
    cut: bool = False


@dataclass
class BotApi:
    """What was sent, what waits to be fetched, what is scripted to fail."""

    url: str = ""
    sent: list[JsonObject] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    # Chat and action of each sendChatAction: "typing" is shown for five seconds.
    actions: list[tuple[int, str]] = field(default_factory=list)
    webhook: JsonObject = field(default_factory=dict)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    updates: list[JsonObject] = field(default_factory=list)
    # What each chat shows: the time of each message by its id. `now` moves only when told.
    threads: dict[int, dict[int, int]] = field(default_factory=dict)
    now: int = 1760000000
    newest: int = 0
    number: int = 1000
    lock: threading.Lock = field(default_factory=threading.Lock)

    # --- what people do

    def says(self, chat: int, text: str, **fields: object) -> JsonObject:
        return self.update(message={**self._message(chat), "text": text, **fields})

    def sends(self, chat: int, **content: object) -> JsonObject:
        return self.update(message={**self._message(chat), **content})

    def presses(self, chat: int, data: str) -> JsonObject:
        who = {"id": chat, "type": "private", "first_name": "x"}
        message = {"message_id": 1, "date": 1760000000, "chat": who, "from": _person(chat), "text": "x"}
        query = {"id": f"q{self.number}", "from": _person(chat), "chat_instance": "1", "data": data, "message": message}
        return self.update(callback_query=query)

    def edits(self, chat: int, text: str) -> JsonObject:
        newest = max(self.threads.get(chat) or {self._shown(chat): 0})
        who = {"id": chat, "type": "private", "first_name": "x"}
        message = {"message_id": newest, "date": self.now, "chat": who, "from": _person(chat)}
        return self.update(edited_message={**message, "edit_date": 1760000001, "text": text})

    def blocks(self, chat: int, status: str = "kicked") -> JsonObject:
        member = {"status": status, "user": {"id": 1, "is_bot": True, "first_name": "bot"}}
        chat_of = {"id": chat, "type": "private"}
        change = {"chat": chat_of, "from": _person(chat), "date": 1760000000, "new_chat_member": member}
        return self.update(my_chat_member=change)

    def update(self, **content: object) -> JsonObject:
        with self.lock:
            self.number += 1
            update: JsonObject = {"update_id": self.number, **content}
            self.updates.append(update)
        return update

    def _message(self, chat: int) -> JsonObject:
        who = {"id": chat, "type": "private", "first_name": "x"}
        return {"message_id": self._shown(chat), "date": self.now, "chat": who, "from": _person(chat)}

    def _shown(self, chat: int) -> int:
        """The id of a new message; ids of a bot's private chats are one row of numbers, as the real ones are."""
        with self.lock:
            self.newest += 1
            self.threads.setdefault(chat, {})[self.newest] = self.now
            return self.newest

    def fails(self, method: str, *faults: Fault) -> None:
        self.faults.setdefault(method, deque()).extend(faults)

    def texts(self, chat: int) -> list[str]:
        with self.lock:
            return [str(one["text"]) for one in self.sent if str(one["chat_id"]) == str(chat)]

    def post(self, update: JsonObject, url: str, secret: str) -> httpx.Response:
        """Deliver an update as Telegram posts it."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        return httpx.post(url, json=update, headers=headers, timeout=10, trust_env=False)

    # --- what clients call

    async def call(self, request: Request) -> Response:
        method = request.path_params["method"]
        if request.path_params["token"] != TOKEN:
            return _refusal(401, "Unauthorized")
        asked = await _parameters(request)
        with self.lock:
            self.calls.append(method)
            waiting = self.faults.get(method)
            fault = waiting.popleft() if waiting else None
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.cut:
                raise ConnectionResetError
            if fault.status != 200:
                return _fault(fault)
        return await self._answer(method, asked)

    async def _answer(self, method: str, asked: JsonObject) -> Response:
        if method == "getUpdates":
            return _result(await self._poll(asked))
        if method == "sendMessage":
            return _result(self._send(asked))
        if method in ("deleteMessage", "deleteMessages"):
            return self._delete(method, asked)
        if method == "sendPhoto":
            return _result(self._send_photo(asked))
        if method == "setWebhook":
            self.webhook = asked
        if method == "deleteWebhook":
            self.webhook = {}
        if method == "getMe":
            return _result({"id": 1, "is_bot": True, "first_name": "bot", "username": "emulated_bot"})
        if method == "sendChatAction":
            self.actions.append((int(str(asked["chat_id"])), str(asked["action"])))
            return _result(True)
        known = ("setWebhook", "deleteWebhook", "answerCallbackQuery", "setMyCommands")
        return _result(True) if method in known else _refusal(404, "Not Found")

    def _send(self, asked: JsonObject) -> JsonObject:
        with self.lock:
            self.sent.append({**asked, "at": time.monotonic()})
        number = self._shown(int(str(asked["chat_id"])))
        chat = {"id": int(str(asked["chat_id"])), "type": "private", "first_name": "x"}
        return {"message_id": number, "date": 1760000000, "chat": chat, "text": asked["text"]}

    def _delete(self, method: str, asked: JsonObject) -> Response:
        """One to a hundred of a chat's messages; what is not found is passed over by deleteMessages alone.

        One message of 48 hours or more, and none of the batch is deleted.
        """
        chat = int(str(asked["chat_id"]))
        wanted = json.loads(str(asked.get("message_ids", f"[{asked.get('message_id')}]")))
        if not 1 <= len(wanted) <= 100:
            return _refusal(400, "Bad Request: message identifiers are not specified or too many")
        with self.lock:
            shown = self.threads.get(chat, {})
            if method == "deleteMessage" and wanted[0] not in shown:
                return _refusal(400, "Bad Request: message to delete not found")
            if any(self.now - shown[one] >= DELETABLE_SECONDS for one in wanted if one in shown):
                return _refusal(400, "Bad Request: message can't be deleted")
            for one in wanted:
                shown.pop(one, None)
        return _result(True)

    def _send_photo(self, asked: JsonObject) -> JsonObject:
        made = self._send({**asked, "text": asked.get("caption", "")})
        size = [{"file_id": "f", "file_unique_id": "u", "width": 800, "height": 450}]
        return {key: value for key, value in made.items() if key != "text"} | {"photo": size, "caption": made["text"]}

    async def _poll(self, asked: JsonObject) -> list[JsonObject]:
        """Confirm what lies before the offset, then wait for what follows."""
        offset = int(str(asked.get("offset") or 0))
        over = time.monotonic() + min(int(str(asked.get("timeout") or 0)), 2)
        while True:
            with self.lock:
                self.updates = [one for one in self.updates if int(str(one["update_id"])) >= offset]
                found = self.updates[:100]
            if found or time.monotonic() > over:
                return found
            await asyncio.sleep(0.02)


def _person(chat: int) -> JsonObject:
    return {"id": chat, "is_bot": False, "first_name": "x", "language_code": "az"}


async def _parameters(request: Request) -> JsonObject:
    if request.headers.get("content-type", "").startswith("application/json"):
        return dict(await request.json())
    async with request.form() as form:
        return {key: value if isinstance(value, str) else await value.read() for key, value in form.items()}


def _result(result: object) -> Response:
    return JSONResponse({"ok": True, "result": result})


def _refusal(status: int, description: str) -> Response:
    return JSONResponse({"ok": False, "error_code": status, "description": description}, status)


def _fault(fault: Fault) -> Response:
    if fault.status >= 500:
        return PlainTextResponse("<html>bad gateway</html>", fault.status, media_type="text/html")
    body: JsonObject = {"ok": False, "error_code": fault.status, "description": fault.description}
    if fault.retry_after is not None:
        body["parameters"] = {"retry_after": fault.retry_after}
    return Response(json.dumps(body), fault.status, media_type="application/json")


@contextlib.contextmanager
def bot_api() -> Iterator[BotApi]:
    """Serve an emulated Bot API on a free loopback port."""
    api = BotApi()
    app = Starlette(routes=[Route("/bot{token}/{method}", api.call, methods=["GET", "POST"])])
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    api.url = f"http://127.0.0.1:{port}"
    try:
        yield api
    finally:
        server.should_exit = True
        thread.join(10)
