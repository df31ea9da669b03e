"""The guide: its list with a search, a page for each task, and the list for somebody's first shift."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door, Inside
from console.guide import contents, found, guide_texts
from console.parts import ConsoleParts
from console.showing import Showing
from console.words import LANGUAGES, Words
from helpline.access import May
from helpline.accounts import SignedIn
from store.guide_ticks import tick_exactly, ticked

_LONGEST_SEARCH = 80


class GuidePages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._contents = contents(parts.root)
        self._showing = showing
        self._door = door

    def routes(self) -> list[BaseRoute]:
        def guarded(path: str, page: Inside, method: str) -> Route:
            return Route(path, self._door.guarded(May.READ_GUIDE, page), methods=[method])

        return [
            guarded("/guide", self.all, "GET"),
            guarded("/guide/first-shift", self.first_shift, "GET"),
            guarded("/guide/first-shift", self.tick, "POST"),
            guarded("/guide/picture/{language}/{page}", self.picture, "GET"),
            guarded("/guide/{page}", self.page, "GET"),
        ]

    async def all(self, request: Request, who: SignedIn) -> Response:
        """The pages of the reader's work first; what was searched for instead, where something was."""
        words = self._showing.words(request, who)
        asked = request.query_params.get("q", "")[:_LONGEST_SEARCH].strip()
        texts, role = guide_texts(self._parts.root, words.language), who.account.role.value
        pages = self._contents.pages.values()
        own = [
            (group, [page for page in pages if page.group == group and role in page.roles]) for group in self._groups
        ]
        fields: dict[str, object] = {
            "texts": texts,
            "own": [(group, listed) for group, listed in own if listed],
            "others": [page for page in pages if role not in page.roles],
            "asked": asked,
            "found": found(self._parts.root, words.language, asked),
            "done": await to_thread.run_sync(self._done, who),
            "points": self._contents.first_shift,
        }
        return self._showing.page("guide/list.html", words, 200, who, here="/guide", **fields)

    @property
    def _groups(self) -> tuple[str, ...]:
        return self._contents.groups

    def _done(self, who: SignedIn) -> frozenset[str]:
        with self._parts.database.reading() as db:
            return ticked(db, who.account.id) & self._contents.first_shift.keys()

    async def page(self, request: Request, who: SignedIn) -> Response:
        page = self._contents.pages.get(request.path_params["page"])
        if page is None:
            return PlainTextResponse("", 404)
        words = self._showing.words(request, who)
        texts = guide_texts(self._parts.root, words.language)
        return self._showing.page(
            "guide/page.html", words, 200, who, here="/guide", page=page, text=texts[page.code], texts=texts
        )

    async def picture(self, request: Request, who: SignedIn) -> Response:
        page, language = self._contents.pages.get(request.path_params["page"]), request.path_params["language"]
        if page is None or not page.picture or language not in LANGUAGES:
            return PlainTextResponse("", 404)
        return FileResponse(self._parts.root / "guide" / "images" / language / f"{page.code}.webp")

    async def first_shift(self, request: Request, who: SignedIn) -> Response:
        words: Words = self._showing.words(request, who)
        fields: dict[str, object] = {
            "texts": guide_texts(self._parts.root, words.language),
            "done": await to_thread.run_sync(self._done, who),
            "points": self._contents.first_shift,
            "saved": "saved" in request.query_params,
        }
        return self._showing.page("guide/first_shift.html", words, 200, who, here="/guide", **fields)

    async def tick(self, request: Request, who: SignedIn) -> Response:
        form = await request.form()
        wanted = {point for point in self._contents.first_shift if form.get(point) == "done"}
        now = self._parts.clock.now()
        await to_thread.run_sync(tick_exactly, self._parts.database, who.account.id, wanted, now)
        return RedirectResponse("/guide/first-shift?saved=1", 303)
