"""Sampled review: what waits to be looked at once more, the short score, and what was said of one's own work."""

from __future__ import annotations

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from console.door import Door
from console.parts import ConsoleParts
from console.showing import Showing
from helpline.access import May
from helpline.accounts import SignedIn
from helpline.ports import NotFound
from helpline.reviewed import Written
from helpline.reviews import LONGEST, SCORES, NotScored, Reviewing, may_review
from helpline.supervising import review_plan
from store import supervision_review_pages as pages
from store.unit import SqlUnit


class ReviewPages:
    def __init__(self, parts: ConsoleParts, showing: Showing, door: Door) -> None:
        self._parts = parts
        self._showing = showing
        self._door = door
        self._reviewing = Reviewing(parts.database, parts.clock, parts.bell)

    def routes(self) -> list[BaseRoute]:
        guarded = self._door.guarded
        return [
            Route("/reviews", guarded(May.REVIEW_CASE, self.all), methods=["GET"]),
            Route("/reviews/mine", guarded(May.OWN_ACCOUNT, self.mine), methods=["GET"]),
            Route("/reviews/{number:int}", guarded(May.REVIEW_CASE, self.one), methods=["GET"]),
            Route("/reviews/{number:int}", guarded(May.REVIEW_CASE, self.write), methods=["POST"]),
        ]

    async def all(self, request: Request, who: SignedIn) -> Response:
        fields = await to_thread.run_sync(self._all, who)
        return self._showing.page(
            "reviews.html", self._showing.words(request, who), 200, who, here="/reviews", **fields
        )

    def _all(self, who: SignedIn) -> dict[str, object]:
        questions, vault = review_plan().questions, self._parts.database.vault
        with self._parts.database.reading() as db:
            return {
                "waiting": pages.to_review(db, who.account),
                "done": pages.all_reviews(db, vault),
                "figures": pages.figures(db, questions),
                "helped": pages.helped(db),
                "questions": questions,
            }

    async def mine(self, request: Request, who: SignedIn) -> Response:
        done = await to_thread.run_sync(self._mine, who)
        words = self._showing.words(request, who)
        return self._showing.page(
            "my_reviews.html", words, 200, who, here="/reviews/mine", done=done, questions=review_plan().questions
        )

    def _mine(self, who: SignedIn) -> list[pages.Reviewed]:
        with self._parts.database.reading() as db:
            return pages.reviews_of(db, self._parts.database.vault, who.account.id)

    async def one(self, request: Request, who: SignedIn) -> Response:
        return await self._one(request, who)

    async def _one(
        self, request: Request, who: SignedIn, error: str | None = None, typed: FormData | None = None
    ) -> Response:
        found = await to_thread.run_sync(self._drawn, who, int(request.path_params["number"]))
        if found is None:
            return PlainTextResponse("", 404)
        fields = {
            "row": found,
            "questions": review_plan().questions,
            "scores": SCORES,
            "typed": typed or FormData(),
            "longest": LONGEST,
        }
        status = 200 if error is None else 400
        words = self._showing.words(request, who)
        return self._showing.page("review.html", words, status, who, here="/reviews", error=error, **fields)

    def _drawn(self, who: SignedIn, number: int) -> pages.ToReview | None:
        """None where there is none, and where this person may not look: nobody learns the difference."""
        with self._parts.database.reading() as db:
            found = pages.drawn(db, number)
            if found is None:
                return None
            allowed = may_review(who.account, SqlUnit(db, self._parts.database.vault).review_to_write(number))
            return found if allowed else None

    async def write(self, request: Request, who: SignedIn) -> Response:
        number, form = int(request.path_params["number"]), await request.form()
        try:
            await to_thread.run_sync(self._reviewing.write, number, who.account, _written(form))
        except NotScored:
            return await self._one(request, who, "review.not_scored", form)
        except NotFound:
            return PlainTextResponse("", 404)
        return RedirectResponse("/reviews", 303)


def _written(form: FormData) -> Written:
    """Raise NotScored for a score that there is not."""
    typed = {code: str(form.get(f"score-{code}", "")) for code in review_plan().questions}
    if not all(score in map(str, SCORES) for score in typed.values()):
        raise NotScored
    texts = (str(form.get(name, ""))[:LONGEST] for name in ("went_well", "to_learn"))
    return Written({code: int(score) for code, score in typed.items()}, *texts)
