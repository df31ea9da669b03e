"""Campaigns in the console: whom one reaches, how it looks, starting it with a second press, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May
from helpline.accounts import SignedIn
from helpline.campaign import Campaign, CampaignState
from helpline.campaign_start import CampaignStart, CannotStart, ReachChanged, Wish, shown_count
from helpline.conversations import OutState
from helpline.library import LANGUAGES
from helpline.previewing import FORMS, announced
from store.campaign_pages import list_campaigns, read_report

PATH = "/campaigns"
FIELDS = ("item", "language", "district", "at")
_LONGEST = 40


class CampaignPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._starting = CampaignStart(parts.database, parts.book, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route(PATH, guarded(May.RUN_CAMPAIGNS, self.everything), methods=["GET"]),
            Route(PATH, guarded(May.RUN_CAMPAIGNS, self.start), methods=["POST"]),
            Route(f"{PATH}/new", guarded(May.RUN_CAMPAIGNS, self.new), methods=["GET"]),
            Route(f"{PATH}/{{campaign:int}}", guarded(May.RUN_CAMPAIGNS, self.report), methods=["GET"]),
            Route(f"{PATH}/{{campaign:int}}/stop", guarded(May.RUN_CAMPAIGNS, self.stop), methods=["POST"]),
        ]

    async def everything(self, request: Request, who: SignedIn) -> Response:
        rows = await to_thread.run_sync(list_campaigns, self._parts.database)
        shown = [self._row(campaign, states) for campaign, states in reversed(rows)]
        words = self._showing.words(request, who)
        return self._showing.page("campaigns/list.html", words, 200, who, here=PATH, campaigns=shown, few=shown_count)

    def _row(self, campaign: Campaign, states: Mapping[str, int]) -> dict[str, object]:
        every, waiting = sum(states.values()), states.get(OutState.WAITING.value, 0)
        return {
            "campaign": campaign,
            "title": self._title(campaign.aim.item),
            "state": self._state(campaign, waiting),
            "sent": states.get(OutState.SENT.value, 0),
            "of": every,
        }

    def _state(self, campaign: Campaign, waiting: int) -> str:
        """planned | putting_in | going_out | done | stopped."""
        if campaign.state is CampaignState.STOPPED:
            return "stopped"
        if campaign.starts_at > self._parts.clock.now():
            return "planned"
        if campaign.state is CampaignState.RUNNING:
            return "putting_in"
        return "going_out" if waiting else "done"

    def _title(self, item: str) -> Mapping[str, str]:
        found = next((one for one in self._parts.book.library.every() if one.id == item), None)
        return {language: item if found is None else found.texts[language].title for language in LANGUAGES}

    async def new(self, request: Request, who: SignedIn) -> Response:
        """The form; with an item in the address also whom it reaches and how it looks."""
        asked = {name: request.query_params.get(name, "")[:_LONGEST] for name in FIELDS}
        if not asked["item"]:
            return await self._new(request, who, asked)
        try:
            fields = await to_thread.run_sync(self._counted, asked)
        except CannotStart as error:
            return await self._new(request, who, asked, error=str(error), status=422)
        return await self._new(request, who, asked, fields=fields)

    async def _new(
        self,
        request: Request,
        who: SignedIn,
        asked: Mapping[str, str],
        *,
        error: str | None = None,
        status: int = 200,
        fields: Mapping[str, object] | None = None,
    ) -> Response:
        book, words = self._parts.book, self._showing.words(request, who)
        known: dict[str, object] = {"wish": None, "pressed": False, "changed": False}
        offered = {"items": book.library.items(), "districts": book.directory.records.districts.values()}
        shown = {**known, **offered, "asked": asked, "error": error, "here": PATH, "reading": _reading(words.language)}
        return self._showing.page("campaigns/new.html", words, status, who, **{**shown, **(fields or {})})

    def _counted(self, asked: Mapping[str, str]) -> dict[str, object]:
        wish = self._wish(asked)
        found = self._starting.reach(wish)
        languages = [wish.aim.language] if wish.aim.language else list(LANGUAGES)
        phones = [
            (language, form, announced(self._parts.book, wish.item, language, form))
            for language in languages
            for form in FORMS
        ]
        return {"wish": wish, "reach": found, "people": shown_count(found.people), "phones": phones}

    def _wish(self, asked: Mapping[str, str]) -> Wish:
        self._parts.book.reload()
        return self._starting.wish(asked["item"], asked["language"], asked["district"], asked["at"])

    async def start(self, request: Request, who: SignedIn) -> Response:
        """The first press shows the count again; the second, which carries it, starts."""
        form = await request.form()
        asked = {name: str(form.get(name, ""))[:_LONGEST] for name in FIELDS}
        counted = str(form.get("counted", ""))[:_LONGEST]
        try:
            if not counted:
                return await self._again(request, who, asked, changed=False)
            wish = await to_thread.run_sync(self._wish, asked)
            campaign = await to_thread.run_sync(self._starting.start, wish, counted, who.account.id)
        except CannotStart as error:
            return await self._new(request, who, asked, error=str(error), status=422)
        except ReachChanged:
            return await self._again(request, who, asked, changed=True)
        return RedirectResponse(f"{PATH}/{campaign}", 303)

    async def _again(self, request: Request, who: SignedIn, asked: Mapping[str, str], *, changed: bool) -> Response:
        fields = await to_thread.run_sync(self._counted, asked)
        status = 409 if changed else 200
        return await self._new(
            request, who, asked, status=status, fields={**fields, "pressed": True, "changed": changed}
        )

    async def report(self, request: Request, who: SignedIn) -> Response:
        return await self._report(request, who)

    async def _report(self, request: Request, who: SignedIn, error: str | None = None, status: int = 200) -> Response:
        campaign = int(request.path_params["campaign"])
        found = await to_thread.run_sync(read_report, self._parts.database, campaign)
        if found is None:
            return PlainTextResponse("", 404)
        words = self._showing.words(request, who)
        shown: dict[str, object] = {
            "report": found,
            "campaign": found.campaign,
            "state": self._state(found.campaign, found.waiting),
            "title": self._title(found.campaign.aim.item),
            "few": shown_count,
        }
        return self._showing.page("campaigns/report.html", words, status, who, here=PATH, error=error, **shown)

    async def stop(self, request: Request, who: SignedIn) -> Response:
        campaign = int(request.path_params["campaign"])
        try:
            await to_thread.run_sync(self._starting.stop, campaign, who.account.id)
        except CannotStart as error:
            return await self._report(request, who, str(error), 409)
        return RedirectResponse(f"{PATH}/{campaign}", 303)


def _reading(language: str) -> str:
    """The language of texts for who reads the console in this one."""
    return "ru" if language == "ru" else "az"
