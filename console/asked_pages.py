"""Answers to what a colleague asks: taking a case over, signing its closing. And the part of the queue that shows them."""

from __future__ import annotations

from collections.abc import Callable

from anyio import to_thread
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May
from helpline.accounts import Account, SignedIn
from helpline.closing import Closing, NoReasonGiven, NotASecond, PersonWrote
from helpline.ports import NotFound
from helpline.transfers import NotAReceiver, Transfers
from store.asked_pages import offers_to, to_sign
from store.sealing import Vault

LONGEST_REASON = 1000


def asked_fields(db: Connection, vault: Vault, account: Account) -> dict[str, object]:
    """What the queue's page shows of what colleagues ask of this person."""
    return {"offers": offers_to(db, vault, account), "signings": to_sign(db, vault, account)}


class AskedPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._transfers = Transfers(parts.database, parts.book, parts.clock, parts.bell)
        self._closing = Closing(parts.database, parts.book, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        answer, sign = May.ANSWER_TRANSFER, May.SIGN_CLOSING
        return [
            Route("/transfers/{number:int}/accept", guarded(answer, self.accept), methods=["POST"]),
            Route("/transfers/{number:int}/refuse", guarded(answer, self.refuse), methods=["POST"]),
            Route("/sign-offs/{number:int}/sign", guarded(sign, self.sign), methods=["POST"]),
            Route("/sign-offs/{number:int}/refuse", guarded(sign, self.refuse_to_sign), methods=["POST"]),
        ]

    async def accept(self, request: Request, who: SignedIn) -> Response:
        number = int(request.path_params["number"])
        return await self._answered(request, who, lambda: f"/cases/{self._transfers.accept(number, who.account.id)}")

    async def refuse(self, request: Request, who: SignedIn) -> Response:
        number, why = int(request.path_params["number"]), await _why(request)
        return await self._answered(request, who, lambda: self._to_queue(self._transfers.refuse, number, who, why))

    async def sign(self, request: Request, who: SignedIn) -> Response:
        number = int(request.path_params["number"])

        def signed() -> str:
            self._closing.sign(number, who.account.id)
            return "/"

        return await self._answered(request, who, signed)

    async def refuse_to_sign(self, request: Request, who: SignedIn) -> Response:
        number, why = int(request.path_params["number"]), await _why(request)
        return await self._answered(request, who, lambda: self._to_queue(self._closing.refuse, number, who, why))

    def _to_queue(self, refuse: Callable[[int, int, str], int], number: int, who: SignedIn, why: str) -> str:
        refuse(number, who.account.id, why)
        return "/"

    async def _answered(self, request: Request, who: SignedIn, answer: Callable[[], str]) -> Response:
        try:
            return RedirectResponse(await to_thread.run_sync(answer), 303)
        except NoReasonGiven:
            error, status = "asked.reason_needed", 400
        except PersonWrote:
            error, status = "asked.person_wrote", 409
        except (NotFound, NotASecond, NotAReceiver):
            error, status = "asked.over", 409
        return self._showing.page("asked_over.html", self._showing.words(request, who), status, who, error=error)


async def _why(request: Request) -> str:
    return str((await request.form()).get("why", ""))[:LONGEST_REASON]
