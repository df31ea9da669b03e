"""Complaints of those who work here, and the administrators' list of all."""

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
from helpline.complaints import LONGEST, Complaints, EmptyComplaint
from helpline.ports import NotFound
from store.complaint_pages import complaints_for, nameable, own_complaints


class ComplaintPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._complaints = Complaints(parts.database, parts.clock)
        self._showing = showing
        self._door = door

    def routes(self) -> list[BaseRoute]:
        guarded, read = self._door.guarded, May.READ_COMPLAINTS
        return [
            Route("/complaints/new", guarded(May.OWN_ACCOUNT, self.new), methods=["GET"]),
            Route("/complaints/new", guarded(May.OWN_ACCOUNT, self.make), methods=["POST"]),
            Route("/complaints", guarded(read, self.page), methods=["GET"]),
            Route("/complaints/{complaint:int}", guarded(read, self.answer), methods=["POST"]),
        ]

    async def new(self, request: Request, who: SignedIn) -> Response:
        return await self._new(request, who)

    async def _new(self, request: Request, who: SignedIn, error: str | None = None) -> Response:
        fields = await to_thread.run_sync(self._own, who.account.id)
        shown = {
            **fields,
            **{"error": error, "sent": "sent" in request.query_params, "longest": LONGEST, "here": "/account"},
            "outside": self._parts.complaints_to,
        }
        words = self._showing.words(request, who)
        return self._showing.page("complaint.html", words, 400 if error else 200, who, **shown)

    def _own(self, counsellor: int) -> dict[str, object]:
        database = self._parts.database
        with database.reading() as db:
            return {"mine": own_complaints(db, database.vault, counsellor), "others": nameable(db, counsellor)}

    async def make(self, request: Request, who: SignedIn) -> Response:
        form = await request.form()
        named, text = str(form.get("about", ""))[:12], str(form.get("text", ""))
        about = int(named) if named.isascii() and named.isdigit() else None
        try:
            await to_thread.run_sync(self._complaints.make, who.account.id, about, text)
        except EmptyComplaint:
            return await self._new(request, who, "complaint.empty")
        except NotFound:
            return PlainTextResponse("", 404)
        return RedirectResponse("/complaints/new?sent=1", 303)

    async def page(self, request: Request, who: SignedIn) -> Response:
        rows = await to_thread.run_sync(self._all, who.account.id)
        words = self._showing.words(request, who)
        return self._showing.page("complaints.html", words, 200, who, rows=rows, longest=LONGEST, here="/complaints")

    def _all(self, reader: int) -> list[object]:
        database = self._parts.database
        with database.reading() as db:
            return list(complaints_for(db, database.vault, reader))

    async def answer(self, request: Request, who: SignedIn) -> Response:
        complaint, text = int(request.path_params["complaint"]), str((await request.form()).get("text", ""))
        try:
            await to_thread.run_sync(self._complaints.answer, who.account.id, complaint, text)
        except (EmptyComplaint, NotFound) as error:
            return PlainTextResponse("", 400 if isinstance(error, EmptyComplaint) else 404)
        return RedirectResponse("/complaints", 303)
