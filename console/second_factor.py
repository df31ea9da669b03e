"""The second factor's pages: the code of a sign-in, setting it up, recovery codes, taking it away."""

from __future__ import annotations

import io

import segno
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door, client_of
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May
from helpline.accounts import SignedIn, Stage, TooManyFailures, WrongCode, WrongSignIn
from helpline.second_factor import in_groups, uri
from store.account_second import SecondFactors
from store.accounts import Accounts

_SET_UP = frozenset({Stage.SET_UP, Stage.OPEN})


class SecondFactorPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._accounts = Accounts(parts.database, parts.clock, parts.passwords)
        self._second = SecondFactors(parts.database, parts.clock)
        self._showing = showing
        self._door = door

    def routes(self) -> list[BaseRoute]:
        guarded, own = self._door.guarded, May.OWN_ACCOUNT
        asked = frozenset({Stage.SECOND})
        return [
            Route("/second", guarded(own, self.page, at=asked), methods=["GET"]),
            Route("/second", guarded(own, self.give, at=asked), methods=["POST"]),
            Route("/second/set-up", guarded(own, self.set_up_page, at=_SET_UP), methods=["GET"]),
            Route("/second/set-up", guarded(own, self.set_up, at=_SET_UP), methods=["POST"]),
            Route("/second/picture", guarded(own, self.picture, at=_SET_UP), methods=["GET"]),
            Route("/second/codes", guarded(own, self.codes), methods=["POST"]),
            Route("/second/remove", guarded(own, self.remove), methods=["POST"]),
        ]

    async def page(self, request: Request, who: SignedIn) -> Response:
        return self._asked(request, who, None, 200)

    def _asked(self, request: Request, who: SignedIn, error: str | None, status: int) -> Response:
        return self._showing.page(
            "second.html", self._showing.words(request, who), status, waiting=who, error=error, here=""
        )

    async def give(self, request: Request, who: SignedIn) -> Response:
        code = await _typed(request, "code")
        try:
            await to_thread.run_sync(self._second.give, who, code, client_of(request))
        except WrongCode:
            return self._asked(request, who, "second.wrong", 401)
        except TooManyFailures:
            return self._asked(request, who, "sign_in.too_many", 429)
        return RedirectResponse("/", 303)

    async def set_up_page(self, request: Request, who: SignedIn) -> Response:
        return await self._setting_up(request, who, None, 200)

    async def _setting_up(self, request: Request, who: SignedIn, error: str | None, status: int) -> Response:
        try:
            secret = await to_thread.run_sync(self._second.pending, who.account.id)
        except WrongCode:
            return RedirectResponse("/account", 303)
        # Whoever has to set it up sees nothing else; who wants to has the whole header.
        is_open = self._door.stage(who) is Stage.OPEN
        shown = {"error": error, "secret": in_groups(secret), "waiting": None if is_open else who, "here": "/account"}
        words = self._showing.words(request, who)
        return self._showing.page("second_set_up.html", words, status, who if is_open else None, **shown)

    async def set_up(self, request: Request, who: SignedIn) -> Response:
        code = await _typed(request, "code")
        try:
            made = await to_thread.run_sync(self._second.confirm, who, code, client_of(request))
        except WrongCode:
            return await self._setting_up(request, who, "second.wrong", 401)
        except TooManyFailures:
            return await self._setting_up(request, who, "sign_in.too_many", 429)
        return self._made(request, who, made)

    def _made(self, request: Request, who: SignedIn, made: tuple[str, ...]) -> Response:
        """The recovery codes, this once."""
        words = self._showing.words(request, who)
        return self._showing.page("recovery_codes.html", words, 200, who, made=made, here="/account")

    async def picture(self, _request: Request, who: SignedIn) -> Response:
        try:
            secret = await to_thread.run_sync(self._second.pending, who.account.id)
        except WrongCode:
            return PlainTextResponse("", 404)
        drawn = io.BytesIO()
        made = segno.make(uri(secret, who.account.name), error="m", micro=False)
        made.save(drawn, kind="svg", scale=6, border=4, dark="#000", light="#fff", xmldecl=False)
        return Response(drawn.getvalue(), media_type="image/svg+xml")

    async def codes(self, request: Request, who: SignedIn) -> Response:
        refused = await self._unproved(request, who)
        if refused is not None or not who.has_second:
            return refused or RedirectResponse("/account", 303)
        made = await to_thread.run_sync(self._second.fresh_codes, who)
        return self._made(request, who, made)

    async def remove(self, request: Request, who: SignedIn) -> Response:
        """Before it is set up on another telephone; where it is required, that comes next."""
        refused = await self._unproved(request, who)
        if refused is None:
            await to_thread.run_sync(lambda: self._second.remove(who.account.id, actor=who.account.id))
        return refused or RedirectResponse("/second/set-up", 303)

    async def _unproved(self, request: Request, who: SignedIn) -> Response | None:
        """None when the password is right: an open page alone must not be enough."""
        password = await _typed(request, "password")
        try:
            rows = await to_thread.run_sync(self._accounts.prove, who, password, client_of(request))
        except WrongSignIn:
            return RedirectResponse("/account?wrong=password#second", 303)
        except TooManyFailures:
            return RedirectResponse("/account?wrong=many#second", 303)
        await to_thread.run_sync(self._accounts.proved, who, rows)
        return None


async def _typed(request: Request, name: str) -> str:
    return str((await request.form()).get(name, ""))[:512]
