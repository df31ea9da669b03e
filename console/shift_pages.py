"""Shifts: the week that a supervisor plans, my own, and being on, resting, off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May, about, rules
from helpline.accounts import SignedIn
from helpline.ports import NotFound
from helpline.shift_planning import BadShift, Shift, ShiftPlanning, Watching
from helpline.shift_times import times
from helpline.starting import BAKU
from helpline.watches import REST
from store.queue_rows import QueueRows
from store.shift_pages import shifts_between, who_takes_cases

WEEK = 7
MOST_WEEKS = 520
FIELDS = ("counsellor", "day", "begins", "ends")


@dataclass(frozen=True)
class Day:
    """A day of the week view. `hours`: the working hours, as people write them."""

    on: date
    holiday: bool
    today: bool
    hours: Sequence[str]
    shifts: Sequence[Shift]


class ShiftPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._planning = ShiftPlanning(parts.database, parts.clock, parts.bell)
        self._watching = Watching(parts.database, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route("/shifts", guarded(May.WORK_SHIFT, self.week), methods=["GET"]),
            Route("/shifts/add", guarded(May.PLAN_SHIFTS, self.add), methods=["POST"]),
            Route("/shifts/{shift:int}/remove", guarded(May.PLAN_SHIFTS, self.remove), methods=["POST"]),
            Route("/watch/on", guarded(May.WORK_SHIFT, self.on), methods=["POST"]),
            Route("/watch/rest", guarded(May.WORK_SHIFT, self.rest), methods=["POST"]),
            Route("/watch/off", guarded(May.WORK_SHIFT, self.off), methods=["POST"]),
        ]

    async def week(self, request: Request, who: SignedIn) -> Response:
        return await self._week(request, who)

    async def _week(self, request: Request, who: SignedIn, error: str | None = None, status: int = 200) -> Response:
        form = await request.form() if request.method == "POST" else request.query_params
        monday = _monday(str(form.get("week", "")), self._parts.clock.now())
        typed = {name: str(form.get(name, ""))[:16] for name in FIELDS}
        fields = await to_thread.run_sync(self._fields, who, monday)
        words = self._showing.words(request, who)
        return self._showing.page("shifts.html", words, status, who, here="/shifts", error=error, typed=typed, **fields)

    def _fields(self, who: SignedIn, monday: date) -> dict[str, object]:
        database, now = self._parts.database, self._parts.clock.now()
        begins, ends = _midnight(monday), _midnight(monday + timedelta(days=WEEK))
        with database.reading() as db:
            planned = shifts_between(db, begins, ends)
            on = QueueRows(db, database.vault).on_watch(now)
            colleagues = who_takes_cases(db)
            mine = shifts_between(db, now, now + timedelta(days=4 * WEEK))
        return {
            "days": [_day(monday + timedelta(days=ahead), planned, now) for ahead in range(WEEK)],
            "monday": monday,
            "before": monday - timedelta(days=WEEK),
            "after": monday + timedelta(days=WEEK),
            "zone": BAKU,
            "mine": [shift for shift in mine if shift.counsellor == who.account.id],
            "me": next((each for each in on if each.account.id == who.account.id), None),
            "colleagues": colleagues,
            "plans": rules().allows(May.PLAN_SHIFTS, about(who.account)),
        }

    async def add(self, request: Request, who: SignedIn) -> Response:
        form = await request.form()
        counsellor, day, begins, ends = (str(form.get(name, ""))[:16] for name in FIELDS)
        if not (counsellor.isascii() and counsellor.isdigit()):
            return await self._week(request, who, "shifts.bad.counsellor", 400)
        try:
            await to_thread.run_sync(self._planning.add, int(counsellor), day, begins, ends)
        except BadShift as bad:
            return await self._week(request, who, f"shifts.bad.{bad.code}", 400)
        except NotFound:
            return await self._week(request, who, "shifts.bad.counsellor", 400)
        return _to_week(str(form.get("week", "")))

    async def remove(self, request: Request, who: SignedIn) -> Response:
        await to_thread.run_sync(self._planning.remove, int(request.path_params["shift"]))
        return _to_week(str((await request.form()).get("week", "")))

    async def on(self, request: Request, who: SignedIn) -> Response:
        await to_thread.run_sync(self._watching.on, who.account.id)
        return await _back(request)

    async def rest(self, request: Request, who: SignedIn) -> Response:
        await to_thread.run_sync(self._watching.rest, who.account.id, REST)
        return await _back(request)

    async def off(self, request: Request, who: SignedIn) -> Response:
        held = await to_thread.run_sync(self._watching.off, who.account.id)
        if held:
            return await self._week(request, who, "shifts.still_hold", 409)
        return RedirectResponse("/shifts", 303)


def _day(on: date, planned: Sequence[Shift], now: datetime) -> Day:
    begins, ends = _midnight(on), _midnight(on + timedelta(days=1))
    holiday = times().calendar.has(on)
    spans = times().hours.spans(on, times().calendar) or ()
    hours = [f"{first // 60:02}:{first % 60:02}–{last // 60:02}:{last % 60:02}" for first, last in spans]
    here = [shift for shift in planned if shift.starts_at < ends and shift.ends_at > begins]
    return Day(on, holiday, now.astimezone(BAKU).date() == on, hours, here)


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), BAKU)


def _monday(written: str, now: datetime) -> date:
    """The Monday of a week that was asked for; of this one where that is no day or far away."""
    today = now.astimezone(BAKU).date()
    try:
        on = date.fromisoformat(written)
    except ValueError:
        on = today
    if abs((on - today).days) > MOST_WEEKS * WEEK:
        on = today
    return on - timedelta(days=on.weekday())


def _to_week(written: str) -> Response:
    try:
        return RedirectResponse(f"/shifts?week={date.fromisoformat(written)}", 303)
    except ValueError:
        return RedirectResponse("/shifts", 303)


async def _back(request: Request) -> Response:
    """To the queue or to the shifts, wherever the button was."""
    back = str((await request.form()).get("back", ""))
    return RedirectResponse("/shifts" if back == "/shifts" else "/", 303)
