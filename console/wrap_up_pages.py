"""The wrap-up page of a case: what it was, the safety checklist, and the end of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from console.wrap_up_forms import GROUPS, issue_rows, known_of, typed_answers, typed_wrap_up
from helpline.access import May
from helpline.accounts import SignedIn
from helpline.cases import CloseReason
from helpline.closing import ANSWERS, Closing, ClosingNeedsCheck, ClosingNeedsSecond, NotASecond
from helpline.door import NotYours
from helpline.ports import NotFound
from helpline.silence import NotSilentYet
from helpline.wrap_up import LONGEST_SUMMARY, UnknownCode, WrapUp, WrapUpIncomplete, vocabulary
from store.asked_pages import last_request
from store.case_pages import CasePage, open_case_for
from store.record_pages import records_of, working
from triage.taxonomy import Level


@dataclass(frozen=True)
class Fault:
    """Why the case did not close: a text of the console with its values, and the questions that have no answer."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Typed:
    wrap_up: WrapUp
    answers: Mapping[str, str]
    reason: str
    second: str
    do: str


class WrapUpPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._codes = vocabulary()
        self._closing = Closing(parts.database, parts.book, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded, path = self._door.guarded, "/cases/{case:int}/wrap-up"
        return [
            Route(path, guarded(May.ACT_ON_CASE, self.page), methods=["GET"]),
            Route(path, guarded(May.ACT_ON_CASE, self.post), methods=["POST"]),
        ]

    async def page(self, request: Request, who: SignedIn) -> Response:
        return await self._page(request, who)

    async def _page(
        self, request: Request, who: SignedIn, fault: Fault | None = None, typed: Typed | None = None
    ) -> Response:
        case = int(request.path_params["case"])
        try:
            fields = await to_thread.run_sync(self._fields, case, who, typed)
        except NotFound:
            return PlainTextResponse("", 404)
        except NotYours:
            return RedirectResponse(f"/cases/{case}", 303)
        if fields is None:
            return RedirectResponse(f"/cases/{case}", 303)
        words, status = self._showing.words(request, who), 200 if fault is None else 400
        saved = "saved" in request.query_params and fault is None
        return self._showing.page("wrap_up.html", words, status, who, fault=fault, saved=saved, **fields)

    def _fields(self, case: int, who: SignedIn, typed: Typed | None) -> dict[str, object] | None:
        """None for a case that somebody else holds, or nobody."""
        page = open_case_for(self._parts.database, self._parts.clock, who.account, case)
        if page.row.case.holder != who.account.id or page.row.case.state.value != "held":
            return None
        with self._parts.database.reading() as db:
            vault = self._parts.database.vault
            records, request = records_of(db, vault, case, who.account), last_request(db, vault, case)
            colleagues = working(db, who.account.id, self._parts.clock.now())
        wrap_up = typed.wrap_up if typed else records.wrap_up or self._codes.prefilled(known_of(page))
        return {
            "row": page.row,
            "records": records,
            "wrap_up": wrap_up,
            "rows": issue_rows(wrap_up),
            "codes": self._codes,
            "groups": GROUPS,
            "answer_codes": ANSWERS,
            "reasons": [reason.value for reason in CloseReason],
            "longest": LONGEST_SUMMARY,
            "two": page.row.case.level >= Level.URGENT,
            "request": request,
            **_chosen(page, typed, request.answers if request else {}),
            "colleagues": [one for one in colleagues if one.supervisor or not page.row.case.sealed],
        }

    async def post(self, request: Request, who: SignedIn) -> Response:
        """Save, and go on as the pressed button says. What cannot be done comes back with what was typed."""
        case, form = int(request.path_params["case"]), await request.form()
        typed = Typed(
            typed_wrap_up(form, self._codes),
            typed_answers(form, self._codes),
            str(form.get("reason", ""))[:40],
            str(form.get("second", ""))[:20],
            str(form.get("do", "draft"))[:20],
        )
        try:
            fault = await to_thread.run_sync(self._done, case, who.account.id, typed)
        except (UnknownCode, UnknownReason):
            return PlainTextResponse("", 404)
        except NotFound:
            return RedirectResponse(f"/cases/{case}", 303)
        if fault is not None:
            return await self._page(request, who, fault, typed)
        return RedirectResponse(_after(case, typed), 303)

    def _done(self, case: int, counsellor: int, typed: Typed) -> Fault | None:
        self._closing.save(case, counsellor, typed.wrap_up)
        try:
            if typed.do == "close":
                self._closing.close(case, counsellor, _reason(typed))
            elif typed.do == "ask":
                self._closing.ask(case, counsellor, _reason(typed), typed.answers, _second(typed))
        except (WrapUpIncomplete, ClosingNeedsCheck, ClosingNeedsSecond, NotASecond, NotSilentYet) as error:
            return _fault(error)
        return None


class UnknownReason(ValueError):
    """A reason or a second person that the form does not offer."""


def _chosen(page: CasePage, typed: Typed | None, answers: Mapping[str, str]) -> dict[str, object]:
    if typed is not None:
        return {"answers": typed.answers, "reason": typed.reason, "second": typed.second}
    return {"answers": answers, "reason": "", "second": ""}


def _reason(typed: Typed) -> CloseReason:
    try:
        return CloseReason(typed.reason)
    except ValueError:
        raise UnknownReason from None


def _second(typed: Typed) -> int | None:
    if typed.second == "supervisor":
        return None
    if not (typed.second.isascii() and typed.second.isdigit()):
        raise UnknownReason
    return int(typed.second)


def _fault(error: Exception) -> Fault:
    match error:
        case WrapUpIncomplete(missing=missing):
            return Fault(f"wrap.missing_{missing[0]}")
        case ClosingNeedsCheck(unanswered=unanswered):
            return Fault("wrap.unanswered", unanswered=unanswered)
        case NotSilentYet(attempts=attempts, until=until):
            return Fault("wrap.not_silent", {"n": attempts, "until": until})
        case ClosingNeedsSecond():
            return Fault("wrap.needs_second")
        case _:
            return Fault("wrap.no_second")


def _after(case: int, typed: Typed) -> str:
    if typed.do == "close":
        return "/"
    return f"/cases/{case}#finish" if typed.do == "ask" else f"/cases/{case}/wrap-up?saved=1"
