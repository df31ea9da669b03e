"""Getting in and out: sign-in, sign-out, language, and the guard before every other page."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from console.navigation import home
from console.parts import ConsoleParts
from console.showing import LANGUAGE_COOKIE, Showing
from helpline.access import May, rules
from helpline.accounts import LANGUAGES, Account, SignedIn, Stage, TooManyFailures, WrongSignIn
from helpline.vetting import NEEDS_VETTING, is_vetted
from store.accounts import Accounts

COOKIE = "helpline"
FORM_COOKIE = "helpline_form"
FRAGMENT = "x-fragment"
Page = Callable[[Request], Awaitable[Response]]
Inside = Callable[[Request, SignedIn], Awaitable[Response]]
# Where a sign-in that waits for something is led.
WAITS_AT = {
    Stage.SECOND: "/second",
    Stage.LOCKED: "/unlock",
    Stage.PASSWORD: "/new-password",
    Stage.SET_UP: "/second/set-up",
}
ALL_STAGES = frozenset(Stage)


class Door:
    def __init__(self, parts: ConsoleParts, showing: Showing) -> None:
        self._accounts = Accounts(parts.database, parts.clock, parts.passwords)
        self._showing = showing
        self._clock = parts.clock
        self._production = parts.production

    def guarded(self, action: May, page: Inside, *, at: frozenset[Stage] = frozenset({Stage.OPEN})) -> Page:
        """Only the signed in whose role may at all; a post only with the sign-in's own form secret.

        Whether they may on this case or referral is asked where it is read: `helpline.access.rules().allows`.
        `at`: the stages of a sign-in in which the page is there; at others it leads to what is waited for.
        """

        async def answer(request: Request) -> Response:
            who = await self.who(request)
            if who is None:
                return RedirectResponse("/sign-in", 303)
            stage = self.stage(who)
            if stage not in at:
                return await self._elsewhere(request, who, stage)
            if (refused := self._refused(request, who, action)) is not None:
                return refused
            if request.method == "POST" and not await own_form(request, who.csrf):
                return PlainTextResponse("", 403)
            if stage is Stage.OPEN:
                # A page that renews itself is open, but nobody did anything.
                acted = FRAGMENT not in request.headers
                await to_thread.run_sync(self.keep, who, acted)
            made = await page(request, who)
            return self._nothing(request, who, made.status_code) if _blank(request, made) else made

        return answer

    async def nothing(self, request: Request, who: SignedIn) -> Response:
        """An address that leads nowhere."""
        return PlainTextResponse("", 404)

    def _nothing(self, request: Request, who: SignedIn, status: int) -> Response:
        """The same words whether there is no such thing or it is somebody else's."""
        words = self._showing.words(request, who)
        fields = {"title": "refused.nothing_title", "why": "refused.nothing", "here": ""}
        return self._showing.page("refused.html", words, status, who, **fields)

    def stage(self, who: SignedIn) -> Stage:
        return who.stage(self._clock.now(), second_required=self._production)

    async def _elsewhere(self, request: Request, who: SignedIn, stage: Stage) -> Response:
        """A part of a page gets nothing; a form that was sent keeps what was typed; a page leads to what is waited for."""
        if FRAGMENT in request.headers:
            return PlainTextResponse("", 423)
        if request.method != "POST":
            to = self.home(who) if stage is Stage.OPEN else WAITS_AT[stage]
            back = f"?back={quote(request.url.path)}" if stage is Stage.LOCKED else ""
            return RedirectResponse(to + back, 303)
        if stage is Stage.LOCKED and await own_form(request, who.csrf):
            return self.locked_page(request, who, status=423, kept=await _typed(request))
        return PlainTextResponse("", 423)

    def _refused(self, request: Request, who: SignedIn, action: May) -> Response | None:
        if not rules().ever(action, who.account.role):
            # The front door is everybody's: it leads each to their own first page.
            if request.url.path == "/" and request.method == "GET":
                return RedirectResponse(self.home(who), 303)
            return self._refusal(request, who, "refused.role")
        if action in NEEDS_VETTING and not self.may_touch(who.account):
            return self._refusal(request, who, "refused.vetting")
        return None

    def _refusal(self, request: Request, who: SignedIn, why: str) -> Response:
        if FRAGMENT in request.headers:
            return PlainTextResponse("", 403)
        return self._showing.page(
            "refused.html", self._showing.words(request, who), 403, who, title="refused.title", why=why, here=""
        )

    def home(self, who: SignedIn) -> str:
        return home(who.account)

    def locked_page(
        self, request: Request, who: SignedIn, *, status: int = 200, error: str | None = None, kept: str = ""
    ) -> Response:
        """The locked screen; `kept`: what somebody was just sending, so that it is not lost."""
        words = self._showing.words(request, who)
        back = own_path(request.query_params.get("back", "") or "/")
        rings = rules().ever(May.SEE_QUEUE, who.account.role)
        fields: dict[str, object] = {"lock_error": error, "kept": kept, "back_to": back, "rings": rings}
        return self._showing.page("unlock.html", words, status, None, waiting=who, **fields)

    async def who(self, request: Request) -> SignedIn | None:
        return await to_thread.run_sync(self._accounts.signed_in, request.cookies.get(COOKIE))

    async def present(self, who: SignedIn) -> None:
        """The page is still open."""
        await to_thread.run_sync(self.keep, who, False)

    def keep(self, who: SignedIn, acted: bool) -> None:
        self._accounts.keep(who, acted=acted, counts=self.may_touch(who.account))

    def may_touch(self, account: Account) -> bool:
        """Whether this account may have anything to do with a person: in production only with a background check that counts."""
        return not self._production or is_vetted(account, self._clock.now())

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
        answer.set_cookie(FORM_COOKIE, secret, httponly=True, samesite="strict", secure=self._production)
        return answer

    async def sign_in(self, request: Request) -> Response:
        form = await request.form()
        if not await own_form(request, request.cookies.get(FORM_COOKIE, "")):
            return self._form(request, "sign_in.again", 403)
        name, password = str(form.get("name", ""))[:64], str(form.get("password", ""))[:512]
        try:
            token = await to_thread.run_sync(self._accounts.sign_in, name, password, client_of(request))
        except WrongSignIn:
            return self._form(request, "sign_in.wrong", 401)
        except TooManyFailures:
            return self._form(request, "sign_in.too_many", 429)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=self._production)
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
            if not await own_form(request, who.csrf):
                return PlainTextResponse("", 403)
            await to_thread.run_sync(self._accounts.choose_language, who.account.id, chosen)
        answer = RedirectResponse(own_path(str(form.get("back", "/"))), 303)
        answer.set_cookie(LANGUAGE_COOKIE, chosen, httponly=True, samesite="strict", secure=self._production)
        return answer


def client_of(request: Request) -> str:
    return request.client.host if request.client else "?"


async def own_form(request: Request, secret: str) -> bool:
    """Whether a form carries the sign-in's own secret."""
    sent = str((await request.form()).get("csrf", ""))
    return bool(secret) and hmac.compare_digest(sent.encode(), secret.encode())


async def _typed(request: Request) -> str:
    """The longest text of a form: what somebody would not want to type again."""
    form = await request.form()
    texts = [str(value) for name, value in form.multi_items() if name not in ("csrf", "key") and isinstance(value, str)]
    longest = max(texts, key=len, default="")
    return longest[:8000] if " " in longest else ""


def own_path(path: str) -> str:
    """A path of ours, never another site's address."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


def _blank(request: Request, made: Response) -> bool:
    """Whether a person would be left before an empty page."""
    return FRAGMENT not in request.headers and made.status_code in {403, 404} and made.body == b""
