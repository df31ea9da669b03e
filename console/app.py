"""The console's routes, each behind the rules of data/access.yml, with headers that keep pages to themselves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

from anyio import to_thread
from sqlalchemy import Connection
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.account_pages import AccountPages
from console.audit_pages import AuditPages
from console.board_pages import BoardPages
from console.campaign_pages import CampaignPages
from console.case_drafts import DraftPages
from console.case_pages import CasePages
from console.closed_pages import ClosedPages
from console.complaint_pages import ComplaintPages
from console.directory_pages import DirectoryPages
from console.door import ALL_STAGES, Door
from console.figure_pages import FigurePages
from console.guide_pages import GuidePages
from console.handover_pages import HandOverPages
from console.lock_pages import LockPages
from console.parts import ConsoleParts
from console.queue_pages import QueuePages
from console.record_pages import RecordPages
from console.referral_pages import ReferralPages
from console.review_pages import ReviewPages
from console.second_factor import SecondFactorPages
from console.shift_pages import ShiftPages
from console.showing import Showing
from console.simulator import SimulatorPages
from console.staff_pages import StaffPages
from console.text_pages import TextPages
from helpline.access import May, sees_sealed
from helpline.accounts import Account, SignedIn, Stage
from helpline.door import NotYours
from helpline.ports import NotFound
from store import case_looks, live
from store.case_pages import checked_row
from triage.taxonomy import Level

__all__ = ["ConsoleParts", "routes"]

HERE = Path(__file__).parent
LOOK_EVERY = 2.0
LARGEST_FORM = 64 * 1024
_TOLD = frozenset({Stage.OPEN, Stage.LOCKED})
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Feature(Protocol):
    def routes(self) -> list[BaseRoute]: ...


def routes(parts: ConsoleParts) -> list[BaseRoute]:
    """Return the routes of the console and, in development, of the simulator."""
    showing = Showing(parts, str(HERE / "templates"))
    door = Door(parts, showing)
    events = Route("/events", door.guarded(May.SEE_QUEUE, _Events(parts, door).stream, at=_TOLD), methods=["GET"])
    featured = [route for feature in _features(parts, showing, door) for route in feature.routes()]
    simulated = _simulator_routes(parts, showing, door) if parts.simulator else []
    nothing = Route("/{path:path}", door.guarded(May.OWN_ACCOUNT, door.nothing), methods=["GET"])
    pages = [*_door_routes(door), events, *featured, *simulated, nothing]
    static = Mount("/static", StaticFiles(directory=HERE / "static"))
    return [Mount("/", routes=[static, *pages], middleware=[Middleware(_Sealed)])]


def _features(parts: ConsoleParts, showing: Showing, door: Door) -> tuple[Feature, ...]:
    """Every part of the console that has pages of its own, the more particular paths first."""
    return (
        LockPages(parts, door),
        SecondFactorPages(parts, showing, door),
        AccountPages(parts, showing, door),
        StaffPages(parts, showing, door),
        AuditPages(parts, showing, door),
        ComplaintPages(parts, showing, door),
        QueuePages(parts, showing, door),
        ShiftPages(parts, showing, door),
        DraftPages(parts, showing, door),
        RecordPages(parts, showing, door),
        CasePages(parts, showing, door),
        ClosedPages(parts, showing, door),
        ReferralPages(parts, showing, door),
        BoardPages(parts, showing, door),
        HandOverPages(parts, showing, door),
        ReviewPages(parts, showing, door),
        DirectoryPages(parts, showing, door),
        CampaignPages(parts, showing, door),
        TextPages(parts, showing, door),
        FigurePages(parts, showing, door),
        GuidePages(parts, showing, door),
    )


def _door_routes(door: Door) -> list[BaseRoute]:
    return [
        Route("/sign-in", door.sign_in_page, methods=["GET"]),
        Route("/sign-in", door.sign_in, methods=["POST"]),
        Route("/sign-out", door.guarded(May.OWN_ACCOUNT, door.sign_out, at=ALL_STAGES), methods=["POST"]),
        Route("/language", door.language, methods=["POST"]),
    ]


def _simulator_routes(parts: ConsoleParts, showing: Showing, door: Door) -> list[BaseRoute]:
    phones = SimulatorPages(parts, showing, door)
    return [
        Route("/simulator", phones.page, methods=["GET"]),
        Route("/simulator/picture/{name}", phones.picture, methods=["GET"]),
        Route("/simulator/{phone}", phones.screen, methods=["GET"]),
        Route("/simulator/{phone}/say", phones.say, methods=["POST"]),
        Route("/simulator/{phone}/new", phones.new_person, methods=["POST"]),
    ]


class _Sealed:
    """Adds the headers to every answer and refuses oversized forms; as plain ASGI, so that a stream stays a stream."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                # A page that says nothing else is kept nowhere.
                if "/static/" not in scope["path"]:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if scope["method"] == "POST" and not _acceptable(Headers(scope=scope)):
            await PlainTextResponse("", 413)(scope, receive, sealed)
            return
        await self._app(scope, receive, sealed)


def _acceptable(headers: Headers) -> bool:
    """Forms of browsers always say their length."""
    length = headers.get("content-length", "")
    return length.isascii() and length.isdigit() and int(length) <= LARGEST_FORM


class _Events:
    """What tells an open page that it is out of date: at once when it rings here, within two seconds otherwise."""

    def __init__(self, parts: ConsoleParts, door: Door) -> None:
        self._parts = parts
        self._door = door

    async def stream(self, request: Request, who: SignedIn) -> Response:
        told = self._changes(request, who)
        return StreamingResponse(told, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    async def _changes(self, request: Request, who: SignedIn) -> AsyncIterator[str]:
        told = ""
        while not await request.is_disconnected():
            now = await self._door.who(request)
            if now is None:
                yield "event: over\ndata: {}\n\n"
                return
            await self._door.present(now)
            stage = self._door.stage(now)
            if stage not in _TOLD:
                yield "event: over\ndata: {}\n\n"
                return
            told_how = self._state if stage is Stage.OPEN else self._locked_state
            state = await to_thread.run_sync(told_how, who.account, _case(request))
            yield ": here\n\n" if state == told else state
            told = state
            await self._parts.changes.wait("cases", LOOK_EVERY)

    def _state(self, account: Account, case: int | None) -> str:
        now = self._parts.clock.now()
        if case is not None:
            case_looks.tell_here(self._parts.database, case, account.id, now)
        with self._parts.database.reading() as db:
            lists = live.lists_of(db, account.id, sees_sealed=sees_sealed(account))
            state = {
                "lists": lists.version,
                "case": None if case is None else _version(db, account, case, now),
                "waiting": lists.waiting,
                "to_answer": lists.to_answer,
                "alarms": lists.alarms,
            }
        return f"data: {json.dumps(state)}\n\n"

    def _locked_state(self, account: Account, case: int | None) -> str:
        """What a locked screen may know: that an emergency waits, and how many."""
        with self._parts.database.reading() as db:
            alarms = live.lists_of(db, account.id, sees_sealed=sees_sealed(account)).alarms
        emergencies = sum(alarm.split(":")[1:2] == [str(Level.EMERGENCY.value)] for alarm in alarms)
        return f'event: locked\ndata: {{"emergencies": {emergencies}}}\n\n'


def _version(db: Connection, account: Account, case: int, now: datetime) -> str:
    """Of a case that does not open for this person nothing is told but that it does not: an open page closes by it."""
    try:
        checked_row(db, account, case)
    except (NotFound, NotYours):
        return ""
    return live.page_version(db, case, account.id, now)


def _case(request: Request) -> int | None:
    asked = request.query_params.get("case", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 12 else None
