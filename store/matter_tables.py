"""The tables of what the service carries on with a person: courses, campaigns, safety plans, feedback."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from store.columns import Key, Moment, metadata, of, own_id

# A published item for those who asked for tips, by language, audience and district.
campaigns = Table(
    "campaigns",
    metadata,
    own_id(),
    Column("item", String(32), nullable=False),
    Column("language", String(2)),
    Column("audience", String(16)),
    Column("age_band", String(16)),  # that the item is for; NULL: any
    Column("district", String(32)),
    Column("state", String(16), nullable=False),  # running | done | stopped
    Column("position", Key, nullable=False, server_default=text("0")),  # the last conversation that was looked at
    Column("starts_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
)

# A course that a person takes, once for each child it is about.
enrolments = Table(
    "enrolments",
    metadata,
    own_id(),
    of("conversations"),
    Column("course", String(32), nullable=False),
    Column("child", Integer, nullable=False, server_default=text("1")),  # which of a parent's children, from 1
    Column("age_band", String(16)),  # of that child
    Column("state", String(16), nullable=False),  # active | paused | suspended | finished | left
    Column("lesson", Integer, nullable=False, server_default=text("0")),  # of all lessons of the course, from 0
    Column("lesson_id", String(32)),  # its name: editors move lessons
    Column("step", String(16), nullable=False),  # what comes next in the lesson
    Column("hour", Integer, nullable=False),  # of Baku, at which a lesson is announced
    Column("due_at", Moment),  # when the next lesson is announced; NULL: not by us
    Column("announced_at", Moment),  # and not opened since
    Column("opened_at", Moment),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    UniqueConstraint("conversation_id", "course", "child"),
    Index(None, "state", "due_at"),
)

# What became of each lesson: the course's funnel. Codes only.
lesson_events = Table(
    "lesson_events",
    metadata,
    own_id(),
    of("enrolments"),
    Column("lesson", String(64), nullable=False),
    Column("what", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "enrolment_id", "id"),
)

safety_plans = Table(
    "safety_plans",
    metadata,
    own_id(),
    of("conversations"),
    of("counsellors"),
    Column("body", LargeBinary),  # sealed; NULL once erased
    Column("made_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("conversation_id"),
)

# "Did this help?": about a text, by nobody.
feedback = Table(
    "feedback",
    metadata,
    own_id(),
    Column("item", String(64), nullable=False),
    Column("language", String(2), nullable=False),
    Column("form", String(16), nullable=False),
    Column("helped", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "item", "helped"),
)
