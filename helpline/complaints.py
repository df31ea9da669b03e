"""Complaints about the helpline or somebody who works there: to the administrators, past the shift.

The audit says that one was made and never by whom or about whom: supervisors read it, and it may be about them.
"""

from __future__ import annotations

from helpline.ports import Clock, NotFound, Store

LONGEST = 4000


class EmptyComplaint(ValueError):
    """A complaint or an answer without words."""


class Complaints:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def make(self, counsellor: int, about: int | None, text: str) -> None:
        """Of somebody who works here. Raise EmptyComplaint, or NotFound for no such account."""
        words, now = _words(text), self._clock.now()
        with self._store.unit() as unit:
            if about is not None:
                unit.account(about)
            made = unit.add_complaint(words, now, counsellor=counsellor, about=about)
            unit.note_audit(None, "complaint_made", now, {"complaint": made})

    def answer(self, by: int, complaint: int, text: str) -> None:
        """Raise EmptyComplaint, or NotFound for one that is answered, their own, or about them."""
        words, now = _words(text), self._clock.now()
        with self._store.unit() as unit:
            if not unit.answer_complaint(complaint, by, words, now):
                raise NotFound
            unit.note_audit(by, "complaint_answered", now, {"complaint": complaint})


def _words(text: str) -> str:
    words = text.strip()[:LONGEST]
    if not words:
        raise EmptyComplaint
    return words
