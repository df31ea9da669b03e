"""What is typed on a case's page is kept as it is typed, and the person sees that somebody types."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May
from helpline.accounts import SignedIn
from helpline.case_work import FIELDS, CaseWork
from helpline.ports import NotFound


class DraftPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._work = CaseWork(parts.database, parts.book, parts.clock, parts.bell)
        self._door = door

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route("/cases/{case:int}/draft", guarded(May.ACT_ON_CASE, self.keep), methods=["POST"]),
            Route("/cases/{case:int}/forget-draft", guarded(May.ACT_ON_CASE, self.forget), methods=["POST"]),
        ]

    async def keep(self, request: Request, who: SignedIn) -> Response:
        """204: kept; 409: the case is not theirs, and nothing was begun while it was."""
        case, form = int(request.path_params["case"]), await request.form()
        texts = {field: str(form[field]) for field in sorted(FIELDS) if field in form}
        key, types = str(form.get("key", ""))[:40], "types" in form
        try:
            await to_thread.run_sync(self._keep, case, who.account.id, texts, key, types)
        except NotFound:
            return Response(status_code=409)
        return Response(status_code=204)

    def _keep(self, case: int, counsellor: int, texts: dict[str, str], key: str, types: bool) -> None:
        for field, text in texts.items():
            self._work.keep_draft(case, counsellor, field, text, key)
        if types:
            self._work.show_typing(case, counsellor)

    async def forget(self, request: Request, who: SignedIn) -> Response:
        await to_thread.run_sync(self._work.forget_drafts, int(request.path_params["case"]), who.account.id)
        return RedirectResponse("/", 303)
