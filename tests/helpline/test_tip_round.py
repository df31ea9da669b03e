"""Tips without a campaign: something unread, for this reader, twice a week at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from helpline.messages import Choice
from helpline.phrasebook import Reader, Say
from helpline.tip_round import SPACING, pick
from store.matter_tables import enrolments
from store.tables import conversations, outbox
from tests.fakes import finding, says
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk

NOON = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # 12:00 in Baku


@pytest.fixture
def subscribed(helpline: Helpline) -> Helpline:
    """A parent subscribed at noon, and it is noon of the next day."""
    helpline.clock.time = NOON
    helpline.say("salam")
    _set(helpline, phone="own", audience="parent")
    helpline.press("tips:on")
    helpline.pass_(days=1)
    return helpline


def _set(helpline: Helpline, **values: object) -> None:
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).where(conversations.c.id == 1).values(**values))


def _due(helpline: Helpline) -> datetime | None:
    with helpline.database.reading() as db:
        return db.scalar(select(conversations.c.tip_due_at).where(conversations.c.id == 1))


def _offered(helpline: Helpline) -> list[str]:
    label = helpline.book.label("tips:open", "az")
    choices: list[Choice] = [one for message in helpline.channels["telegram"].sent for one in message.choices]
    return [one.code for one in choices if one.label == label]


def test_tip_is_not_sent_on_the_day_of_subscribing(subscribed: Helpline) -> None:
    subscribed.clock.time = NOON + timedelta(hours=10)
    assert subscribed.sweep() == {}


def test_tip_comes_as_a_neutral_line_and_another_one_half_a_week_later(subscribed: Helpline) -> None:
    assert subscribed.sweep() == {"tips": 1}
    assert subscribed.sweep() == {}
    assert subscribed.send_all() == subscribed.text("tip_neutral")
    assert _due(subscribed) == subscribed.clock.now() + SPACING
    subscribed.pass_(days=3, hours=11)
    assert subscribed.sweep() == {}
    subscribed.pass_(hours=1)
    assert subscribed.sweep() == {"tips": 1}
    subscribed.pass_(hours=12)
    assert subscribed.send_all() == subscribed.text("tip_neutral")
    first, second = _offered(subscribed)
    assert first != second


def test_tips_of_a_fortnight_are_four(subscribed: Helpline) -> None:
    for _ in range(14 * 4):
        subscribed.sweep()
        subscribed.send_all()
        subscribed.pass_(hours=6)
    assert len(_offered(subscribed)) == len(set(_offered(subscribed))) == 4


def test_tip_is_nothing_that_was_read(subscribed: Helpline) -> None:
    first = pick(subscribed.book.library, "parent", None, frozenset())
    assert first is not None
    subscribed.dialogue.answer = lambda request: says(f"item:{first.id}")
    subscribed.say("döyməyim")
    subscribed.pass_(hours=1)
    subscribed.sweep()
    subscribed.send_all()
    second = pick(subscribed.book.library, "parent", None, frozenset({first.id}))
    assert second is not None
    assert _offered(subscribed)[-1:] == [f"item:{second.id}"]


@pytest.mark.parametrize("state", ["active", "paused"])
def test_tip_waits_in_the_middle_of_a_course(subscribed: Helpline, state: str) -> None:
    values = {"conversation_id": 1, "course": "online", "step": "lesson", "hour": 9, "started_at": NOON, "state": state}
    with subscribed.database.engine.begin() as db:
        db.execute(insert(enrolments).values(**values))
    assert subscribed.sweep() == ({} if state == "active" else {"tips": 1})
    if state == "active":
        assert _due(subscribed) == subscribed.clock.now() + timedelta(days=1)


def test_tip_waits_after_a_campaign(subscribed: Helpline) -> None:
    with subscribed.database.unit() as unit:
        outs = tuple(subscribed.book.render(Say("tip_neutral"), Reader("az", "adult", "telegram")))
        unit.put_started(1, outs, subscribed.clock.now(), "campaign:1:1", due_at=subscribed.clock.now())
    assert subscribed.sweep() == {}
    assert _due(subscribed) == subscribed.clock.now() + SPACING


def test_tip_is_not_offered_after_a_disclosure(subscribed: Helpline) -> None:
    subscribed.finds("evdə vururlar", finding(Level.CONCERN, Risk.PHYSICAL_VIOLENCE))
    subscribed.say("evdə vururlar")
    subscribed.pass_(hours=1)
    assert subscribed.sweep() == {}


def test_tip_at_night_is_due_in_the_morning(subscribed: Helpline) -> None:
    subscribed.clock.time = datetime(2026, 11, 3, 19, 0, tzinfo=UTC)
    assert subscribed.sweep() == {"tips": 1}
    with subscribed.database.reading() as db:
        due = db.scalar(select(outbox.c.due_at).order_by(outbox.c.id.desc()).limit(1))
    assert due == datetime(2026, 11, 4, 4, 0, tzinfo=UTC)


def test_tip_is_for_the_reader(helpline: Helpline) -> None:
    library = helpline.book.library
    for audience, age in (("child", "7-10"), ("parent", "0-2"), ("child", None)):
        item = pick(library, audience, age, frozenset())
        assert item is not None
        assert (item.audience, item.age in ("any", age, "11-14" if age is None else age)) == (audience, True)
    assert pick(library, "parent", None, frozenset(item.id for item in library.items())) is None
