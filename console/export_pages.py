"""A case as a JSON file."""

from __future__ import annotations

import json
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May, about_case, rules
from helpline.accounts import SignedIn
from helpline.conversations import JsonObject
from helpline.door import NotYours
from helpline.ports import NotFound
from store.case_files import export_case
from store.case_pages import checked_row


class ExportPages:
    def __init__(self, parts: ConsoleParts, _showing: Showing, door: Door) -> None:
        self._parts = parts
        self._door = door

    def routes(self) -> list[BaseRoute]:
        export = self._door.guarded(May.EXPORT_CASE, self.export)
        return [Route("/cases/{case:int}/export", export, methods=["POST"])]

    async def export(self, request: Request, who: SignedIn) -> Response:
        """A file, by a form: opening a link never exports. Its name is the case's number."""
        case, form = int(request.path_params["case"]), await request.form()
        try:
            made = await to_thread.run_sync(partial(self._made, case, who, texts=form.get("texts") == "yes"))
        except (NotFound, NotYours):
            return PlainTextResponse("", 404)
        name = {"Content-Disposition": f'attachment; filename="case-{case}.json"'}
        return Response(json.dumps(made, ensure_ascii=False, indent=2), media_type="application/json", headers=name)

    def _made(self, case: int, who: SignedIn, *, texts: bool) -> JsonObject:
        with self._parts.database.reading() as db:
            row = checked_row(db, who.account, case)
        if not rules().allows(May.EXPORT_CASE, about_case(who.account, row.case)):
            raise NotFound
        return export_case(self._parts.database, case, who.account.id, self._parts.clock.now(), texts=texts)
