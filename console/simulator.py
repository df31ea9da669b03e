"""Two phones for trying it out, in development: what is written on them goes the way of a real vendor's messages."""

from __future__ import annotations

import re
import secrets

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline import segments
from helpline.messages import InboundMessage, Kind
from helpline.pictures import NoSuchPicture, draw
from store.phone_pages import phone_of

CHANNELS = {"telegram": "telegram_simulator", "sms": "sms_simulator"}
COOKIE = "helpline_phone_"
_ADDRESS = re.compile(r"[A-Za-z0-9_-]{6,40}")


class SimulatorPages:
    """A phone is known by a random address in its browser's cookie; only that address shows its messages."""

    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door

    async def page(self, request: Request) -> Response:
        who = await self._door.who(request)
        addresses = {phone: _address(request, phone) or f"sim-{secrets.token_urlsafe(9)}" for phone in CHANNELS}
        screens = {phone: await self._bubbles(phone, address) for phone, address in addresses.items()}
        answer = self._showing.page("simulator.html", self._showing.words(request, who), 200, who, phones=screens)
        for phone, address in addresses.items():
            answer.set_cookie(f"{COOKIE}{phone}", address, httponly=True, samesite="strict")
        return answer

    async def _bubbles(self, phone: str, address: str) -> list[dict[str, object]]:
        bubbles, _ = await to_thread.run_sync(phone_of, self._parts.database, CHANNELS[phone], address)
        return [{"said": bubble, "size": segments.count(bubble.text)} for bubble in bubbles]

    async def screen(self, request: Request) -> Response:
        """One phone's messages, as a part of the page."""
        phone = request.path_params["phone"]
        if phone not in CHANNELS:
            return PlainTextResponse("", 404)
        address = _address(request, phone)
        bubbles = await self._bubbles(phone, address) if address else []
        words = self._showing.words(request, await self._door.who(request))
        return self._showing.page("phone.html", words, phone=phone, bubbles=bubbles)

    async def say(self, request: Request) -> Response:
        """A message or a pressed button of one phone."""
        phone, form = request.path_params["phone"], await request.form()
        address = _address(request, phone) if phone in CHANNELS else None
        code, text = str(form.get("choice", ""))[:64], str(form.get("text", ""))[:4096]
        if address is not None and (code or text.strip()):
            kind = Kind.CHOICE if code else Kind.TEXT
            external_id = f"sim-{secrets.token_urlsafe(12)}"
            number = None if code or phone == "sms" else external_id
            message = InboundMessage(CHANNELS[phone], address, external_id, kind, text, code or None, thread_id=number)
            await to_thread.run_sync(self._parts.receive, message)
        return RedirectResponse("/simulator", 303)

    async def picture(self, request: Request) -> Response:
        """A drawing, as Telegram would show it."""
        try:
            drawn = await to_thread.run_sync(draw, request.path_params["name"])
        except NoSuchPicture:
            return PlainTextResponse("", 404)
        return Response(drawn, media_type="image/png")

    async def new_person(self, request: Request) -> Response:
        phone = request.path_params["phone"]
        answer = RedirectResponse("/simulator", 303)
        if phone in CHANNELS:
            answer.delete_cookie(f"{COOKIE}{phone}")
        return answer


def _address(request: Request, phone: str) -> str | None:
    kept = request.cookies.get(f"{COOKIE}{phone}", "")
    return kept if _ADDRESS.fullmatch(kept) else None
