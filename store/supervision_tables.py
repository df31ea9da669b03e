"""The tables of supervision: blocks, hand-overs, hard cases and breaks, reviews, answers after a contact."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from store.columns import Key, Moment, metadata, of, own_id


def _somebody(name: str, *, optional: bool = False) -> Column[int]:
    return Column(name, Key, ForeignKey("counsellors.id"), nullable=optional)


# A person whose messages get one line a day until a day that is set at the beginning. Triage reads on.
blocks = Table(
    "blocks",
    metadata,
    own_id(),
    of("conversations"),
    of("cases"),  # on which it was decided: its audit tells what became of it
    of("counsellors"),
    Column("reason", String(32), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("told_at", Moment),  # when the line of the day was said
    Column("disclosed_at", Moment),  # a disclosure was heard meanwhile; the second one ends it
    Column("ended_at", Moment),
    Column("ended", String(16)),  # over | lifted | disclosed | erased
    Index(
        "uq_blocks_open",
        "conversation_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# What a shift leaves to the next one.
hand_overs = Table(
    "hand_overs",
    metadata,
    own_id(),
    of("counsellors"),
    _somebody("signed_by"),  # another when a supervisor signed for somebody who had left
    Column("note", LargeBinary),  # sealed
    Column("at", Moment, nullable=False),
    Index(None, "at"),
    Index(None, "counsellor_id", "at"),
)
hand_over_cases = Table(
    "hand_over_cases",
    metadata,
    own_id(),
    of("hand_overs"),
    of("cases"),
    Column("what", String(16), nullable=False),  # kept | given | returned
    Column("level", Integer, nullable=False),
    Column("next_step", LargeBinary),  # sealed; NULL once erased
    Column("next_step_at", Moment),
    UniqueConstraint("hand_over_id", "case_id"),
    Index(None, "case_id"),
)
hand_over_reads = Table(
    "hand_over_reads",
    metadata,
    own_id(),
    of("hand_overs"),
    of("counsellors"),
    Column("at", Moment, nullable=False),
    UniqueConstraint("hand_over_id", "counsellor_id"),
)

# Every case that somebody took on, counted once for its event: `hard` ones weigh on people. For whom: nobody's word.
takes = Table(
    "takes",
    metadata,
    own_id(),
    Column("event_id", Key, ForeignKey("case_events.id"), nullable=False, unique=True),
    of("cases"),
    of("counsellors"),
    Column("hard", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "counsellor_id", "at"),
    Index(None, "at"),
)
breaks = Table(
    "breaks",
    metadata,
    own_id(),
    of("counsellors"),
    Column("why", String(16), nullable=False),  # load | emergency
    Column("event_id", Key, ForeignKey("case_events.id"), nullable=False, unique=True),  # what it follows
    Column("offered_at", Moment, nullable=False),
    Column("answer", String(16)),  # taken | declined; NULL: not answered
    Column("answered_at", Moment),
    Index(None, "counsellor_id", "offered_at"),
)

# A closed case that somebody else looks at once more. What they say of it is sealed; the score is not.
reviews = Table(
    "reviews",
    metadata,
    own_id(),
    of("cases"),
    _somebody("holder_id"),  # whose work it is about
    _somebody("reviewer_id", optional=True),
    Column("week", String(8), nullable=False),  # in which it was closed: 2026-W45
    Column("stratum", String(16), nullable=False),  # why it was drawn
    Column("scores", String(256)),  # codes of the questions with 0, 1 or 2
    Column("went_well", LargeBinary),  # sealed
    Column("to_learn", LargeBinary),  # sealed
    Column("drawn_at", Moment, nullable=False),
    Column("done_at", Moment),
    UniqueConstraint("case_id", "week"),
    Index(None, "done_at"),
    Index(None, "holder_id", "done_at"),
)

# "Did talking with us help?": a week, a level and an answer, of nobody.
contact_answers = Table(
    "contact_answers",
    metadata,
    own_id(),
    Column("week", String(8), nullable=False),
    Column("level", Integer, nullable=False),
    Column("form", String(16), nullable=False),
    Column("answer", String(16), nullable=False),  # yes | partly | no
    Index(None, "week", "level"),
)
