"""Everybody's own account: language, password, second factor, sign-ins."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door, client_of
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May
from helpline.accounts import SignedIn, Stage, TooManyFailures, WrongSignIn
from helpline.passwords import SHORTEST, WeakPassword
from helpline.vetting import needs_vetting, vetting
from store.account_pages import sign_ins_of
from store.account_second import SecondFactors
from store.accounts import Accounts

# What a form of another page says went wrong, by the word in the address.
_WRONG = {"password": "account.wrong", "many": "sign_in.too_many"}


class AccountPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._accounts = Accounts(parts.database, parts.clock, parts.passwords)
        self._second = SecondFactors(parts.database, parts.clock)
        self._showing = showing
        self._door = door

    def routes(self) -> list[BaseRoute]:
        guarded, own = self._door.guarded, May.OWN_ACCOUNT
        told = frozenset({Stage.PASSWORD})
        return [
            Route("/account", guarded(own, self.page), methods=["GET"]),
            Route("/account/password", guarded(own, self.change_password), methods=["POST"]),
            Route("/account/sign-ins/{sign_in:int}/end", guarded(own, self.end_sign_in), methods=["POST"]),
            Route("/new-password", guarded(own, self.new_password_page, at=told), methods=["GET"]),
            Route("/new-password", guarded(own, self.new_password, at=told), methods=["POST"]),
        ]

    async def page(self, request: Request, who: SignedIn) -> Response:
        return await self._page(request, who)

    async def _page(self, request: Request, who: SignedIn, error: str | None = None, status: int = 200) -> Response:
        fields = await to_thread.run_sync(self._fields, who)
        shown = {
            **fields,
            "error": error,
            "second_error": _WRONG.get(request.query_params.get("wrong", "")),
            "changed": "changed" in request.query_params,
            "shortest": SHORTEST,
            "required": self._parts.production,
        }
        return self._showing.page(
            "account.html", self._showing.words(request, who), status, who, here="/account", **shown
        )

    def _fields(self, who: SignedIn) -> dict[str, object]:
        now = self._parts.clock.now()
        with self._parts.database.reading() as db:
            mine = sign_ins_of(db, now, who.account.id)
        check = vetting(who.account, now).value if needs_vetting(who.account.role) else None
        left = self._second.left(who.account.id) if who.has_second else 0
        return {"sign_ins": mine, "codes_left": left, "vetting": check}

    async def change_password(self, request: Request, who: SignedIn) -> Response:
        error, status = await self._changed(request, who)
        if error is not None:
            return await self._page(request, who, error, status)
        return RedirectResponse("/account?changed=1", 303)

    async def new_password_page(self, request: Request, who: SignedIn) -> Response:
        return self._new_password(request, who, None, 200)

    def _new_password(self, request: Request, who: SignedIn, error: str | None, status: int) -> Response:
        shown: dict[str, object] = {"error": error, "shortest": SHORTEST, "here": ""}
        return self._showing.page(
            "new_password.html", self._showing.words(request, who), status, None, waiting=who, **shown
        )

    async def new_password(self, request: Request, who: SignedIn) -> Response:
        """After a password that somebody else set: one of their own, before anything else."""
        error, status = await self._changed(request, who)
        return RedirectResponse("/", 303) if error is None else self._new_password(request, who, error, status)

    async def _changed(self, request: Request, who: SignedIn) -> tuple[str | None, int]:
        form = await request.form()
        old, new, again = (str(form.get(name, ""))[:512] for name in ("old", "new", "again"))
        if new != again:
            return "account.not_same", 400
        try:
            await to_thread.run_sync(self._accounts.choose_password, who, old, new, client_of(request))
        except WeakPassword as error:
            return f"account.weak.{error.why}", 400
        except WrongSignIn:
            return "account.wrong", 401
        except TooManyFailures:
            return "sign_in.too_many", 429
        return None, 200

    async def end_sign_in(self, request: Request, who: SignedIn) -> Response:
        """One's own, this one or another; a sign-in of somebody else is none of theirs."""
        sign_in = int(request.path_params["sign_in"])
        await to_thread.run_sync(lambda: self._accounts.end_sign_in(who.account, sign_in, actor=who.account.id))
        self._parts.bell.ring("cases")
        return RedirectResponse("/account", 303)
