"""Opening a closed case again."""

from __future__ import annotations

from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May
from helpline.accounts import SignedIn
from helpline.ports import NotFound
from helpline.record_ports import HasOpenCase
from helpline.resting import NoReason, Resting

LONGEST_REASON = 2000


class ReopenPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._showing = showing
        self._door = door
        self._resting = Resting(parts.database, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        reopen = self._door.guarded(May.REOPEN_CASE, self.reopen)
        return [Route("/cases/{case:int}/reopen", reopen, methods=["POST"])]

    async def reopen(self, request: Request, who: SignedIn) -> Response:
        case, form = int(request.path_params["case"]), await request.form()
        why = str(form.get("why", ""))[:LONGEST_REASON]
        try:
            await to_thread.run_sync(partial(self._resting.reopen, case, who.account, why))
        except NotFound:
            return PlainTextResponse("", 404)
        except NoReason:
            return self._refused(request, who, case, why, None, 400)
        except HasOpenCase as error:
            return self._refused(request, who, case, why, error.case, 409)
        return RedirectResponse(f"/cases/{case}", 303)

    def _refused(
        self, request: Request, who: SignedIn, case: int, why: str, other: int | None, status: int
    ) -> Response:
        words = self._showing.words(request, who)
        return self._showing.page(
            "reopen_refused.html", words, status, who, case=case, why=why, other=other, there=status == 409
        )
