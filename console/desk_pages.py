"""The counsellors' pages: queue and case. Full pages first; what renews itself is a part of the same page."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from console.door import Door
from console.parts import ConsoleParts
from console.plan_forms import LONGEST_STEP, Typed, plan_forms, previewed, typed_plan
from console.showing import Showing
from helpline.accounts import SignedIn
from helpline.cases import CloseReason, ClosingNeedsCheck, EmptyText
from helpline.conversations import CaseState
from helpline.door import NotYours
from helpline.ports import CaseAlreadyTaken, NotFound
from helpline.safety_plans import EmptyPlan, StepTooLong
from store import live, pages
from store.case_pages import NEWEST, CasePage, open_case_for
from triage.taxonomy import Level

ALL = 5_000
_OF_PLANS = ("plan", "send-plan")


class UnknownAction(ValueError):
    """A form posted to a case asks for what there is not."""


class DeskPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door

    # --- queue

    async def queue(self, request: Request, who: SignedIn) -> Response:
        return await self._queue(request, who)

    async def _queue(self, request: Request, who: SignedIn, error: str | None = None, status: int = 200) -> Response:
        lists = await to_thread.run_sync(self._lists, who.account.id)
        return self._showing.page("queue.html", self._showing.words(request, who), status, who, error=error, **lists)

    def _lists(self, counsellor: int) -> dict[str, object]:
        with self._parts.database.reading() as db:
            held = pages.all_held(db)
            return {
                "waiting": pages.queue(db),
                "mine": [row for row in held if row.case.holder == counsellor],
                "others": [row for row in held if row.case.holder != counsellor],
                "lists": live.lists_of(db, counsellor),
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

    # --- case

    async def case(self, request: Request, who: SignedIn) -> Response:
        return await self._case(request, who)

    async def _case(
        self,
        request: Request,
        who: SignedIn,
        error: str | None = None,
        status: int = 200,
        draft: str = "",
        typed: Typed | None = None,
    ) -> Response:
        case, words = int(request.path_params["case"]), self._showing.words(request, who)
        try:
            page, lists, version = await to_thread.run_sync(self._opened, who, case, _newest(request))
        except NotFound:
            return PlainTextResponse("", 404)
        except NotYours as closed:
            return self._showing.page("not_yours.html", words, 403, who, closed=closed, draft=draft, error=error)
        return self._showing.page(
            "case.html",
            words,
            status,
            who,
            page=page,
            row=page.row,
            error=error,
            draft=draft,
            lists=lists,
            version=version,
            form_key=secrets.token_urlsafe(12),
            reasons=[reason.value for reason in CloseReason],
            colleagues=await self._door.colleagues(who),
            mine=page.row.case.state is CaseState.HELD and page.row.case.holder == who.account.id,
            **self._plan_fields(page, typed),
        )

    def _plan_fields(self, page: CasePage, typed: Typed | None) -> dict[str, object]:
        plan = None if page.plan is None else page.plan.plan
        return {
            "plan_forms": plan_forms(plan, typed),
            "plan_preview": previewed(plan, self._parts.book, page.row.language, page.row.channel),
            "longest_step": LONGEST_STEP,
        }

    def _opened(self, who: SignedIn, case: int, newest: int) -> tuple[CasePage, live.Lists, str]:
        database = self._parts.database
        with database.reading() as db:
            # Read before the page: what comes in between is shown and told again, never missed.
            lists, version = live.lists_of(db, who.account.id), live.case_version(db, case)
        page = open_case_for(database, self._parts.clock, who.account, case, newest=newest)
        return page, lists, version

    async def act(self, request: Request, who: SignedIn) -> Response:
        """Reply, note, plan, hand back or close; an error comes back on the page with what was typed."""
        case, action, form = int(request.path_params["case"]), request.path_params["action"], await request.form()
        try:
            await to_thread.run_sync(self._action(case, who.account.id, action, form))
        except UnknownAction:
            return PlainTextResponse("", 404)
        except NotFound:
            return await self._case(request, who, "case.not_yours", 409, _text(form) or _plan_text(action, form))
        except EmptyPlan:
            return await self._case(request, who, "plan.empty", 400, typed=_plan(form))
        except StepTooLong:
            return await self._case(request, who, "plan.too_long", 400, typed=_plan(form))
        except EmptyText:
            return await self._case(request, who, "case.empty", 400)
        except ClosingNeedsCheck:
            return await self._case(request, who, "case.close_needs", 400)
        gone = action in ("hand-back", "close")
        return RedirectResponse("/" if gone else f"/cases/{case}{'#plan' if action in _OF_PLANS else ''}", 303)

    def _action(self, case: int, counsellor: int, action: str, form: FormData) -> Callable[[], None]:
        desk = self._parts.desk
        match action:
            case "reply":
                return partial(desk.reply, case, counsellor, _text(form), str(form.get("key", ""))[:40])
            case "note":
                return partial(desk.note, case, counsellor, _text(form))
            case "plan":
                typed = _plan(form)
                return partial(desk.save_plan, case, counsellor, typed.kind, typed.steps)
            case "send-plan":
                return partial(desk.send_plan, case, counsellor, str(form.get("key", ""))[:40])
            case "judge":
                return partial(desk.judge, case, counsellor, _number(form, "message"), _level(form))
            case "reset-code-word":
                return partial(desk.reset_code_word, case, counsellor)
            case "hand-back":
                return partial(desk.hand_back, case, counsellor)
            case "close":
                checked, second = form.get("checked") == "yes", str(form.get("second", ""))[:200]
                return partial(desk.close, case, counsellor, _reason(form), checked=checked, second=second)
        raise UnknownAction


def _text(form: FormData) -> str:
    return str(form.get("text", ""))[:4000]


def _plan(form: FormData) -> Typed:
    try:
        return typed_plan(form)
    except ValueError:
        raise UnknownAction from None


def _plan_text(action: str, form: FormData) -> str:
    """What was typed into a plan that could not be saved any more, so that it is not lost."""
    return _plan(form).text if action == "plan" else ""


def _reason(form: FormData) -> CloseReason:
    try:
        return CloseReason(str(form.get("reason", "")))
    except ValueError:
        raise UnknownAction from None


def _number(form: FormData, name: str) -> int:
    try:
        return int(str(form.get(name, "")))
    except ValueError:
        raise UnknownAction from None


def _level(form: FormData) -> Level:
    try:
        return Level[str(form.get("level", "")).upper()]
    except KeyError:
        raise UnknownAction from None


def _newest(request: Request) -> int:
    return ALL if "all" in request.query_params else NEWEST
