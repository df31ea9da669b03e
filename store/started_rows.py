"""Rows of what we start: the sender's last look at a person, and what is written once something went out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, update

from helpline.conversations import Author, CaseState, Lane, OutState, OutToSend
from helpline.enrolments import EnrolmentState
from helpline.standing import DISCLOSED_FOR, Standing
from store.matter_tables import campaigns, enrolments
from store.outbox_rows import OutboxRows
from store.referral_rows import agreed_to_be_asked, follows_a_referral
from store.rows import discretion_of
from store.tables import cases, conversations, messages, outbox, senders
from triage.taxonomy import Level

# The beginnings of the origins of what only subscribers get.
TIP, CAMPAIGN = "tip:", "campaign:"
# And of what somebody gets who takes a course.
LESSON = "lesson:"


class StartedRows(OutboxRows):
    def standing(self, out: OutToSend, now: datetime) -> Standing | None:
        """Look at the person of a leased row as they are now; None when the row is not a person's."""
        query = (
            select(
                conversations,
                senders.c.reachable,
                outbox.c.created_at.label("put_at"),
                subscribed_only().label("subscribed_only"),
                _withdrawn().label("withdrawn"),
                _rests().label("rests"),
                has_open_case().label("open_case"),
                disclosed_since(now).label("disclosed"),
                _other_started(out.id).label("other_started_at"),
                follows_a_referral().label("follows"),
                agreed_to_be_asked().label("agreed"),
            )
            .join(conversations, conversations.c.id == outbox.c.conversation_id)
            .join(senders, senders.c.id == conversations.c.sender_id)
            .where(outbox.c.id == out.id)
        )
        row = self._db.execute(query).mappings().first()
        if row is None:
            return None
        tip, follows = bool(row["subscribed_only"]), bool(row["follows"])
        return Standing(
            discretion=discretion_of(row),
            created_at=row["put_at"],
            stopped=row["bulk_stopped"] or bool(row["erasure_requested_at"]) or (tip and row["tips_since"] is None),
            withdrawn=bool(row["withdrawn"]),
            rests=bool(row["rests"]),
            reachable=row["reachable"],
            shared_agreed=row["shared_agreed"] or bool(row["agreed"]),
            # Whether a service came is asked because of the disclosure and the case, not in spite of them.
            open_case=bool(row["open_case"]) and not follows,
            disclosed=(row["quiet"] and not follows) or (tip and bool(row["disclosed"])),
            other_started_at=row["other_started_at"],
            last_inbound_at=row["last_inbound_at"],
        )

    def postpone_out(self, out: OutToSend, due_at: datetime, code: str) -> None:
        """Put a leased row back for a better time. It was not offered to the vendor: that was no attempt."""
        self._leased(
            out,
            {"state": OutState.WAITING.value, "due_at": due_at, "code": code, "attempts": outbox.c.attempts - 1},
        )

    def started(self, out: OutToSend, at: datetime) -> None:
        """Something that we started has reached the person: no other today, and a digit means what it offered."""
        values: dict[str, object] = {"started_at": at}
        if out.choices:
            values["open_choices"] = self._vault.seal_json([code for code, _ in out.choices])
        self._db.execute(update(conversations).where(conversations.c.id == out.conversation).values(**values))

    def replies_wait(self, channel: str, now: datetime) -> bool:
        """Whether an alert or a reply of this channel is due or being sent."""
        waiting = and_(outbox.c.state == OutState.WAITING.value, outbox.c.due_at <= now)
        unsent = or_(waiting, outbox.c.state == OutState.SENDING.value)
        here = (outbox.c.channel == channel) & (outbox.c.lane < Lane.BULK.value) & outbox.c.body.is_not(None)
        return self._db.execute(select(outbox.c.id).where(unsent, here).limit(1)).scalar() is not None

    def begin_tips(self, conversation: int, at: datetime, due_at: datetime, *, shared: bool) -> None:
        """Begin a subscription; one that is there already keeps its beginning and its next tip."""
        here = conversations.c.id == conversation
        began = {"tips_since": at, "tip_due_at": due_at}
        self._db.execute(update(conversations).where(here, conversations.c.tips_since.is_(None)).values(**began))
        self._db.execute(update(conversations).where(here).values(shared_agreed=shared))

    def end_tips(self, conversation: int, at: datetime) -> int:
        """End the subscription, and with it every tip and campaign that waits."""
        ended = {"tips_since": None, "tip_due_at": None, "shared_agreed": False}
        self._db.execute(update(conversations).where(conversations.c.id == conversation).values(**ended))
        waiting = (outbox.c.conversation_id == conversation) & (outbox.c.state == OutState.WAITING.value)
        cancelled = {"state": OutState.CANCELLED.value, "code": "stopped", "finished_at": at}
        return self._db.execute(update(outbox).where(waiting, subscribed_only()).values(**cancelled)).rowcount


def subscribed_only() -> ColumnElement[bool]:
    """Rows of the outbox that only a subscriber gets; lessons of a course are not among them."""
    return or_(outbox.c.campaign_id.is_not(None), outbox.c.origin.startswith(TIP))


def has_open_case() -> ColumnElement[bool]:
    open_one = (cases.c.conversation_id == conversations.c.id) & (cases.c.state != CaseState.CLOSED.value)
    return exists(select(cases.c.id).where(open_one)).correlate(conversations)


def disclosed_since(now: datetime) -> ColumnElement[bool]:
    """Whether the person told of a concern or more in the time in which nobody gets a tip."""
    told = select(messages.c.id).where(
        messages.c.conversation_id == conversations.c.id,
        messages.c.author == Author.PERSON.value,
        messages.c.level >= int(Level.CONCERN),
        messages.c.at > now - DISCLOSED_FOR,
    )
    return exists(told).correlate(conversations)


def _withdrawn() -> ColumnElement[bool]:
    ended = (campaigns.c.id == outbox.c.campaign_id) & (campaigns.c.state == "stopped")
    return exists(select(campaigns.c.id).where(ended)).correlate(outbox)


def _rests() -> ColumnElement[bool]:
    """Whether the row announces a lesson and none is waiting any more in a course that goes on."""
    waiting = select(enrolments.c.id).where(
        enrolments.c.conversation_id == outbox.c.conversation_id,
        enrolments.c.state == EnrolmentState.ACTIVE.value,
        enrolments.c.announced_at.is_not(None),
    )
    return and_(outbox.c.origin.startswith(LESSON), ~exists(waiting).correlate(outbox))


def _other_started(out: int) -> ColumnElement[datetime | None]:
    """When something else that we started last went out; the other messages of the same start are not something else."""
    other, mine = outbox.alias("other"), outbox.alias("mine")
    stem = func.substr(mine.c.origin, 1, func.length(func.rtrim(mine.c.origin, "0123456789")))
    query = (
        select(func.max(other.c.finished_at, type_=outbox.c.finished_at.type))
        .join(mine, mine.c.id == literal(out))
        .where(
            other.c.conversation_id == mine.c.conversation_id,
            other.c.lane == Lane.BULK.value,
            other.c.state == OutState.SENT.value,
            func.substr(other.c.origin, 1, func.length(stem)) != stem,
        )
    )
    return query.scalar_subquery()
