"""Rows of the question after a contact: who may be asked, and answers that are nobody's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, Select, select

from helpline.after_contact import ClosedContact
from helpline.conversations import Author, CaseState
from store.rows import Rows, discretion_of
from store.started_rows import has_open_case
from store.supervision_tables import blocks, contact_answers
from store.tables import case_events, cases, conversations, messages, senders
from triage.taxonomy import Level

_ASKED, _OVER = "after_asked", "after_over"
# Closed without having been a contact, or without the person being there.
_NO_CONTACT = ("false_alarm", "test", "no_answer", "prank", "silent", "wrong_number")
_AT_ONCE = 50


class AfterRows(Rows):
    def contacts_to_ask(self, level: Level, since: datetime, until: datetime) -> Sequence[ClosedContact]:
        """Cases of a level closed in that time whose person may be asked, and was not."""
        query = (
            _contacts()
            .join(senders, senders.c.id == conversations.c.sender_id)
            .where(cases.c.level == int(level), cases.c.closed_at > since, cases.c.closed_at <= until)
            .where(*_may_be_asked(), senders.c.reachable.is_(True))
            .order_by(cases.c.id)
            .limit(_AT_ONCE)
        )
        return [_contact(row) for row in self._db.execute(query).mappings()]

    def add_contact_answer(self, week: str, level: Level, form: str, answer: str) -> None:
        self._insert(contact_answers, {"week": week, "level": int(level), "form": form, "answer": answer})

    def asked_contact(self, conversation: int) -> ClosedContact | None:
        """The contact about which the person was asked last, until they answer."""
        here = (cases.c.conversation_id == conversation) & _has(_ASKED) & ~_has(_OVER)
        row = self._db.execute(_contacts().where(here).order_by(cases.c.id.desc()).limit(1)).mappings().first()
        return None if row is None else _contact(row)


def _contacts() -> Select[tuple[object, ...]]:
    about = (cases.c.id.label("case_number"), cases.c.level.label("case_level"), cases.c.closed_at)
    return select(conversations, *about).select_from(
        cases.join(conversations, conversations.c.id == cases.c.conversation_id)
    )


def _may_be_asked() -> tuple[ColumnElement[bool], ...]:
    """A phone that is theirs alone or agreed to, nobody who declined, hid, stopped, asked to be forgotten or not to be asked."""
    person = conversations.c
    own = (person.phone == "own") | ((person.phone == "shared") & person.shared_agreed.is_(True))
    return (
        own,
        cases.c.state == CaseState.CLOSED.value,
        cases.c.declined.is_(False),
        cases.c.close_reason.not_in(_NO_CONTACT),
        person.hidden_at.is_(None),
        person.erasure_requested_at.is_(None),
        person.bulk_stopped.is_(False),
        _was_answered(),
        ~has_open_case(),
        ~_has(_ASKED),
        ~_refused(),
        ~_is_blocked(),
    )


def _has(what: str) -> ColumnElement[bool]:
    event = (case_events.c.case_id == cases.c.id) & (case_events.c.what == what)
    return select(case_events.c.id).where(event).correlate(cases).exists()


def _refused() -> ColumnElement[bool]:
    """Said once that they do not want to be asked: of any case of theirs."""
    theirs = cases.alias("theirs")
    query = (
        select(case_events.c.id)
        .join(theirs, theirs.c.id == case_events.c.case_id)
        .where(
            theirs.c.conversation_id == conversations.c.id,
            case_events.c.what == _OVER,
            case_events.c.detail.contains("never"),
        )
    )
    return query.correlate(conversations).exists()


def _is_blocked() -> ColumnElement[bool]:
    open_one = (blocks.c.conversation_id == conversations.c.id) & blocks.c.ended_at.is_(None)
    return select(blocks.c.id).where(open_one).correlate(conversations).exists()


def _was_answered() -> ColumnElement[bool]:
    """There was somebody to talk with."""
    reply = select(messages.c.id).where(
        messages.c.conversation_id == cases.c.conversation_id,
        messages.c.author == Author.COUNSELLOR.value,
        messages.c.at >= cases.c.opened_at,
        messages.c.at <= cases.c.closed_at,
    )
    return reply.correlate(cases).exists()


def _contact(row: RowMapping) -> ClosedContact:
    return ClosedContact(row["case_number"], row["id"], Level(row["case_level"]), row["closed_at"], discretion_of(row))
