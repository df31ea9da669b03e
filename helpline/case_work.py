"""What a counsellor does on a case besides replying: the first word, drafts, showing that they type."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from helpline.cases import reader_of
from helpline.conversations import RECORDED, Author
from helpline.phrasebook import Phrasebook, Say, channel_form
from helpline.ports import Bell, Clock, NotFound, Store, Unit
from helpline.safe_writing import writing
from helpline.turns import Parts

FIELDS = frozenset({"reply", "note"})
LONGEST_DRAFT = 4000
# A draft that nobody came back to in this time is forgotten.
DRAFTS_KEPT = timedelta(days=3)
FIRST_WORD = "here_now"


class CaseWork:
    """Each call is one commit. Raises NotFound for a case that this counsellor may not act on."""

    def __init__(self, store: Store, book: Phrasebook, clock: Clock, bell: Bell) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._bell = bell

    def say_here(self, case: int, counsellor: int) -> None:
        """Say once, since the case was taken, that a person is here and reads. They still wait for an answer."""
        now = self._clock.now()
        with self._store.unit() as unit:
            held, conversation = unit.case_held_by(case, counsellor), unit.conversation_of(case)
            taken = unit.taken_at(case)
            origin = f"here:{case}:{taken.timestamp() if taken else 0}"
            if unit.was_put(origin) or conversation.channel == RECORDED:
                return
            outs = self._book.render(Say(FIRST_WORD), reader_of(conversation))
            signed = tuple(replace(out, author=Author.COUNSELLOR, counsellor=counsellor) for out in outs)
            unit.put_out(held.conversation, signed, now, origin)
            unit.first_word(case, now)
            unit.record(case, counsellor, "here_said", now, {})
        self._bell.ring("cases")
        self._bell.ring("outbox")

    def keep_draft(self, case: int, counsellor: int, field: str, text: str, key: str) -> None:
        """Keep what is typed and not sent. `key`: the reply form's own; once that form was sent, it is no draft any more.

        Somebody who does not hold the case any more may finish what they had begun, never begin.
        """
        now = self._clock.now()
        with self._store.unit() as unit:
            if not unit.has_draft(case, counsellor):
                unit.case_held_by(case, counsellor)
            if field == "reply" and unit.was_put(f"reply:{case}:{key}"):
                return
            unit.save_draft(case, counsellor, field, text[:LONGEST_DRAFT], now)

    def forget_drafts(self, case: int, counsellor: int) -> None:
        with self._store.unit() as unit:
            for field in sorted(FIELDS):
                unit.forget_draft(case, counsellor, field)

    def show_typing(self, case: int, counsellor: int) -> None:
        """Let the person see that somebody types, on a messenger, while what is written would still reach them."""
        now = self._clock.now()
        with self._store.unit() as unit:
            held = unit.case_held_by(case, counsellor)
            conversation = unit.conversation_of(case)
            if channel_form(conversation.channel) == "sms" or not writing(conversation).open_at(now):
                return
            unit.set_typing(held.conversation, now)
        self._bell.ring("typing")


def forget_old_drafts(unit: Unit, _parts: Parts, now: datetime) -> Counter[str]:
    """A step of the sweep: what was typed about somebody does not lie about for ever."""
    return +Counter({"drafts_forgotten": unit.forget_drafts_before(now - DRAFTS_KEPT)})


__all__ = ["CaseWork", "NotFound", "forget_old_drafts"]
