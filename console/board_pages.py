"""The supervisor's live board, and the load of the last days."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May
from helpline.accounts import SignedIn
from helpline.handover import HandOver, StillHere
from helpline.ports import NotFound
from helpline.supervising import supervision
from store.supervision_board import board, load


class BoardPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._hand_over = HandOver(parts.database, parts.book, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route("/board", guarded(May.SEE_BOARD, self.board), methods=["GET"]),
            Route("/board/load", guarded(May.SEE_BOARD, self.load), methods=["GET"]),
            Route("/board/sign-off", guarded(May.SEE_BOARD, self.sign_off), methods=["POST"]),
        ]

    async def board(self, request: Request, who: SignedIn) -> Response:
        return await self._board(request, who)

    async def _board(self, request: Request, who: SignedIn, error: str | None = None, status: int = 200) -> Response:
        seen = await to_thread.run_sync(board, self._parts.database, self._parts.clock.now())
        words, limit = self._showing.words(request, who), supervision().hard_cases
        return self._showing.page("board.html", words, status, who, here="/board", board=seen, limit=limit, error=error)

    async def load(self, request: Request, who: SignedIn) -> Response:
        now, days = self._parts.clock.now(), supervision().load_days
        shown, rows = await to_thread.run_sync(load, self._parts.database, now, days)
        words = self._showing.words(request, who)
        return self._showing.page("load.html", words, 200, who, here="/board", days=shown, rows=rows)

    async def sign_off(self, request: Request, who: SignedIn) -> Response:
        """Sign off somebody who left: what has no next step goes back to the queue."""
        asked = str((await request.form()).get("counsellor", ""))
        if not asked.isascii() or not asked.isdigit() or len(asked) > 11:
            return PlainTextResponse("", 400)
        try:
            left = await to_thread.run_sync(self._hand_over.sign_off_for, who.account, int(asked))
        except StillHere:
            return await self._board(request, who, "board.still_here", 409)
        except NotFound:
            return PlainTextResponse("", 404)
        return RedirectResponse(f"/handover/{left}", 303)
