"""The queue: who waits, why they are where they are, and taking a case."""

from __future__ import annotations

import secrets
from datetime import datetime

from anyio import to_thread
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.asked_pages import asked_fields
from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May, about, about_case, rules, sees_sealed
from helpline.accounts import Account, SignedIn
from helpline.ports import CaseAlreadyTaken, NotFound
from helpline.queueing import Turned
from helpline.taking import Taking
from store import live, pages
from store.queue_lists import queue_page
from store.supervision_pages import first_shown


class NotAllowed(Exception):
    """This account takes the next case, not one of its choice."""


class QueuePages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._taking = Taking(parts.database, parts.book, parts.clock, parts.bell)

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
        words = self._showing.words(request, who)
        key = secrets.token_urlsafe(12)
        return self._showing.page("queue.html", words, status, who, error=error, form_key=key, **lists)

    def _lists(self, account: Account) -> dict[str, object]:
        database, now = self._parts.database, self._parts.clock.now()
        with database.reading() as db:
            lists = live.lists_of(db, account.id, sees_sealed=sees_sealed(account))
            held = pages.all_held(db)
            return {
                "queue": queue_page(db, database.vault, account, now),
                "mine": pages.mine_first((row for row in held if row.case.holder == account.id), now),
                "others": [row for row in held if row.case.holder != account.id and _may_know(account, row)],
                "sealed_others": sum(row.case.holder != account.id and not _may_know(account, row) for row in held),
                "lists": lists,
                "picks": rules().allows(May.TAKE_ANY, about(account)),
                **self._words_of_colleagues(db, account, now),
            }

    def _words_of_colleagues(self, db: Connection, account: Account, now: datetime) -> dict[str, object]:
        """What colleagues wrote of persons: for those alone who may have to do with them."""
        if not self._door.may_touch(account):
            return {"offers": [], "signings": [], "summaries": (), "break_offer": None}
        vault = self._parts.database.vault
        return {**asked_fields(db, vault, account), **first_shown(db, vault, account, now)}

    async def take_next(self, request: Request, who: SignedIn) -> Response:
        """The most pressing case; when somebody was quicker, the next one."""
        key = str((await request.form()).get("key", ""))[:40]
        found = await to_thread.run_sync(self._taking.next, who.account, key)
        if isinstance(found, Turned):
            return await self._queue(request, who, f"queue.turned.{found.value}")
        return RedirectResponse(f"/cases/{found}", 303)

    async def take(self, request: Request, who: SignedIn) -> Response:
        case = int(request.path_params["case"])
        try:
            await to_thread.run_sync(self._take, case, who.account)
        except CaseAlreadyTaken:
            return await self._queue(request, who, "queue.taken_already", 409)
        except NotAllowed:
            return PlainTextResponse("", 403)
        except NotFound:
            return PlainTextResponse("", 404)
        return RedirectResponse(f"/cases/{case}", 303)

    def _take(self, case: int, account: Account) -> None:
        with self._parts.database.reading() as db:
            row = pages.case_row(db, case)
        if row is None:
            raise NotFound
        if not rules().allows(May.TAKE_ANY, about_case(account, row.case)):
            raise NotAllowed
        self._parts.desk.take(case, account.id)


def _may_know(account: Account, row: pages.CaseRow) -> bool:
    """Of a sealed case others know that there is one, and nothing else."""
    return not row.case.sealed or sees_sealed(account)
