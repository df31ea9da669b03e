"""The queue: who waits, and taking a case."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.asked_pages import asked_fields
from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May
from helpline.accounts import Account, SignedIn
from helpline.ports import CaseAlreadyTaken, NotFound
from store import live, pages


class QueuePages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route("/", guarded(May.SEE_QUEUE, self.queue), methods=["GET"]),
            Route("/take-next", guarded(May.TAKE_NEXT, self.take_next), methods=["POST"]),
            Route("/cases/{case:int}/take", guarded(May.TAKE_ANY, self.take), methods=["POST"]),
        ]

    async def queue(self, request: Request, who: SignedIn) -> Response:
        return await self._queue(request, who)

    async def _queue(self, request: Request, who: SignedIn, error: str | None = None, status: int = 200) -> Response:
        lists = await to_thread.run_sync(self._lists, who.account)
        return self._showing.page("queue.html", self._showing.words(request, who), status, who, error=error, **lists)

    def _lists(self, account: Account) -> dict[str, object]:
        counsellor = account.id
        with self._parts.database.reading() as db:
            held = pages.all_held(db)
            return {
                "waiting": pages.queue(db),
                "mine": pages.mine_first(
                    (row for row in held if row.case.holder == counsellor), self._parts.clock.now()
                ),
                "others": [row for row in held if row.case.holder != counsellor],
                "lists": live.lists_of(db, counsellor),
                **asked_fields(db, self._parts.database.vault, account, self._parts.clock.now()),
            }

    async def take_next(self, request: Request, who: SignedIn) -> Response:
        """The most pressing case; when somebody was quicker, the next one."""
        taken = await to_thread.run_sync(self._take_next, who.account.id)
        if taken is None:
            return await self._queue(request, who, "queue.empty_now")
        return RedirectResponse(f"/cases/{taken}", 303)

    def _take_next(self, counsellor: int) -> int | None:
        with self._parts.database.reading() as db:
            waiting = pages.next_waiting(db)
        for case in waiting:
            try:
                return self._parts.desk.take(case, counsellor).id
            except CaseAlreadyTaken:
                continue
        return None

    async def take(self, request: Request, who: SignedIn) -> Response:
        case = int(request.path_params["case"])
        try:
            await to_thread.run_sync(self._parts.desk.take, case, who.account.id)
        except CaseAlreadyTaken:
            return await self._queue(request, who, "queue.taken_already", 409)
        except NotFound:
            return PlainTextResponse("", 404)
        return RedirectResponse(f"/cases/{case}", 303)
