"""A sign-in that nobody uses: it locks, and opens again with the password or a code."""

from __future__ import annotations

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import FRAGMENT, Door, client_of, own_path
from console.parts import ConsoleParts
from helpline.access import May
from helpline.accounts import SignedIn, Stage, TooManyFailures, WrongCode, WrongSignIn
from helpline.second_factor import looks_like_code
from store.account_second import SecondFactors
from store.accounts import Accounts

_HERE = frozenset({Stage.LOCKED, Stage.OPEN})


class LockPages:
    def __init__(self, parts: ConsoleParts, door: Door) -> None:
        self._accounts = Accounts(parts.database, parts.clock, parts.passwords)
        self._second = SecondFactors(parts.database, parts.clock)
        self._door = door

    def routes(self) -> list[BaseRoute]:
        guarded, own = self._door.guarded, May.OWN_ACCOUNT
        return [
            Route("/unlock", guarded(own, self.page, at=_HERE), methods=["GET"]),
            Route("/unlock", guarded(own, self.unlock, at=_HERE), methods=["POST"]),
            Route("/lock", guarded(own, self.lock), methods=["POST"]),
            Route("/here", guarded(own, self.here), methods=["GET"]),
            Route("/here", guarded(own, self.acted), methods=["POST"]),
        ]

    async def page(self, request: Request, who: SignedIn) -> Response:
        if self._door.stage(who) is Stage.OPEN:
            return RedirectResponse(own_path(request.query_params.get("back", "/")), 303)
        return self._door.locked_page(request, who)

    async def unlock(self, request: Request, who: SignedIn) -> Response:
        """With the account's password, or a code of its second factor."""
        form = await request.form()
        if self._door.stage(who) is Stage.LOCKED:
            try:
                await to_thread.run_sync(self._open, who, str(form.get("secret", ""))[:512], client_of(request))
            except (WrongSignIn, WrongCode):
                return self._still(request, who, 401, "lock.wrong")
            except TooManyFailures:
                return self._still(request, who, 429, "sign_in.too_many")
        if FRAGMENT in request.headers:
            return Response(status_code=204)
        return RedirectResponse(own_path(str(form.get("back", "/"))), 303)

    def _open(self, who: SignedIn, secret: str, client: str) -> None:
        if who.has_second and looks_like_code(secret):
            self._second.give(who, secret, client)
        else:
            self._accounts.unlock(who, secret, client)

    def _still(self, request: Request, who: SignedIn, status: int, error: str) -> Response:
        if FRAGMENT in request.headers:
            return Response(status_code=status)
        return self._door.locked_page(request, who, status=status, error=error)

    async def lock(self, request: Request, who: SignedIn) -> Response:
        await to_thread.run_sync(self._accounts.lock, who)
        return Response(status_code=204) if FRAGMENT in request.headers else RedirectResponse("/unlock", 303)

    async def here(self, _request: Request, _who: SignedIn) -> Response:
        """A page asks whether it may go on showing what it shows."""
        return Response(status_code=204)

    async def acted(self, _request: Request, who: SignedIn) -> Response:
        """Somebody types or clicks on a page that sends nothing."""
        await to_thread.run_sync(self._door.keep, who, True)
        return Response(status_code=204)
