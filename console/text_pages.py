"""Texts in the console: finding one, writing it in both languages, and its way to people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from console.text_forms import faults_told, phones_of, rows_of, size_of
from console.words import Words
from helpline.access import May, about, rules
from helpline.accounts import SignedIn
from helpline.publishing import CannotPublish, ChangedMeanwhile, HasFaults, Publishing
from helpline.text_catalog import KINDS, Text, text_of, texts_matching, texts_of
from helpline.text_check import cleaned, faults_of
from helpline.text_fields import fingerprint
from helpline.text_versions import Version
from store import editing_pages
from store.editing_pages import TextRow
from store.editing_rows import EditingRows

PATH = "/texts"
STATES = ("draft", "sent", "reviewed", "published", "file_draft")
_SEARCH, _LONGEST, _MOST_FIELDS = 80, 4000, 120


@dataclass(frozen=True)
class Typed:
    """What a form brought that went no further. `fields` None: what is stored is shown."""

    error: str = ""
    fields: Mapping[str, str] | None = field(default=None, repr=False)
    comment: str = field(default="", repr=False)


class TextPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._publishing = Publishing(parts.database, parts.book, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded, one = self._door.guarded, f"{PATH}/{{key}}"
        return [
            Route(PATH, guarded(May.SEE_TEXTS, self.everything), methods=["GET"]),
            Route(one, guarded(May.SEE_TEXTS, self.text), methods=["GET"]),
            Route(f"{one}/save", guarded(May.EDIT_TEXTS, self.save), methods=["POST"]),
            Route(f"{one}/check", guarded(May.EDIT_TEXTS, self.check), methods=["POST"]),
            Route(f"{one}/drop", guarded(May.EDIT_TEXTS, self.drop), methods=["POST"]),
            Route(f"{one}/review", guarded(May.REVIEW_TEXTS, self.review), methods=["POST"]),
            Route(f"{one}/publish", guarded(May.PUBLISH_TEXTS, self.publish), methods=["POST"]),
            Route(f"{one}/roll-back", guarded(May.PUBLISH_TEXTS, self.roll_back), methods=["POST"]),
        ]

    async def everything(self, request: Request, who: SignedIn) -> Response:
        asked = {name: request.query_params.get(name, "")[:_SEARCH].strip() for name in ("kind", "q", "state")}
        asked["kind"] = asked["kind"] if asked["kind"] in KINDS else KINDS[0]
        fields = await to_thread.run_sync(self._everything, asked)
        words = self._showing.words(request, who)
        return self._showing.page("texts/list.html", words, 200, who, here=PATH, asked=asked, **fields)

    def _everything(self, asked: Mapping[str, str]) -> dict[str, object]:
        book = self._parts.book
        book.reload()
        with self._parts.database.reading() as db:
            changed = editing_pages.text_rows(db, self._parts.database.vault)
        found = texts_matching(texts_of(book, asked["kind"]), asked["q"])
        rows = [(text, changed.get(text.key, TextRow())) for text in found]
        shown = [(text, row, _state(text, row), _stale(text, row)) for text, row in rows]
        if asked["state"]:
            shown = [one for one in shown if one[2] == asked["state"]]
        waiting = [
            row.opened for row in changed.values() if row.opened is not None and row.opened.state.value != "draft"
        ]
        titles = {one.key: text_of(book, one.key) for one in waiting}
        return {"rows": shown, "kinds": KINDS, "states": STATES, "waiting": waiting, "titles": titles}

    async def text(self, request: Request, who: SignedIn) -> Response:
        return await self._text(request, who, Typed())

    async def _text(self, request: Request, who: SignedIn, typed: Typed, status: int = 200) -> Response:
        words = self._showing.words(request, who)
        fields = await to_thread.run_sync(self._one, str(request.path_params["key"]), who, typed, words)
        if fields is None:
            return PlainTextResponse("", 404)
        return self._showing.page("texts/text.html", words, status, who, here=PATH, typed=typed, **fields)

    def _one(self, key: str, who: SignedIn, typed: Typed, words: Words) -> dict[str, object] | None:
        book, database = self._parts.book, self._parts.database
        book.reload()
        text = text_of(book, key)
        if text is None:
            return None
        with database.reading() as db:
            kept = EditingRows(db, database.vault)
            opened, published = kept.open_version(key), kept.published_versions(key)
            writers = frozenset() if opened is None else kept.writers(opened.id)
            steps, names = editing_pages.steps_of(db, database.vault, key), editing_pages.names_of(db)
        shown = cleaned(text, typed.fields) if typed.fields is not None else opened.fields if opened else text.told
        faults = faults_of(book, text, shown)
        row = TextRow(opened, published[0] if published else None)
        return {
            "text": text,
            "opened": opened,
            "published": published,
            "state": _state(text, row),
            "stale": _stale(text, row),
            "rows": rows_of(text, shown, faults, words),
            "faults": faults,
            "others": faults_told(faults, "", words),
            "phones": phones_of(book, text, shown, faults),
            "steps": steps,
            "names": names,
            **_rights(who, opened, writers),
        }

    async def save(self, request: Request, who: SignedIn) -> Response:
        form = await request.form()
        typed = Typed(fields=_fields(form))
        key, revision, further = str(request.path_params["key"]), _number(form, "revision"), form.get("then") == "send"

        def keep() -> None:
            saved = self._publishing.save(key, typed.fields or {}, who.account, revision)
            if further:
                self._publishing.send(key, who.account, saved)

        return await self._do(request, who, keep, typed)

    async def check(self, request: Request, who: SignedIn) -> Response:
        """What is wrong with what is typed, for the page that asks while somebody writes; nothing is kept."""
        text = await to_thread.run_sync(text_of, self._parts.book, str(request.path_params["key"]))
        if text is None:
            return PlainTextResponse("", 404)
        fields, words = _fields(await request.form()), self._showing.words(request, who)
        shown = cleaned(text, fields)
        faults = await to_thread.run_sync(faults_of, self._parts.book, text, shown)
        told = {name: faults_told(faults, name, words) for name in fields}
        sizes = {name: size_of(name, value, words) for name, value in fields.items()}
        return JSONResponse({"faults": told, "sizes": sizes, "count": words("texts.faults", n=len(faults))})

    async def drop(self, request: Request, who: SignedIn) -> Response:
        key, revision = str(request.path_params["key"]), _number(await request.form(), "revision")
        return await self._do(request, who, lambda: self._publishing.drop(key, who.account, revision))

    async def review(self, request: Request, who: SignedIn) -> Response:
        form = await request.form()
        key, revision = str(request.path_params["key"]), _number(form, "revision")
        forward, comment = form.get("decision") == "forward", str(form.get("comment", ""))[:_LONGEST]

        def decide() -> None:
            self._publishing.review(key, who.account, revision, forward=forward, comment=comment)

        return await self._do(request, who, decide, Typed(comment=comment))

    async def publish(self, request: Request, who: SignedIn) -> Response:
        key, revision = str(request.path_params["key"]), _number(await request.form(), "revision")
        return await self._do(request, who, lambda: self._publishing.publish(key, who.account, revision))

    async def roll_back(self, request: Request, who: SignedIn) -> Response:
        form = await request.form()
        key, number, last = str(request.path_params["key"]), _number(form, "number"), _number(form, "last")
        return await self._do(request, who, lambda: self._publishing.roll_back(key, number, who.account, last))

    async def _do(
        self, request: Request, who: SignedIn, step: Callable[[], object], typed: Typed | None = None
    ) -> Response:
        """Take a step and show the text again; what was typed is never lost."""
        known = typed or Typed()
        try:
            await to_thread.run_sync(step)
        except ChangedMeanwhile:
            return await self._text(request, who, Typed("changed", known.fields, known.comment), 409)
        except HasFaults:
            return await self._text(request, who, Typed("faults", None, known.comment), 422)
        except CannotPublish as error:
            if str(error) == "unknown":
                return PlainTextResponse("", 404)
            status = 403 if str(error) == "needs_another" else 422
            return await self._text(request, who, Typed(str(error), known.fields, known.comment), status)
        return RedirectResponse(f"{PATH}/{request.path_params['key']}", 303)


def _fields(form: Mapping[str, object]) -> dict[str, str]:
    named = [name for name in form if name.startswith("f.")][:_MOST_FIELDS]
    return {name.removeprefix("f."): str(form[name])[:_LONGEST] for name in named}


def _number(form: Mapping[str, object], name: str) -> int:
    """A number of a form; what is none fits nothing that is stored."""
    value = str(form.get(name, ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 12 else -1


def _state(text: Text, row: TextRow) -> str:
    """Where it is: an open version's state, else whether people read it."""
    if row.opened is not None:
        return row.opened.state.value
    return "published" if text.state == "published" else "file_draft"


def _stale(text: Text, row: TextRow) -> bool:
    """A release changed the file since the version was written over it: somebody has to look at both."""
    version = row.opened or row.published
    return version is not None and version.base != fingerprint(text.written)


def _rights(who: SignedIn, opened: Version | None, writers: frozenset[int]) -> dict[str, bool]:
    facts, me = about(who.account), who.account.id
    reviewed = writers | ({opened.reviewer} if opened is not None else set())
    return {
        "may_edit": rules().allows(May.EDIT_TEXTS, facts),
        "may_review": rules().allows(May.REVIEW_TEXTS, facts | ({"another"} if me not in writers else set())),
        "may_publish": rules().allows(May.PUBLISH_TEXTS, facts | ({"another"} if me not in reviewed else set())),
        "may_roll_back": rules().allows(May.PUBLISH_TEXTS, facts | {"another"}),
    }
