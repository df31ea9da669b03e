"""What every incoming message asks, made once: making a statement takes longer than its answer."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, bindparam, func, select, update
from sqlalchemy import case as sql_case

from helpline.conversations import Author, CaseState
from store.columns import Moment
from store.sms_tables import sms_deliveries, sms_sets
from store.tables import cases, conversations, messages, senders

# Of whom: :whose, :lookup.
SENDER = select(senders.c.id, senders.c.route, senders.c.link).where(
    senders.c.channel == bindparam("whose"), senders.c.lookup == bindparam("lookup")
)


def _open_cases(which: ColumnElement[bool]) -> Select[tuple[int]]:
    its = select(conversations.c.id).where(which).scalar_subquery()
    open_one = (cases.c.conversation_id == its) & (cases.c.state != CaseState.CLOSED.value)
    return select(cases.c.id).where(open_one).with_for_update()


def _talk(which: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    query = select(conversations, senders.c.channel).join(senders).where(which)
    return query.with_for_update(of=conversations)


# The open case and the conversation, held in this order: of the sender :number, and of the conversation :number.
OF_SENDER = tuple(make(conversations.c.sender_id == bindparam("number")) for make in (_open_cases, _talk))
OF_TALK = tuple(make(conversations.c.id == bindparam("number")) for make in (_open_cases, _talk))

_here = conversations.c.id == bindparam("talk")
_sender = select(conversations.c.sender_id).where(_here).scalar_subquery()
_held = (cases.c.conversation_id == bindparam("talk")) & (cases.c.state == CaseState.HELD.value)
# A claim without a word counts from when it was taken; a message that comes meanwhile from when it came.
_claimed = sql_case((cases.c.unanswered_since == cases.c.taken_at, None), else_=cases.c.unanswered_since)
_since = func.coalesce(_claimed, bindparam("now", type_=Moment()), type_=cases.c.unanswered_since.type)
# What a message of :talk at :now changes beside itself.
TOUCHES = (
    update(conversations).where(_here).values(last_inbound_at=bindparam("now", type_=Moment())),
    update(senders).where(senders.c.id == _sender, senders.c.reachable.is_(False)).values(reachable=True),
    update(cases).where(_held).values(unanswered_since=_since, snoozed_until=None),
)

# The texts of :talk since :since, newest first, :most of them.
SAID = (
    select(messages.c.body)
    .where(messages.c.conversation_id == bindparam("talk"), messages.c.author == Author.PERSON.value)
    .where(messages.c.at > bindparam("since", type_=Moment()))
    .order_by(messages.c.id.desc())
    .limit(bindparam("most"))
)

# The newest delivery of a :fingerprint.
DELIVERY = (
    select(sms_deliveries)
    .where(sms_deliveries.c.fingerprint == bindparam("fingerprint"))
    .order_by(sms_deliveries.c.id.desc())
    .limit(1)
)
OPEN_SETS = (
    select(sms_sets).where(sms_sets.c.conversation_id == bindparam("talk"), sms_sets.c.open).order_by(sms_sets.c.id)
)
