"""The end of a shift: own cases with what comes next, signing off, and the summary for the next shift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from console.words import HERE
from helpline.access import May
from helpline.accounts import SignedIn
from helpline.cases import EmptyText
from helpline.handover import LONGEST_NOTE, LONGEST_STEP, HandOver, NotATime, StillOpen
from helpline.ports import NotFound
from helpline.transfers import NoHandingNote, NotAReceiver, Transfers
from helpline.wellbeing import Breaks
from store import supervision_pages as pages
from store.record_pages import Working, working

_REFUSED: dict[type[Exception], tuple[str, int]] = {
    EmptyText: ("handover.no_step", 400),
    NotATime: ("handover.no_time", 400),
    StillOpen: ("handover.still_open", 409),
    NoHandingNote: ("handover.no_note", 400),
    NotAReceiver: ("handover.no_receiver", 409),
    NotFound: ("case.not_yours", 409),
}


@dataclass(frozen=True)
class Typed:
    """What was typed and could not be kept, so that it is not lost."""

    case: int = 0
    step: str = field(default="", repr=False)
    due: str = ""
    given: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


class HandOverPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._hand_over = HandOver(parts.database, parts.book, parts.clock, parts.bell)
        self._breaks = Breaks(parts.database, parts.clock, parts.bell)
        self._transfers = Transfers(parts.database, parts.book, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route("/handover", guarded(May.WORK_SHIFT, self.page), methods=["GET"]),
            Route("/handover/sign-off", guarded(May.WORK_SHIFT, self.sign_off), methods=["POST"]),
            Route("/handover/cases/{case:int}/keep", guarded(May.WORK_SHIFT, self.keep), methods=["POST"]),
            Route("/handover/cases/{case:int}/give", guarded(May.TRANSFER_CASE, self.give), methods=["POST"]),
            Route("/handover/cases/{case:int}/back", guarded(May.WORK_SHIFT, self.back), methods=["POST"]),
            Route("/handover/{number:int}", guarded(May.WORK_SHIFT, self.summary), methods=["GET"]),
            Route("/handover/{number:int}/read", guarded(May.WORK_SHIFT, self.read), methods=["POST"]),
            Route("/breaks/{number:int}/{answer}", guarded(May.WORK_SHIFT, self.answer_break), methods=["POST"]),
        ]

    async def page(self, request: Request, who: SignedIn) -> Response:
        return await self._page(request, who)

    async def _page(
        self, request: Request, who: SignedIn, error: str = "", status: int = 200, typed: Typed | None = None
    ) -> Response:
        own, colleagues = await to_thread.run_sync(self._own, who.account.id)
        missing = [one for one in own if not one.settled]
        fields = {
            "own": own,
            "missing": missing,
            "colleagues": colleagues,
            "error": error or None,
            "typed": typed or Typed(),
            "local": _local,
            "longest_step": LONGEST_STEP,
            "longest_note": LONGEST_NOTE,
        }
        return self._showing.page(
            "handover.html", self._showing.words(request, who), status, who, here="/handover", **fields
        )

    def _own(self, counsellor: int) -> tuple[tuple[pages.OwnCase, ...], list[Working]]:
        now, vault = self._parts.clock.now(), self._parts.database.vault
        with self._parts.database.reading() as db:
            here = [one for one in working(db, counsellor, now) if one.present]
            return pages.own_cases(db, vault, counsellor, now), here

    async def keep(self, request: Request, who: SignedIn) -> Response:
        case, form = int(request.path_params["case"]), await request.form()
        typed = Typed(case, _text(form, "step", LONGEST_STEP), _text(form, "due", 40))
        return await self._done(
            request, who, typed, lambda: self._hand_over.keep(case, who.account.id, typed.step, _moment(typed.due))
        )

    async def give(self, request: Request, who: SignedIn) -> Response:
        """Offer a case to a colleague who is here: it stays the holder's until they accept."""
        case, form = int(request.path_params["case"]), await request.form()
        typed = Typed(case, given=_text(form, "given", LONGEST_NOTE))
        to = _text(form, "to", 11)
        if not to.isascii() or not to.isdigit():
            return await self._page(request, who, "handover.no_receiver", 400, typed)
        counsellor = who.account.id

        def offer() -> None:
            self._transfers.offer(case, counsellor, int(to), typed.given, warm=True)

        return await self._done(request, who, typed, offer)

    async def back(self, request: Request, who: SignedIn) -> Response:
        case = int(request.path_params["case"])
        return await self._done(request, who, Typed(), lambda: self._hand_over.back(case, who.account.id))

    async def _done(self, request: Request, who: SignedIn, typed: Typed, act: Callable[[], None]) -> Response:
        try:
            await to_thread.run_sync(act)
        except tuple(_REFUSED) as refused:
            error, status = _REFUSED[type(refused)]
            return await self._page(request, who, error, status, typed)
        return RedirectResponse("/handover", 303)

    async def sign_off(self, request: Request, who: SignedIn) -> Response:
        note = _text(await request.form(), "note", LONGEST_NOTE)
        try:
            left = await to_thread.run_sync(self._hand_over.sign_off, who.account.id, note)
        except StillOpen:
            return await self._page(request, who, "handover.still_open", 409, Typed(note=note))
        return RedirectResponse(f"/handover/{left}", 303)

    async def summary(self, request: Request, who: SignedIn) -> Response:
        found = await to_thread.run_sync(self._summary, who, int(request.path_params["number"]))
        if found is None:
            return PlainTextResponse("", 404)
        words = self._showing.words(request, who)
        return self._showing.page("handed_over.html", words, 200, who, here="/handover", one=found)

    def _summary(self, who: SignedIn, number: int) -> pages.Summary | None:
        with self._parts.database.reading() as db:
            return pages.summary(db, self._parts.database.vault, who.account, number)

    async def read(self, request: Request, who: SignedIn) -> Response:
        await to_thread.run_sync(self._hand_over.read, int(request.path_params["number"]), who.account.id)
        return RedirectResponse("/", 303)

    async def answer_break(self, request: Request, who: SignedIn) -> Response:
        answers = {"take": self._breaks.take, "decline": self._breaks.decline}
        answer = answers.get(str(request.path_params["answer"]))
        if answer is None:
            return PlainTextResponse("", 404)
        try:
            await to_thread.run_sync(answer, int(request.path_params["number"]), who.account.id)
        except NotFound:
            return PlainTextResponse("", 404)
        return RedirectResponse("/", 303)


def _text(form: FormData, name: str, most: int) -> str:
    return str(form.get(name, ""))[:most]


def _moment(typed: str) -> datetime:
    """A time of Baku as the browser's own field gives it. Raise NotATime."""
    try:
        found = datetime.fromisoformat(typed)
    except ValueError:
        raise NotATime from None
    return found.replace(tzinfo=HERE) if found.tzinfo is None else found


def _local(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(HERE).strftime("%Y-%m-%dT%H:%M")
