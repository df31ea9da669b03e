"""Getting in and out: sign-in, sign-out, language, and the guard before every other page."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from console.parts import ConsoleParts
from console.showing import LANGUAGE_COOKIE, Showing
from helpline.access import May, rules
from helpline.accounts import LANGUAGES, SignedIn, TooManyFailures, WrongSignIn
from store.accounts import Accounts

COOKIE = "helpline"
FORM_COOKIE = "helpline_form"
Page = Callable[[Request], Awaitable[Response]]
Inside = Callable[[Request, SignedIn], Awaitable[Response]]


class Door:
    def __init__(self, parts: ConsoleParts, showing: Showing) -> None:
        self._accounts = Accounts(parts.database, parts.clock, parts.passwords)
        self._showing = showing
        self._secure = parts.production

    def guarded(self, action: May, page: Inside) -> Page:
        """Only the signed in whose role may at all; a post only with the sign-in's own form secret.

        Whether they may on this case or referral is asked where it is read: `helpline.access.rules().allows`.
        """

        async def answer(request: Request) -> Response:
            who = await self.who(request)
            if who is None:
                return RedirectResponse("/sign-in", 303)
            if not rules().ever(action, who.account.role):
                return PlainTextResponse("", 403)
            if request.method == "POST" and not await _own_form(request, who.csrf):
                return PlainTextResponse("", 403)
            # A page that renews itself is open, but nobody did anything.
            acted = "x-fragment" not in request.headers
            await to_thread.run_sync(lambda: self._accounts.keep(who, acted=acted))
            return await page(request, who)

        return answer

    async def who(self, request: Request) -> SignedIn | None:
        return await to_thread.run_sync(self._accounts.signed_in, request.cookies.get(COOKIE))

    async def present(self, who: SignedIn) -> None:
        """The page is still open."""
        await to_thread.run_sync(lambda: self._accounts.keep(who, acted=False))

    async def colleagues(self, who: SignedIn) -> list[str]:
        return await to_thread.run_sync(self._accounts.colleagues, who.account.id)

    async def sign_in_page(self, request: Request) -> Response:
        if await self.who(request) is not None:
            return RedirectResponse("/", 303)
        return self._form(request, None, 200)

    def _form(self, request: Request, error: str | None, status: int) -> Response:
        """The form's secret is in a cookie and in the form: another site can set neither."""
        secret = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        answer = self._showing.page(
            "sign_in.html", self._showing.words(request), status, error=error, form_secret=secret
        )
        answer.set_cookie(FORM_COOKIE, secret, httponly=True, samesite="strict", secure=self._secure)
        return answer

    async def sign_in(self, request: Request) -> Response:
        form = await request.form()
        if not await _own_form(request, request.cookies.get(FORM_COOKIE, "")):
            return self._form(request, "sign_in.again", 403)
        client = request.client.host if request.client else "?"
        name, password = str(form.get("name", ""))[:64], str(form.get("password", ""))[:512]
        try:
            token = await to_thread.run_sync(self._accounts.sign_in, name, password, client)
        except WrongSignIn:
            return self._form(request, "sign_in.wrong", 401)
        except TooManyFailures:
            return self._form(request, "sign_in.too_many", 429)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=self._secure)
        return answer

    async def sign_out(self, _request: Request, who: SignedIn) -> Response:
        await to_thread.run_sync(self._accounts.sign_out, who)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE)
        return answer

    async def language(self, request: Request) -> Response:
        """Switch the console's language, before and after signing in."""
        form, who = await request.form(), await self.who(request)
        chosen = str(form.get("language", ""))
        if chosen not in LANGUAGES:
            return PlainTextResponse("", 400)
        if who is not None:
            if not await _own_form(request, who.csrf):
                return PlainTextResponse("", 403)
            await to_thread.run_sync(self._accounts.choose_language, who.account.id, chosen)
        answer = RedirectResponse(_back(str(form.get("back", "/"))), 303)
        answer.set_cookie(LANGUAGE_COOKIE, chosen, httponly=True, samesite="strict", secure=self._secure)
        return answer


async def _own_form(request: Request, secret: str) -> bool:
    sent = str((await request.form()).get("csrf", ""))
    return bool(secret) and hmac.compare_digest(sent.encode(), secret.encode())


def _back(path: str) -> str:
    """A path of ours, never another site's address."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
