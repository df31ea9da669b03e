"""The directory in the console: what is told today, what ends soon, and verifying a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May, rules
from helpline.accounts import Role, SignedIn
from helpline.directory import day_of
from helpline.directory_list import Listed, district_names, listed, matching, one_listed, to_do
from helpline.verifying import (
    DAY_NAMES,
    HOW,
    AlreadyDecided,
    CannotBeVerified,
    Heard,
    Standing,
    Verification,
    Verifying,
)
from store import editing_pages

PATH = "/directory"
LASTS = timedelta(days=180)
ROLES = (Role.COUNSELLOR, Role.SUPERVISOR, Role.EDITOR, Role.FOCAL_POINT)
_LONGEST = 400
_SEARCH = 80


@dataclass(frozen=True)
class Typed:
    """What a form brought that could not be kept."""

    error: str
    at: str = ""
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


class DirectoryPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._verifying = Verifying(parts.database, parts.book, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route(PATH, guarded(May.SEE_DIRECTORY, self.everything), methods=["GET"]),
            Route(f"{PATH}/{{code}}", guarded(May.SEE_DIRECTORY, self.record), methods=["GET"]),
            Route(f"{PATH}/{{code}}/verify", guarded(May.VERIFY_RECORD, self.verify), methods=["POST"]),
            Route(f"{PATH}/{{code}}/decide", guarded(May.VERIFY_RECORD, self.decide), methods=["POST"]),
        ]

    async def everything(self, request: Request, who: SignedIn) -> Response:
        asked = request.query_params.get("q", "")[:_SEARCH].strip()
        fields = await to_thread.run_sync(self._everything, asked)
        return self._showing.page("directory/list.html", self._showing.words(request, who), 200, who, **fields)

    def _everything(self, asked: str) -> dict[str, object]:
        self._parts.book.reload()
        directory, now = self._parts.book.directory, self._parts.clock.now()
        with self._parts.database.reading() as db:
            found = editing_pages.all_verifications(db, self._parts.database.vault)
        waiting = [one.record for one in found if one.state is Standing.WAITING]
        rows, on = listed(directory, now, waiting), day_of(now)
        shown = matching(rows, asked, district_names(directory)) if asked else rows
        return {
            "here": PATH,
            "asked": asked,
            "to_do": [] if asked else to_do(rows, on),
            "numbers": [row for row in shown if row.kind == "number"],
            "amounts": [row for row in shown if row.kind == "amount"],
            "districts": self._by_district(shown),
            "counts": (sum(row.why is None for row in rows), len(rows)),
            "on": on,
            "found": len(shown),
        }

    def _by_district(self, rows: list[Listed]) -> list[tuple[str, list[Listed]]]:
        """The pilot's districts first, then as the file has them; places without a district last."""
        directory = self._parts.book.directory
        order = {
            code: number for number, code in enumerate(dict.fromkeys([*directory.pilot, *directory.records.districts]))
        }
        grouped: dict[str, list[Listed]] = {}
        for row in rows:
            if row.kind == "place":
                grouped.setdefault(row.district or "", []).append(row)
        return sorted(grouped.items(), key=lambda one: order.get(one[0], len(order) + 1))

    async def record(self, request: Request, who: SignedIn) -> Response:
        return await self._record(request, who)

    async def _record(self, request: Request, who: SignedIn, typed: Typed | None = None, status: int = 200) -> Response:
        fields = await to_thread.run_sync(self._one, str(request.path_params["code"]), who)
        if fields is None:
            return PlainTextResponse("", 404)
        words = self._showing.words(request, who)
        form = {**self._empty(who), **(typed.values if typed else {})}
        return self._showing.page("directory/record.html", words, status, who, form=form, typed=typed, **fields)

    def _one(self, code: str, who: SignedIn) -> dict[str, object] | None:
        self._parts.book.reload()
        directory, now = self._parts.book.directory, self._parts.clock.now()
        with self._parts.database.reading() as db:
            known = editing_pages.verifications_of(db, self._parts.database.vault, code)
        waiting = next((one for one in known if one.found.state is Standing.WAITING), None)
        row = one_listed(directory, code, now, waits=waiting is not None)
        if row is None:
            return None
        return {
            "here": PATH,
            "row": row,
            "known": known,
            "waiting": waiting,
            "may_verify": rules().ever(May.VERIFY_RECORD, who.account.role),
            "own_correction": waiting is not None and waiting.found.by == who.account.id,
            "roles": ROLES,
            "ways": HOW,
            "days": DAY_NAMES,
            "week": _week(row.fields.get("hours", "")),
            "on": day_of(now),
            "soon": row.ends_soon(day_of(now)),
        }

    def _empty(self, who: SignedIn) -> dict[str, str]:
        today = day_of(self._parts.clock.now())
        until = (today + LASTS).isoformat()
        return {"role": who.account.role.value, "how": "call", "on": today.isoformat(), "until": until, "heard": ""}

    async def verify(self, request: Request, who: SignedIn) -> Response:
        code, form = str(request.path_params["code"]), await request.form()
        values = {name: str(value)[:_LONGEST] for name, value in form.items() if name != "csrf"}
        try:
            found = _verification(code, who, values, form)
            await to_thread.run_sync(self._verifying.verify, found)
        except CannotBeVerified as error:
            if error.code == "unknown":
                return PlainTextResponse("", 404)
            return await self._record(request, who, Typed(error.code, error.field, values), 422)
        return RedirectResponse(f"{PATH}/{code}", 303)

    async def decide(self, request: Request, who: SignedIn) -> Response:
        code, form = str(request.path_params["code"]), await request.form()
        number, accept = str(form.get("correction", "")), form.get("decision") == "accept"
        if not number.isascii() or not number.isdigit():
            return PlainTextResponse("", 404)
        try:
            await to_thread.run_sync(lambda: self._verifying.decide(int(number), who.account, accept=accept))
        except AlreadyDecided:
            return await self._record(request, who, Typed("decided"), 409)
        except CannotBeVerified as error:
            return await self._record(request, who, Typed(error.code), 403)
        return RedirectResponse(f"{PATH}/{code}", 303)


def _verification(code: str, who: SignedIn, values: Mapping[str, str], form: FormData) -> Verification:
    """What the form says. Raise CannotBeVerified."""
    try:
        heard = Heard(values.get("heard", ""))
    except ValueError:
        raise CannotBeVerified("heard", "heard") from None
    return Verification(
        record=code,
        by=who.account.id,
        role=values.get("role", ""),
        heard=heard,
        how=values.get("how", ""),
        on=_day(values, "on"),
        until=_day(values, "until"),
        show=form.get("show") == "1",
        corrected=_corrected(values) if heard is Heard.DIFFERS else {},
    )


def _day(values: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(values.get(name, ""))
    except ValueError:
        raise CannotBeVerified("day", name) from None


def _corrected(values: Mapping[str, str]) -> dict[str, str]:
    found = {name.removeprefix("new."): value for name, value in values.items() if name.startswith("new.")}
    if values.get("always") == "1":
        return {**found, "hours": "always"}
    days = [(day, values.get(f"hours.{day}", "").replace(",", " ").split()) for day in DAY_NAMES]
    hours = "; ".join(f"{day} {' '.join(spans)}" for day, spans in days if spans)
    return {**found, **({"hours": hours} if hours else {})}


def _week(hours: str) -> dict[str, str]:
    """The spans of each day, as the form has them."""
    days = (part.split() for part in hours.split(";") if part.strip())
    return {day[0]: ", ".join(day[1:]) for day in days}
