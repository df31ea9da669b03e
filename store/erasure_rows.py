"""Rows of erasure: who asked for it, what stands against it, and what is removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, String, Table, cast, literal, select, update

from helpline.conversations import CaseState, Conversation, OutState, TurnState
from helpline.referrals import OPEN
from store.case_work_rows import erase_case_work
from store.complaint_rows import ComplaintRows
from store.joining_rows import erase_parts
from store.matter_tables import safety_plans
from store.record_tables import issues, sign_offs, talks, transfers, wrap_ups
from store.referral_rows import ReferralRows
from store.referral_tables import referrals
from store.started_rows import TIP
from store.supervision_tables import blocks, hand_over_cases, hand_overs, reviews
from store.tables import case_events, cases, conversations, messages, notes, outbox, turns
from store.turn_rows import detail
from triage.taxonomy import Level

SEALED_FOR = timedelta(days=30)
# Events of a case whose detail says what the person answered, what their plan is for, or what was thought of them.
_TELLING = ("guided", "plan_saved", "plan_sent", "blocked")
_UNSENT = (OutState.WAITING.value, OutState.SENDING.value)


class ErasureRows(ComplaintRows, ReferralRows):
    def request_erasure(self, conversation: int, at: datetime) -> None:
        here = conversations.c.id == conversation
        self._db.execute(update(conversations).where(here).values(erasure_requested_at=at))

    def due_erasures(self, now: datetime) -> Iterator[int]:
        """Those without an open case or referral, without a disclosure of the last 30 days, and with nothing left to send."""
        open_case = select(cases.c.id).where(
            cases.c.conversation_id == conversations.c.id, cases.c.state != CaseState.CLOSED.value
        )
        disclosed = select(messages.c.id).where(
            messages.c.conversation_id == conversations.c.id,
            messages.c.level >= int(Level.URGENT),
            messages.c.at > now - SEALED_FOR,
        )
        unsent = select(outbox.c.id).where(
            outbox.c.conversation_id == conversations.c.id,
            outbox.c.state.in_(_UNSENT),
            outbox.c.body.is_not(None),
        )
        pending = select(turns.c.id).where(
            turns.c.conversation_id == conversations.c.id, turns.c.state == TurnState.PENDING.value
        )
        referred = select(referrals.c.id).where(
            referrals.c.conversation_id == conversations.c.id,
            referrals.c.state.in_([state.value for state in OPEN]),
        )
        query = select(conversations.c.id).where(
            conversations.c.erasure_requested_at.is_not(None),
            *(~part.exists() for part in (open_case, disclosed, unsent, pending, referred)),
        )
        yield from self._db.execute(query).scalars().all()

    def erase(self, conversation: int, at: datetime) -> None:
        """Remove every word and everything told about themselves; counts and times stay."""
        emptied = {"body": None, "choice": None, "finding": None, "thread_id": None, "says": None}
        self._db.execute(update(messages).where(messages.c.conversation_id == conversation).values(**emptied))
        erase_parts(self, conversation)
        self._erase_cases(conversation)
        erase_case_work(self._db, conversation)
        self._erase_outbox(conversation, at)
        self.end_referrals(conversation, at)
        self.forget_courses(conversation)
        self.erase_complaints(conversation)
        self.save_conversation(Conversation(conversation, "", "", greeted=True))
        here = conversations.c.id == conversation
        ended: dict[str, object] = {
            "wants_counsellor": None,
            "tips_since": None,
            "tip_due_at": None,
            "shared_agreed": False,
            "started_at": None,
        }
        self._db.execute(update(conversations).where(here).values(erasure_requested_at=None, **ended))

    def _erase_cases(self, conversation: int) -> None:
        """The audit keeps who did what and when, without what the person answered."""
        mine = select(cases.c.id).where(cases.c.conversation_id == conversation)
        self._db.execute(update(notes).where(notes.c.case_id.in_(mine)).values(body=None))
        self._db.execute(update(cases).where(cases.c.id.in_(mine)).values(next_step=None))
        self._db.execute(update(hand_over_cases).where(hand_over_cases.c.case_id.in_(mine)).values(next_step=None))
        told_with = select(hand_over_cases.c.hand_over_id).where(hand_over_cases.c.case_id.in_(mine))
        self._db.execute(update(hand_overs).where(hand_overs.c.id.in_(told_with)).values(note=None))
        self._db.execute(update(reviews).where(reviews.c.case_id.in_(mine)).values(went_well=None, to_learn=None))
        self._db.execute(update(blocks).where(blocks.c.case_id.in_(mine)).values(reason="erased"))
        told = case_events.c.case_id.in_(mine) & case_events.c.what.in_(_TELLING)
        self._db.execute(update(case_events).where(told).values(detail=detail({})))
        self._erase_records(mine)
        plan = update(safety_plans).where(safety_plans.c.conversation_id == conversation)
        self._db.execute(plan.values(body=None))

    def _erase_records(self, mine: Select[tuple[int]]) -> None:
        """Of a wrap-up its call type and the main categories stay, for counts; nothing of whom or how."""
        emptied: tuple[tuple[Table, dict[str, object]], ...] = (
            (wrap_ups, {"fields": "{}", "summary": None}),
            (issues, {"subcategory": None, "about": None}),
            (sign_offs, {"answers": "{}", "why": None}),
            (talks, {"note": None}),
            (transfers, {"note": None, "why": None}),
        )
        for table, values in emptied:
            self._db.execute(update(table).where(table.c.case_id.in_(mine)).values(**values))
        self._db.execute(update(cases).where(cases.c.id.in_(mine)).values(next_step=None, next_step_at=None))

    def _erase_outbox(self, conversation: int, at: datetime) -> None:
        """What was kept back goes with the rest: let go later, there would be no text left to send. A tip's origin has its item.

        Erasure waits for what is still to be sent; a row that came meanwhile answers what was written since, and stays.
        """
        mine = update(outbox).where(outbox.c.conversation_id == conversation, outbox.c.state.not_in(_UNSENT))
        cancelled = {"state": OutState.CANCELLED.value, "code": "erased", "finished_at": at}
        self._db.execute(mine.where(outbox.c.state == OutState.WITHHELD.value).values(**cancelled))
        self._db.execute(mine.values(body=None, choices=None, wipes=None, picture=None))
        nameless = literal("erased:") + cast(outbox.c.id, String)
        self._db.execute(mine.where(outbox.c.origin.startswith(TIP)).values(origin=nameless))
