"""A case's page: the transcript and all that is done with it, put together from features."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.case_basics import Basics
from console.case_canned import CannedReplies
from console.case_claim import Claims
from console.case_features import Act, CaseFeature, Posted, Refusal, UnknownAction
from console.case_plan import Plans, typed_steps
from console.case_records import CaseRecords
from console.case_referrals import CaseReferrals
from console.case_rescue import RescueSheet
from console.case_supervision import Supervised
from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May, sees_sealed
from helpline.accounts import SignedIn
from helpline.conversations import CaseState
from helpline.door import NotYours
from helpline.ports import NotFound
from store import live
from store.case_pages import NEWEST, CasePage, open_case_for
from store.draft_pages import drafts_of

ALL = 5_000


class CasePages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._features: tuple[CaseFeature, ...] = (
            Basics(parts),
            Claims(parts),
            RescueSheet(parts),
            CannedReplies(parts),
            Plans(parts),
            CaseRecords(parts),
            CaseReferrals(parts),
            Supervised(parts),
        )
        self._act = {name: (feature, act) for feature in self._features for name, act in feature.actions.items()}

    @property
    def actions(self) -> frozenset[str]:
        """What a form may ask of a case: the last part of the path that it posts to."""
        return frozenset(self._act)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route("/cases/{case:int}", guarded(May.OPEN_CASE, self.case), methods=["GET"]),
            Route("/cases/{case:int}/{action}", guarded(May.ACT_ON_CASE, self.act), methods=["POST"]),
        ]

    async def case(self, request: Request, who: SignedIn) -> Response:
        return await self._case(request, who)

    async def _case(
        self, request: Request, who: SignedIn, refusal: Refusal | None = None, posted: Posted | None = None
    ) -> Response:
        case, words = int(request.path_params["case"]), self._showing.words(request, who)
        error, status = (refusal.text, refusal.status) if refusal else (None, 200)
        draft = refusal.draft(posted) if refusal and posted else ""
        try:
            fields = await to_thread.run_sync(self._opened, who, case, _Asked.of(request), posted)
        except NotFound:
            return PlainTextResponse("", 404)
        except NotYours as closed:
            drafts = await to_thread.run_sync(self._drafts, who, case)
            kept = [text for text in dict.fromkeys([draft, *drafts.values()]) if text]
            return self._showing.page("not_yours.html", words, 403, who, closed=closed, kept=kept, error=error)
        return self._showing.page("case.html", words, status, who, error=error, draft=draft, **fields)

    def _opened(self, who: SignedIn, case: int, asked: _Asked, posted: Posted | None) -> dict[str, object]:
        database, now = self._parts.database, self._parts.clock.now()
        with database.reading() as db:
            # Read before the page: what comes in between is shown and told again, never missed.
            lists = live.lists_of(db, who.account.id, sees_sealed=sees_sealed(who.account))
            version = live.page_version(db, case, who.account.id, now)
        page = open_case_for(database, self._parts.clock, who.account, case, newest=asked.newest)
        if not asked.renews:
            with database.unit() as unit:
                unit.opened_page(case, who.account.id, max((line.id for line in page.lines), default=None), now)
        fields: dict[str, object] = {
            "page": page,
            "row": page.row,
            "lists": lists,
            "version": version,
            "form_key": secrets.token_urlsafe(12),
            "mine": page.row.case.state is CaseState.HELD and page.row.case.holder == who.account.id,
        }
        with database.reading() as db:
            fields["drafts"] = drafts_of(db, database.vault, case, who.account.id)
            for feature in self._features:
                fields.update(feature.fields(db, page, who, posted))
        fields["put_in"] = asked.reply
        return fields

    def _drafts(self, who: SignedIn, case: int) -> Mapping[str, str]:
        with self._parts.database.reading() as db:
            return drafts_of(db, self._parts.database.vault, case, who.account.id)

    async def act(self, request: Request, who: SignedIn) -> Response:
        """Do what a form asks for; an error comes back on the page with what was typed."""
        case, action = int(request.path_params["case"]), str(request.path_params["action"])
        feature, act = self._act.get(action, (None, None))
        if feature is None or act is None:
            return PlainTextResponse("", 404)
        posted = Posted(case, who, await request.form())
        try:
            refusal = await self._refused(feature, act, posted)
        except UnknownAction:
            return PlainTextResponse("", 404)
        if refusal is not None:
            return await self._case(request, who, refusal, posted)
        return RedirectResponse("/" if action in feature.leaves else f"/cases/{case}{feature.back(action)}", 303)

    async def _refused(self, feature: CaseFeature, act: Act, posted: Posted) -> Refusal | None:
        try:
            await to_thread.run_sync(act, posted)
        except NotFound:
            return Refusal("case.not_yours", 409, draft=lambda form: form.text() or typed_steps(form))
        except tuple(feature.refusals) as error:
            return next(told for kind, told in feature.refusals.items() if isinstance(error, kind))
        return None


@dataclass(frozen=True)
class _Asked:
    """`renews`: an open page looks again by itself, nobody opened it anew. `reply`: a canned one was chosen."""

    newest: int
    renews: bool
    reply: str = ""

    @classmethod
    def of(cls, request: Request) -> _Asked:
        asked = request.query_params
        return cls(ALL if "all" in asked else NEWEST, "x-fragment" in request.headers, asked.get("canned", ""))


__all__ = ["CasePage", "CasePages"]
