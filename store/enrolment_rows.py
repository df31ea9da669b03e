"""Rows of courses: who takes what, where they are in it, what is due, and the lessons' funnel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import RowMapping, delete, select, update

from helpline.conversations import CaseState, Conversation
from helpline.enrolments import BEGINS, Enrolment, EnrolmentState, LessonEvent
from store.matter_tables import enrolments, lesson_events
from store.rows import Rows, conversation_of
from store.tables import cases, conversations, senders

# At most so many in one transaction; the next round takes the rest.
_BATCH = 200
_GOING = (EnrolmentState.ACTIVE.value, EnrolmentState.PAUSED.value)


class EnrolmentRows(Rows):
    def enrolments_of(self, conversation: int) -> tuple[Enrolment, ...]:
        """The person's courses, in the order in which they were begun."""
        here = select(enrolments).where(enrolments.c.conversation_id == conversation).order_by(enrolments.c.id)
        return tuple(_enrolment(row) for row in self._db.execute(here).mappings())

    def enrol(
        self,
        conversation: int,
        course: str,
        child: int,
        age_band: str | None,
        hour: int,
        due_at: datetime,
        at: datetime,
    ) -> None:
        """Begin a course; one that was left goes on where it was, a finished one begins anew."""
        fresh = {"state": EnrolmentState.ACTIVE.value, "age_band": age_band, "hour": hour, "due_at": due_at}
        key = {"conversation_id": conversation, "course": course, "child": child}
        if self._insert_once(enrolments, {**key, **fresh, "step": BEGINS, "started_at": at}) is not None:
            return
        columns = (enrolments.c[name] == value for name, value in key.items())
        here = update(enrolments).where(*columns)
        self._db.execute(here.values(**fresh, announced_at=None, finished_at=None))
        again = here.where(enrolments.c.lesson_id.is_(None))
        self._db.execute(again.values(lesson=0, step=BEGINS, opened_at=None, started_at=at))

    def save_enrolment(self, enrolment: Enrolment, at: datetime) -> None:
        """Write what a turn or the sweep changed of it."""
        self._add_course_event(enrolment, at)
        finished = enrolment.state is EnrolmentState.FINISHED
        values = {
            "age_band": enrolment.age_band,
            "state": enrolment.state.value,
            "lesson": enrolment.lesson,
            "lesson_id": enrolment.lesson_id,
            "step": enrolment.step,
            "hour": enrolment.hour,
            "due_at": enrolment.due_at,
            "announced_at": enrolment.announced_at,
            "opened_at": enrolment.opened_at,
            "finished_at": at if finished else None,
        }
        self._db.execute(update(enrolments).where(enrolments.c.id == enrolment.id).values(**values))

    def add_lesson_event(self, enrolment: int, lesson: str, what: LessonEvent, at: datetime) -> None:
        self._insert(lesson_events, {"enrolment_id": enrolment, "lesson": lesson, "what": what.value, "at": at})

    def _add_course_event(self, enrolment: Enrolment, at: datetime) -> None:
        """What became of the whole course, for figures: a row without a lesson, when its state changes."""
        before = self._db.execute(select(enrolments.c.state).where(enrolments.c.id == enrolment.id)).scalar()
        if before != enrolment.state.value and enrolment.state is not EnrolmentState.ACTIVE:
            row = {"enrolment_id": enrolment.id, "lesson": "", "what": enrolment.state.value, "at": at}
            self._insert(lesson_events, row)

    def pause_courses(self, conversation: int, at: datetime) -> None:
        """STOP: no lesson is announced any more; each can be resumed."""
        self._halt(conversation, EnrolmentState.PAUSED, (EnrolmentState.ACTIVE.value,), at)

    def suspend_courses(self, conversation: int, at: datetime) -> None:
        """A disclosure: every course rests until the person asks for it."""
        self._halt(conversation, EnrolmentState.SUSPENDED, _GOING, at)

    def _halt(self, conversation: int, state: EnrolmentState, states: tuple[str, ...], at: datetime) -> None:
        here = (enrolments.c.conversation_id == conversation) & enrolments.c.state.in_(states)
        for enrolment in self._db.execute(select(enrolments.c.id).where(here)).scalars().all():
            self._insert(lesson_events, {"enrolment_id": enrolment, "lesson": "", "what": state.value, "at": at})
        values = {"state": state.value, "due_at": None, "announced_at": None}
        self._db.execute(update(enrolments).where(here).values(**values))

    def forget_courses(self, conversation: int) -> None:
        """Erasure: that a course was taken, for how many children and at what hour, tells of a family."""
        mine = enrolments.c.conversation_id == conversation
        of_mine = lesson_events.c.enrolment_id.in_(select(enrolments.c.id).where(mine))
        self._db.execute(delete(lesson_events).where(of_mine))
        self._db.execute(delete(enrolments).where(mine))

    def due_lessons(self, now: datetime) -> Iterator[tuple[Conversation, Enrolment]]:
        """Lessons whose time has come for people whom we may write to, person by person.

        Left out: who said STOP, who cannot be reached, who disclosed something, who has an open case,
        and who said the panic word or was asked for the code word: somebody else may hold the phone.
        """
        open_case = select(cases.c.id).where(
            cases.c.conversation_id == conversations.c.id, cases.c.state != CaseState.CLOSED.value
        )
        may = (
            senders.c.reachable.is_(True),
            conversations.c.bulk_stopped.is_(False),
            conversations.c.quiet.is_(False),
            conversations.c.hidden_at.is_(None),
            conversations.c.code_asked_at.is_(None),
        )
        query = (
            select(enrolments.c.id, enrolments.c.conversation_id)
            .join(conversations, conversations.c.id == enrolments.c.conversation_id)
            .join(senders, senders.c.id == conversations.c.sender_id)
            .where(enrolments.c.state == EnrolmentState.ACTIVE.value, enrolments.c.due_at <= now)
            .where(*may, ~open_case.exists())
            .order_by(enrolments.c.conversation_id, enrolments.c.due_at, enrolments.c.id)
            .limit(_BATCH)
        )
        for row in self._db.execute(query).all():
            yield self._person_of_course(row.conversation_id), self._enrolment_by_id(row.id)

    def _enrolment_by_id(self, enrolment: int) -> Enrolment:
        """Read only now: the one before may have announced this one too."""
        return _enrolment(self._db.execute(select(enrolments).where(enrolments.c.id == enrolment)).mappings().one())

    def _person_of_course(self, conversation: int) -> Conversation:
        query = select(conversations, senders.c.channel).join(senders).where(conversations.c.id == conversation)
        return conversation_of(self._db.execute(query).mappings().one(), self._vault)


def _enrolment(row: RowMapping) -> Enrolment:
    return Enrolment(
        id=row["id"],
        course=row["course"],
        child=row["child"],
        age_band=row["age_band"],
        state=EnrolmentState(row["state"]),
        lesson=row["lesson"],
        lesson_id=row["lesson_id"],
        step=row["step"],
        hour=row["hour"],
        due_at=row["due_at"],
        announced_at=row["announced_at"],
        opened_at=row["opened_at"],
    )
