"""Cases that are closed: found again by the pseudonym, or among the last ones."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May, about_case, rules
from helpline.accounts import Account, Role, SignedIn
from store.pages import CaseRow, closed_rows


class ClosedPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door

    def routes(self) -> list[BaseRoute]:
        return [Route("/cases", self._door.guarded(May.FIND_CASES, self.found), methods=["GET"])]

    async def found(self, request: Request, who: SignedIn) -> Response:
        named = request.query_params.get("named", "")[:16].strip().upper()
        rows = await to_thread.run_sync(self._found, who.account, named)
        words = self._showing.words(request, who)
        return self._showing.page("closed.html", words, 200, who, here="/cases", rows=rows, named=named)

    def _found(self, account: Account, named: str) -> list[CaseRow]:
        """Only what would open; a counsellor's own, a supervisor's all."""
        holder = None if account.role is Role.SUPERVISOR else account.id
        with self._parts.database.reading() as db:
            rows = closed_rows(db, holder, named)
        return [row for row in rows if rules().allows(May.OPEN_CASE, about_case(account, row.case))]
