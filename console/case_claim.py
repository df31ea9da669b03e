"""The first thing on a case's page: what the case stands on, until when it is safe to write, what was promised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from console.case_features import Act, Posted, Refusal
from console.parts import ConsoleParts
from console.transcript_marks import day_marks, first_new
from helpline.accounts import SignedIn
from helpline.case_work import CaseWork
from helpline.conversations import CaseState
from helpline.safe_writing import Writing, writing
from store import case_looks, pages
from store.case_pages import CasePage
from store.claim_pages import claim_of

# What a counsellor did that the person saw as a first word.
_WORDS = frozenset({"replied", "here_said", "plan_sent"})


class Claims:
    leaves: frozenset[str] = frozenset()
    refusals: Mapping[type[Exception], Refusal] = {}

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts
        self._work = CaseWork(parts.database, parts.book, parts.clock, parts.bell)
        self.actions: Mapping[str, Act] = {"here": self._here}

    def back(self, action: str) -> str:
        return ""

    def _here(self, posted: Posted) -> None:
        self._work.say_here(posted.case, posted.counsellor)

    def fields(self, db: Connection, page: CasePage, who: SignedIn, posted: Posted | None) -> Mapping[str, object]:
        now, case = self._parts.clock.now(), page.row.case.id
        claim = claim_of(db, self._parts.database.vault, case, self._parts.book.numbers)
        allowed = writing(claim.conversation)
        read = case_looks.read_before(db, case, who.account.id)
        return {
            "claim": claim,
            "writing": allowed,
            "writing_left": _seconds_left(allowed, now),
            "window": _window(claim.conversation.discretion.write_from, claim.conversation.discretion.write_until),
            "first_word_said": _first_word_said(page),
            "shown_lines": {line.id for line in page.lines},
            "others_here": case_looks.others_here(db, case, who.account.id, now),
            "new_from": first_new(page.lines, read),
            "day_of": day_marks(page.lines, now),
            **_neighbours(db, case, who.account.id),
        }


def _seconds_left(allowed: Writing, now: datetime) -> int | None:
    return int((allowed.until - now).total_seconds()) if allowed.until is not None and allowed.open_at(now) else None


def _window(begins: int, ends: int) -> str | None:
    """The hours of the day in which we may write first; None for none."""
    return None if begins == ends else f"{begins:02d}:00–{ends:02d}:00"


def _first_word_said(page: CasePage) -> bool:
    """Whether this holder has said anything since they took the case, from the queue or from a colleague."""
    since = page.row.taken_at
    if page.row.case.state is not CaseState.HELD or since is None:
        return True
    return any(event.what in _WORDS and event.at >= since for event in page.events)


def _neighbours(db: Connection, case: int, counsellor: int) -> dict[str, object]:
    """The cases of mine before and after this one, in the order of the queue, round and round."""
    mine = [row.case.id for row in pages.held_by(db, counsellor)]
    if case not in mine or len(mine) < 2:
        others = [number for number in mine if number != case]
        return {"mine_count": len(mine), "mine_next": next(iter(others), None), "mine_previous": None}
    at = mine.index(case)
    return {"mine_count": len(mine), "mine_next": mine[(at + 1) % len(mine)], "mine_previous": mine[at - 1]}
