"""The pages of referrals: the list, one referral for us and for the agency it went to, and its letter."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console import referral_forms as forms
from console.door import Door
from console.parts import ConsoleParts
from console.referral_actions import REFUSED, Action, Posted, ReferralActions, refusal
from console.referral_letter import Letter, LetterTexts, pdf
from console.referral_new import NewReferralPages
from console.referral_showing import fields_shown, service_name
from console.showing import Showing
from console.words import Words
from helpline.access import May
from helpline.accounts import Role, SignedIn
from helpline.conversations import Conversation
from helpline.ports import NotFound
from helpline.referral_access import allowed
from helpline.referral_answers import ReferralAnswers
from helpline.referral_consent import shared
from helpline.referral_desk import ReferralDesk, ReferralRoom, about_of
from helpline.referral_table import table
from helpline.referrals import ENDED, OPEN, UNSENT, Referral, ReferralState
from store import referral_pages as queries
from store.pages import CaseRow, case_row
from triage.taxonomy import Risk

_EVERY = frozenset(ReferralState)
# What a list may be narrowed to: what is not at its end comes first.
FILTERS = {"open": OPEN | UNSENT, **{state.value: frozenset({state}) for state in ReferralState}, "all": _EVERY}
_ASKED = (May.REFER, May.OVERRIDE_CONSENT, May.ANSWER_REFERRAL, May.REVOKE_REFERRAL, May.OPEN_CASE)


@dataclass(frozen=True)
class Opened:
    """A referral with what its page shows. `allowed`: the actions of data/access.yml that this person may do on it."""

    referral: Referral
    row: CaseRow
    conversation: Conversation = field(repr=False)
    allowed: frozenset[str]
    calls: list[queries.CallRow] = field(repr=False)
    history: list[queries.Happened] = field(repr=False)


class ReferralPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._room = ReferralRoom(parts.database, parts.book, parts.clock, parts.bell, table())
        self._desk = ReferralDesk(self._room)
        self._answers = ReferralAnswers(self._room)
        self._actions = ReferralActions(self._room)
        self._new = NewReferralPages(parts, showing, self._room)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        acts = [
            Route(f"/referrals/{{referral:int}}/{name}", guarded(action.may, self._does(action)), methods=["POST"])
            for name, action in self._actions.by_name.items()
        ]
        return [
            Route("/referrals", guarded(May.SEE_REFERRALS, self.listing), methods=["GET"]),
            Route("/referrals/new/{case:int}", guarded(May.REFER, self._new.choose), methods=["GET"]),
            Route("/referrals/new/{case:int}", guarded(May.REFER, self._new.begin), methods=["POST"]),
            Route("/referrals/new/{case:int}/exclude", guarded(May.REFER, self._new.exclude), methods=["POST"]),
            Route("/referrals/new/{case:int}/readmit", guarded(May.REFER, self._new.readmit), methods=["POST"]),
            Route("/referrals/{referral:int}", guarded(May.OPEN_REFERRAL, self.referral), methods=["GET"]),
            Route("/referrals/{referral:int}/letter/{language}", guarded(May.OPEN_REFERRAL, self.letter)),
            *acts,
        ]

    async def listing(self, request: Request, who: SignedIn) -> Response:
        chosen = request.query_params.get("state", "open")
        chosen = chosen if chosen in FILTERS else "open"
        rows = await to_thread.run_sync(self._rows, who, chosen)
        words, now, stale = self._showing.words(request, who), self._parts.clock.now(), self._room.table.stale
        fields = {
            "rows": rows,
            "chosen": chosen,
            "filters": [name for name in FILTERS if who.account.role is not Role.FOCAL_POINT or _is_theirs(name)],
            "late": {row.id for row in rows if row.late(now)},
            "stale": {row.id for row in rows if row.stale(now, stale)},
            "agency": who.account.agency if who.account.role is Role.FOCAL_POINT else None,
        }
        return self._showing.page(
            "referrals/list.html", words, 200, who, here="/referrals", name=self._namer(words), **fields
        )

    def _rows(self, who: SignedIn, chosen: str) -> list[queries.ReferralRow]:
        with self._parts.database.reading() as db:
            return queries.listed(db, who.account, FILTERS[chosen], self._parts.clock.now())

    def _namer(self, words: Words) -> Callable[[str], str]:
        return lambda code: service_name(code, words, self._room.services)

    async def referral(self, request: Request, who: SignedIn) -> Response:
        return await self._page(request, who)

    async def _page(
        self, request: Request, who: SignedIn, error: str | None = None, posted: Posted | None = None
    ) -> Response:
        try:
            opened = await to_thread.run_sync(self._opened, who, int(request.path_params["referral"]))
        except NotFound:
            return PlainTextResponse("", 404)
        words = self._showing.words(request, who)
        theirs = who.account.role is Role.FOCAL_POINT
        template = "referrals/agency.html" if theirs else "referrals/referral.html"
        fields = self._shown(opened, words) if theirs else {**self._shown(opened, words), **self._ours(opened, posted)}
        status = 400 if error else 200
        return self._showing.page(template, words, status, who, here="/referrals", error=error, **fields)

    def _opened(self, who: SignedIn, number: int) -> Opened:
        """Raise NotFound. The look is written down."""
        found = self._answers.viewed(number, who.account)
        with self._parts.database.unit() as unit:
            conversation = unit.conversation_of(found.case)
            may_do = {action.value for action in allowed(unit, who.account, found, _ASKED)}
        vault = self._parts.database.vault
        with self._parts.database.reading() as db:
            row = case_row(db, found.case)
            assert row is not None  # noqa: S101  # the referral's own case
            calls, history = queries.calls_of(db, vault, number), queries.history_of(db, found.case, number)
        return Opened(found, row, conversation, frozenset(may_do), calls, history)

    def _shown(self, opened: Opened, words: Words) -> dict[str, object]:
        """What an agency sees, and we see as it does: nothing of a referral that has ended but how it ended."""
        found, now = opened.referral, self._parts.clock.now()
        visible = self._preview(opened) if found.state in OPEN | UNSENT else {}
        return {
            "referral": found,
            "title": service_name(found.service, words, self._room.services),
            "shared": fields_shown(visible, words, self._parts.book),
            "allowed": opened.allowed,
            "late": found.due_at is not None and found.state is ReferralState.IN_PROGRESS and found.due_at < now,
            "codes": self._room.table.codes,
            "form_key": secrets.token_urlsafe(12),
        }

    def _preview(self, opened: Opened) -> dict[str, object]:
        found = opened.referral
        if found.shared is not None or found.wanted is None:
            return dict(found.shared or {})
        about = about_of(opened.conversation, opened.row.case.level.name.lower())
        return shared(found.wanted, found.role, self._room.table, about)

    def _ours(self, opened: Opened, posted: Posted | None) -> dict[str, object]:
        found, now = opened.referral, self._parts.clock.now()
        drafting = found.state is ReferralState.DRAFT
        typed = forms.wanted(posted.form) if posted is not None and "needs" in posted.form else found.wanted
        return {
            "row": opened.row,
            "typed": typed,
            "seen": self._room.table.seen_by(found.role),
            "all_risks": [risk.value for risk in Risk if risk is not Risk.HUMAN_REQUEST],
            "always": self._room.table.always,
            "consent_text": self._desk.consent_text(found, opened.conversation) if drafting else [],
            "version": self._room.table.consent_version,
            "child": opened.conversation.register == "child",
            "time": forms.written(found.answered_at if found.answer and found.answered_at else now),
            "stale": found.state in OPEN and now - found.changed_at > self._room.table.stale,
            "calls": opened.calls,
            "history": opened.history,
            "posted": posted.form if posted is not None else {},
            "ended": found.state in ENDED,
        }

    def _does(self, action: Action) -> Callable[[Request, SignedIn], Awaitable[Response]]:
        async def does(request: Request, who: SignedIn) -> Response:
            number = int(request.path_params["referral"])
            posted = Posted(number, who.account, await request.form())
            try:
                await to_thread.run_sync(action.act, posted)
            except (NotFound, forms.UnknownForm):
                return PlainTextResponse("", 404)
            except REFUSED as error:
                return await self._page(request, who, refusal(error), posted)
            return RedirectResponse(f"/referrals/{number}{action.back}", 303)

        return does

    async def letter(self, request: Request, who: SignedIn) -> Response:
        """The letter to look at, or with `?save` to keep. Its file has the reference for a name and nothing else."""
        language = str(request.path_params["language"])
        try:
            made = await to_thread.run_sync(self._letter, who, int(request.path_params["referral"]), language)
        except NotFound:
            return PlainTextResponse("", 404)
        kind = "attachment" if "save" in request.query_params else "inline"
        named = {"Content-Disposition": f'{kind}; filename="{made[0]}.pdf"'}
        return Response(made[1], media_type="application/pdf", headers=named)

    def _letter(self, who: SignedIn, number: int, language: str) -> tuple[str, bytes]:
        """Raise NotFound where there is no letter: before it left, in another language, and for an agency when it ended."""
        found = self._answers.viewed(number, who.account, letter=True)
        theirs = who.account.role is Role.FOCAL_POINT
        if language not in ("az", "ru") or found.shared is None or (theirs and found.state not in OPEN):
            raise NotFound
        service = self._room.services.find(found.service, self._parts.clock.now())
        texts = LetterTexts.read(self._parts.root / "letters" / f"{language}.yml")
        return found.reference, pdf(Letter(found, service), texts, self._parts.book)


def _is_theirs(name: str) -> bool:
    """An agency knows nothing of what has not left or was taken back."""
    return name in ("open", "in_progress", "accepted", "refused", "done", "all")
