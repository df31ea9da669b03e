"""The accounts of all who work here, for administrators."""

from __future__ import annotations

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from console.words import Words
from helpline.access import May
from helpline.account_ports import NewAccount
from helpline.accounts import LANGUAGES, NameTaken, Role, SignedIn
from helpline.ports import NotFound
from helpline.staff import (
    GENDERS,
    GRANTS,
    MOST_CASES,
    SPOKEN,
    BadAccount,
    Changes,
    LastAdministrator,
    OwnAccount,
    Staff,
)
from helpline.vetting import BadVetting, Vetting, needs_vetting, vetting
from store.account_pages import StaffRow, sign_ins_of, staff, staff_row
from store.account_second import SecondFactors

_REFUSED: dict[type[Exception], str] = {
    NameTaken: "accounts.name_taken",
    BadAccount: "accounts.bad",
    BadVetting: "accounts.bad_vetting",
    OwnAccount: "accounts.own",
    LastAdministrator: "accounts.last",
}
_ERRORS = tuple(_REFUSED)


class StaffPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._staff = Staff(parts.database, parts.book, parts.clock, parts.bell, parts.passwords)
        self._second = SecondFactors(parts.database, parts.clock)
        self._showing = showing
        self._door = door

    def routes(self) -> list[BaseRoute]:
        guarded, manage = self._door.guarded, May.MANAGE_ACCOUNTS
        one = "/accounts/{account:int}"
        return [
            Route("/accounts", guarded(manage, self.page), methods=["GET"]),
            Route("/accounts", guarded(manage, self.add), methods=["POST"]),
            Route(one, guarded(manage, self.one), methods=["GET"]),
            Route(one, guarded(manage, self.change), methods=["POST"]),
            Route(one + "/end", guarded(manage, self.end), methods=["POST"]),
            Route(one + "/reset-password", guarded(manage, self.reset_password), methods=["POST"]),
            Route(one + "/reset-second", guarded(manage, self.reset_second), methods=["POST"]),
            Route(one + "/sign-ins/end", guarded(May.END_SIGN_INS, self.end_sign_ins), methods=["POST"]),
        ]

    async def page(self, request: Request, who: SignedIn) -> Response:
        return await self._list(request, who)

    async def _list(self, request: Request, who: SignedIn, error: str | None = None, typed: str = "") -> Response:
        fields = await to_thread.run_sync(self._rows)
        shown = {**fields, "error": error, "typed": typed, "roles": _ROLES, "here": "/accounts"}
        return self._showing.page(
            "accounts.html", self._showing.words(request, who), 400 if error else 200, who, **shown
        )

    def _rows(self) -> dict[str, object]:
        now = self._parts.clock.now()
        with self._parts.database.reading() as db:
            rows, inside = staff(db, now), sign_ins_of(db, now)
        checks = {
            row.account.id: vetting(row.account, now) for row in rows if row.active and needs_vetting(row.account.role)
        }
        notice = sum(check is not Vetting.VALID for check in checks.values())
        return {"rows": rows, "inside": inside, "checks": checks, "notice": notice}

    async def add(self, request: Request, who: SignedIn) -> Response:
        form = await request.form()
        name, role, language = (str(form.get(field, "")).strip()[:200] for field in ("name", "role", "language"))
        try:
            added, password = await to_thread.run_sync(
                self._staff.add, who.account.id, NewAccount(name, role, language)
            )
        except (NameTaken, BadAccount) as error:
            return await self._list(request, who, _REFUSED[type(error)], name)
        return await self._one(request, who, added, password=password)

    async def one(self, request: Request, who: SignedIn) -> Response:
        return await self._one(request, who, int(request.path_params["account"]))

    async def _one(
        self, request: Request, who: SignedIn, account: int, *, error: str | None = None, password: str | None = None
    ) -> Response:
        """`password`: for the first sign-in, shown this once."""
        row = await to_thread.run_sync(self._row, account)
        if row is None:
            return PlainTextResponse("", 404)
        words, now = self._showing.words(request, who), self._parts.clock.now()
        shown = {
            **{"row": row, "error": error, "password": password, "vetting": vetting(row.account, now).value},
            **{"roles": _ROLES, "genders": GENDERS, "grants": GRANTS, "spoken": SPOKEN, "most": MOST_CASES},
            **{"agencies": self._agencies(words), "here": "/accounts", "saved": "saved" in request.query_params},
        }
        return self._showing.page("one_account.html", words, 400 if error else 200, who, **shown)

    def _row(self, account: int) -> StaffRow | None:
        with self._parts.database.reading() as db:
            return staff_row(db, account, self._parts.clock.now())

    def _agencies(self, words: Words) -> list[tuple[str, str]]:
        """The directory's places by code, as the reader's language calls them."""
        language, records = "ru" if words.language == "ru" else "az", self._parts.book.directory.records
        named = [
            (place.code, ", ".join(filter(None, (self._district(place.district, language), place.name[language]))))
            for place in records.places.values()
        ]
        return sorted(named, key=lambda row: row[1])

    def _district(self, code: str | None, language: str) -> str:
        return self._parts.book.label(f"district:{code}", language) if code else ""

    async def change(self, request: Request, who: SignedIn) -> Response:
        account, form = int(request.path_params["account"]), await request.form()
        try:
            changes = _changes(form)
            await to_thread.run_sync(self._staff.change, who.account.id, account, changes)
        except _ERRORS as error:
            return await self._one(request, who, account, error=_REFUSED[type(error)])
        except NotFound:
            return PlainTextResponse("", 404)
        return RedirectResponse(f"/accounts/{account}?saved=1", 303)

    async def end(self, request: Request, who: SignedIn) -> Response:
        account = int(request.path_params["account"])
        try:
            await to_thread.run_sync(self._staff.end, who.account.id, account)
        except _ERRORS as error:
            return await self._one(request, who, account, error=_REFUSED[type(error)])
        except NotFound:
            return PlainTextResponse("", 404)
        return RedirectResponse("/accounts", 303)

    async def reset_password(self, request: Request, who: SignedIn) -> Response:
        account = int(request.path_params["account"])
        try:
            password = await to_thread.run_sync(self._staff.reset_password, who.account.id, account)
        except OwnAccount:
            return await self._one(request, who, account, error="accounts.own")
        except NotFound:
            return PlainTextResponse("", 404)
        return await self._one(request, who, account, password=password)

    async def reset_second(self, request: Request, who: SignedIn) -> Response:
        account = int(request.path_params["account"])
        row = await to_thread.run_sync(self._row, account)
        if row is None or not row.active:
            return PlainTextResponse("", 404)
        if row.account.id == who.account.id:
            return await self._one(request, who, account, error="accounts.own")
        await to_thread.run_sync(lambda: self._second.remove(account, actor=who.account.id))
        self._parts.bell.ring("cases")
        return RedirectResponse(f"/accounts/{account}?saved=1", 303)

    async def end_sign_ins(self, request: Request, who: SignedIn) -> Response:
        account = int(request.path_params["account"])
        try:
            await to_thread.run_sync(self._staff.end_sign_ins, who.account.id, account)
        except NotFound:
            return PlainTextResponse("", 404)
        return RedirectResponse("/accounts", 303)


_ROLES = tuple(role.value for role in Role)


def _changes(form: FormData) -> Changes:
    """Raise BadAccount for what a form of ours never sends."""
    named = {name: str(form.get(name, ""))[:64].strip() for name in ("role", "gender", "agency", "capacity")}
    if named["role"] not in _ROLES or not (named["capacity"].isascii() and named["capacity"].isdigit()):
        raise BadAccount("role or capacity")
    role = Role(named["role"])
    return Changes(
        role=role,
        speaks=tuple(language for language in LANGUAGES if language in form.getlist("speaks")),
        gender=named["gender"] or None,
        capacity=int(named["capacity"]),
        grants=tuple(dict.fromkeys(str(grant) for grant in form.getlist("grants"))),
        agency=(named["agency"] or None) if role is Role.FOCAL_POINT else None,
        vetted_on=str(form.get("vetted_on", ""))[:10],
        vetted_until=str(form.get("vetted_until", ""))[:10],
    )
