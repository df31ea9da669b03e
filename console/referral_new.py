"""Beginning a referral: where to, of the person's district first, and what is needed."""

from __future__ import annotations

from dataclasses import dataclass

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from console import referral_forms as forms
from console.parts import ConsoleParts
from console.referral_showing import directory_language
from console.showing import Showing
from helpline.access import May, about_case, rules
from helpline.accounts import SignedIn
from helpline.ports import NotFound
from helpline.referral_answers import ReferralAnswers
from helpline.referral_desk import ReferralDesk, ReferralRoom
from helpline.referral_services import Offered, Services
from helpline.referrals import NoSuchService, NothingAsked, NotShareable, Unverified, Wanted
from store import referral_pages as queries
from store.pages import CaseRow, case_row

_TOLD = {
    Unverified: "referral.error.unverified",
    NothingAsked: "referral.error.nothing",
    NoSuchService: "referral.error.service",
    NotShareable: "referral.error.service",
}


@dataclass(frozen=True)
class Choice:
    """What the page offers for a case, and the risks that triage found."""

    row: CaseRow
    district: str | None
    offered: Offered
    excluded: tuple[str, ...]
    risks: tuple[str, ...]


class NewReferralPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, room: ReferralRoom) -> None:
        self._parts = parts
        self._showing = showing
        self._room = room
        self._desk = ReferralDesk(room)
        self._answers = ReferralAnswers(room)

    async def choose(self, request: Request, who: SignedIn) -> Response:
        return await self._page(request, who)

    async def _page(
        self, request: Request, who: SignedIn, error: str | None = None, form: FormData | None = None
    ) -> Response:
        district = str(form.get("district", "")) if form else request.query_params.get("district", "")
        try:
            choice = await to_thread.run_sync(self._choice, who, int(request.path_params["case"]), district)
        except NotFound:
            return PlainTextResponse("", 404)
        words = self._showing.words(request, who)
        language = directory_language(words)
        fields = {
            "choice": choice,
            "row": choice.row,
            "typed": form or FormData(),
            "needs": self._room.table.codes["needs"],
            "chosen": forms.several(form, "needs") if form else (),
            "districts": self._room.book.directory.records.districts.values(),
            "names": language,
            "services": self._room.services,
        }
        status = 400 if error else 200
        return self._showing.page("referrals/new.html", words, status, who, here="/referrals", error=error, **fields)

    def _choice(self, who: SignedIn, case: int, asked: str) -> Choice:
        """Raise NotFound for a case that this person does not hold."""
        with self._parts.database.reading() as db:
            row = case_row(db, case)
            if row is None or not rules().allows(May.REFER, about_case(who.account, row.case)):
                raise NotFound
            excluded = queries.excluded_of(db, row.case.conversation)
            risks = queries.risks_of(db, self._parts.database.vault, case)
        known = self._room.book.directory.records.districts
        district = asked if asked in known else row.district
        offered = Services(self._room.book.directory, self._room.table).offered(
            district, self._parts.clock.now(), excluded
        )
        return Choice(row, district, offered, excluded, risks)

    async def begin(self, request: Request, who: SignedIn) -> Response:
        """Keep the draft; an error comes back on the page with what was chosen."""
        form, case = await request.form(), int(request.path_params["case"])
        try:
            draft = await to_thread.run_sync(self._drafted, who, case, form)
        except NotFound:
            return PlainTextResponse("", 404)
        except tuple(_TOLD) as error:
            return await self._page(request, who, _TOLD[type(error)], form)
        return RedirectResponse(f"/referrals/{draft}", 303)

    def _drafted(self, who: SignedIn, case: int, form: FormData) -> int:
        service = forms.text(form, "service", 64)
        if not service:
            raise NoSuchService("")
        with self._parts.database.reading() as db:
            risks = queries.risks_of(db, self._parts.database.vault, case)
        role = self._room.services.find(service, self._parts.clock.now()).role
        seen = self._room.table.seen_by(role)
        wanted = Wanted(
            needs=forms.several(form, "needs"),
            fields=self._room.table.ticked(role),
            risks=risks if "risks" in seen else (),
        )
        agreed = forms.text(form, "unverified", 5) == "yes"
        return self._desk.draft(case, who.account, service, wanted, unverified=agreed).id

    async def exclude(self, request: Request, who: SignedIn) -> Response:
        return await self._set(request, who, excluded=True)

    async def readmit(self, request: Request, who: SignedIn) -> Response:
        return await self._set(request, who, excluded=False)

    async def _set(self, request: Request, who: SignedIn, *, excluded: bool) -> Response:
        form, case = await request.form(), int(request.path_params["case"])
        act = self._answers.exclude if excluded else self._answers.readmit
        try:
            await to_thread.run_sync(act, case, who.account, forms.text(form, "service", 64))
        except (NotFound, NoSuchService):
            return PlainTextResponse("", 404)
        return RedirectResponse(f"/referrals/new/{case}#agencies", 303)
