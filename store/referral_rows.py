"""Rows of referrals: drafts, what they rest on, what became of them, calls, and the agencies that must not know."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update

from helpline.conversations import Author, Case, CaseState, OutState
from helpline.ports import NotFound
from helpline.referrals import OPEN, UNSENT, Call, Loop, NewReferral, Referral, ReferralState, Suspicion
from store.referral_tables import excluded_agencies, referral_calls, referrals
from store.referral_values import referral_of, values_of
from store.rows import case_of
from store.tables import case_events, cases, conversations, messages, outbox, senders
from store.turn_rows import TurnRows, detail

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# The beginning of the origins of the line before the question whether the service came.
REFERRAL = "referral:"


class ReferralRows(TurnRows):
    def add_referral(self, new: NewReferral, counsellor: int, at: datetime) -> Referral:
        reference = "".join(secrets.choice(_LETTERS) for _ in range(7))
        empty = Referral(
            id=0,
            case=new.case,
            conversation=new.conversation,
            reference=f"R-{reference}",
            service=new.service,
            kind=new.kind,
            role=new.role,
            state=ReferralState.DRAFT,
            created_by=counsellor,
            created_at=at,
            changed_at=at,
            wanted=new.wanted,
            unverified_agreed=new.unverified_agreed,
        )
        added = self._insert(referrals, values_of(empty, self._vault))
        return self.referral(added)

    def referral(self, referral: int) -> Referral:
        """Return a referral and hold its row until the transaction ends. Raise NotFound."""
        query = select(referrals).where(referrals.c.id == referral).with_for_update()
        row = self._db.execute(query).mappings().first()
        if row is None:
            raise NotFound
        return referral_of(row, self._vault)

    def save_referral(self, referral: Referral, at: datetime) -> None:
        values = {**values_of(referral, self._vault), "changed_at": at}
        self._db.execute(update(referrals).where(referrals.c.id == referral.id).values(**values))

    def case_of_referral(self, referral: Referral) -> Case:
        row = self._db.execute(select(cases).where(cases.c.id == referral.case)).mappings().one()
        return case_of(row)

    def referrals_to(self, conversation: int, service: str) -> list[Referral]:
        """What is not at its end of a person's referrals to a service."""
        going = referrals.c.state.in_([state.value for state in (*OPEN, *UNSENT)])
        here = (referrals.c.conversation_id == conversation) & (referrals.c.service == service) & going
        rows = self._db.execute(select(referrals).where(here).with_for_update()).mappings().all()
        return [referral_of(row, self._vault) for row in rows]

    def looked_at_referral(self, referral: Referral, counsellor: int, since: datetime) -> bool:
        looks = and_(
            case_events.c.case_id == referral.case,
            case_events.c.counsellor_id == counsellor,
            case_events.c.what == "referral_viewed",
            case_events.c.detail == detail({"referral": referral.id}),
            case_events.c.at > since,
        )
        return self._db.scalar(select(case_events.c.id).where(looks).limit(1)) is not None

    def add_call(self, referral: int, counsellor: int, call: Call) -> None:
        place = self._vault.texts.seal(call.place) if call.place else None
        values = {"referral_id": referral, "counsellor_id": counsellor, "desk": call.desk, "outcome": call.outcome}
        self._insert(referral_calls, {**values, "place": place, "at": call.at})

    def exclude_agency(self, conversation: int, service: str, counsellor: int, at: datetime) -> bool:
        """Keep an agency from ever learning of a person; return whether that is new."""
        values = {"conversation_id": conversation, "service": service, "counsellor_id": counsellor, "at": at}
        return self._insert_once(excluded_agencies, values) is not None

    def readmit_agency(self, conversation: int, service: str) -> None:
        here = (excluded_agencies.c.conversation_id == conversation) & (excluded_agencies.c.service == service)
        self._db.execute(delete(excluded_agencies).where(here))

    def excluded_agencies(self, conversation: int) -> frozenset[str]:
        here = excluded_agencies.c.conversation_id == conversation
        return frozenset(self._db.scalars(select(excluded_agencies.c.service).where(here)))

    def step_after_referral(self, case: int, text: str, at: datetime) -> bool:
        """Give an open case something to do now, unless a step is written there; return whether it is open."""
        here = (cases.c.id == case) & (cases.c.state != CaseState.CLOSED.value)
        rests = cases.c.snoozed_until > at
        self._db.execute(update(cases).where(here, rests).values(snoozed_until=at))
        values = {"next_step": self._vault.texts.seal(text), "next_step_at": at}
        self._db.execute(update(cases).where(here, cases.c.next_step.is_(None)).values(**values))
        return self._db.scalar(select(cases.c.id).where(here)) is not None

    def said_by_person(self, conversation: int, most: int = 200) -> list[str]:
        """The person's newest messages: only to see that none of them is passed on."""
        mine = (messages.c.conversation_id == conversation) & (messages.c.author == Author.PERSON.value)
        query = select(messages.c.body).where(mine, messages.c.body.is_not(None)).order_by(messages.c.id.desc())
        return [self._vault.texts.open(body) for body in self._db.scalars(query.limit(most))]

    def to_alert(self, now: datetime) -> list[Referral]:
        """What waits for a second person's decision, and what should have been answered by now."""
        waits = referrals.c.state == ReferralState.WAITING.value
        late = (referrals.c.state == ReferralState.IN_PROGRESS.value) & (referrals.c.due_at < now)
        rows = self._db.execute(select(referrals).where(or_(waits, late)).order_by(referrals.c.id)).mappings().all()
        return [referral_of(row, self._vault) for row in rows]

    def due_questions(self, now: datetime, most: int = 100) -> Iterator[Referral]:
        """Referrals whose person is to be asked, or whose silence is to be written down; another worker's are left to it."""
        waits = referrals.c.loop.in_([Loop.WAITING.value, Loop.ASKED.value]) & (referrals.c.ask_at <= now)
        query = select(referrals).where(waits).order_by(referrals.c.ask_at, referrals.c.id).limit(most)
        for row in self._db.execute(query.with_for_update(skip_locked=True)).mappings().all():
            yield referral_of(row, self._vault)

    def question_state(self, referral: int) -> OutState | None:
        """What became of the newest line that leads to a referral's question; None when there is none."""
        mine = outbox.c.origin.startswith(f"{REFERRAL}{referral}:")
        state = self._db.scalar(select(outbox.c.state).where(mine).order_by(outbox.c.id.desc()).limit(1))
        return None if state is None else OutState(state)

    def may_hear_of_referral(self, referral: Referral) -> bool:
        """Whether the person can be written to: they can be reached, did not ask to be forgotten, and did not decline."""
        query = (
            select(conversations.c.id)
            .join(senders, senders.c.id == conversations.c.sender_id)
            .join(cases, cases.c.conversation_id == conversations.c.id)
            .where(
                cases.c.id == referral.case,
                cases.c.declined.is_(False),
                senders.c.reachable.is_(True),
                conversations.c.erasure_requested_at.is_(None),
                conversations.c.bulk_stopped.is_(False),
            )
        )
        return self._db.scalar(query) is not None

    def end_referrals(self, conversation: int, at: datetime) -> None:
        """Erasure: the words go, what did not leave is taken back, and no agency of the person's is remembered."""
        here = referrals.c.conversation_id == conversation
        unsent = referrals.c.state.in_([state.value for state in UNSENT])
        revoked = {"state": ReferralState.REVOKED.value, "ended_at": at, "end_reason": "erased"}
        self._db.execute(update(referrals).where(here, unsent).values(**revoked))
        emptied = {name: None for name in ("wanted", "shared", "override_text", "told_text", "end_text", "ask_at")}
        # Which service it was tells where somebody lives; of what kind it was is enough to count.
        named = {"service": referrals.c.kind, "answer": None}
        self._db.execute(update(referrals).where(here).values(**emptied, **named))
        suspected = here & referrals.c.suspicion.is_not(None)
        self._db.execute(update(referrals).where(suspected).values(suspicion=Suspicion.UNKNOWN.value))
        mine = select(referrals.c.id).where(here)
        self._db.execute(update(referral_calls).where(referral_calls.c.referral_id.in_(mine)).values(place=None))
        self._db.execute(delete(excluded_agencies).where(excluded_agencies.c.conversation_id == conversation))


def follows_a_referral() -> ColumnElement[bool]:
    """Rows of the outbox that lead to the question whether a service came: asked just because there was a case."""
    return and_(outbox.c.origin.startswith(REFERRAL), outbox.c.conversation_id.is_not(None))


def agreed_to_be_asked() -> ColumnElement[bool]:
    """Whether the person of an outbox row agreed, with a referral's consent, to be asked on this phone."""
    agreed = (
        select(func.count(referrals.c.id))
        .where(referrals.c.conversation_id == outbox.c.conversation_id, referrals.c.may_ask.is_(True))
        .correlate(outbox)
        .scalar_subquery()
    )
    return and_(follows_a_referral(), agreed > 0)
