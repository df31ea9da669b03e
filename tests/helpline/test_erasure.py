"""Erasure: nothing that a person said, was told or took part in is left, and it stands in nobody's way."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from helpline.conversations import Lane, NewOut, OutState
from helpline.safety_plans import PlanKind
from store.tables import case_events, messages, outbox
from tests.fakes import finding, says
from tests.helpline.harness import Helpline
from triage.taxonomy import Level, Risk
from wire import Ask


def _reply_kept_back(helpline: Helpline, counsellor: int) -> None:
    """A wish for a person and one to be forgotten, and a counsellor's reply that came too late to go out unannounced."""
    helpline.say("insan")
    helpline.desk.take(1, counsellor)
    helpline.say("sil")
    helpline.pass_(minutes=15)
    helpline.desk.reply(1, counsellor, "Buradayam.", "form-1")
    helpline.send_all()


def _states(helpline: Helpline) -> list[tuple[str, str | None]]:
    with helpline.database.reading() as db:
        rows = db.execute(select(outbox.c.state, outbox.c.code).where(outbox.c.conversation_id == 1)).all()
    return [(row.state, row.code) for row in rows]


def test_erased_person_writes_again_and_everybody_is_answered(helpline: Helpline, counsellor: int) -> None:
    _reply_kept_back(helpline, counsellor)
    helpline.close(1, counsellor)
    helpline.send_all()
    assert helpline.sweep() == {"erased": 1}
    helpline.pass_(minutes=1)
    assert len(helpline.say("salam")) == 1
    assert helpline.say("sual") == helpline.text("menu", register="adult")
    assert helpline.say("salam", address="700000002")[-1:] == helpline.text("menu", register="adult")


def test_erasure_cancels_what_was_kept_back(helpline: Helpline, counsellor: int) -> None:
    _reply_kept_back(helpline, counsellor)
    with helpline.database.unit() as unit:
        unit.erase(1, helpline.clock.now())
        assert unit.release_withheld(1, helpline.clock.now()) == 0
    assert _states(helpline).count((OutState.CANCELLED.value, "erased")) == 1


@pytest.mark.parametrize("state", [OutState.WAITING, OutState.SENDING, OutState.WITHHELD])
def test_row_without_a_text_holds_nobody_up(helpline: Helpline, state: OutState) -> None:
    helpline.say("salam")
    with helpline.database.unit() as unit:
        unit.put_out(1, (NewOut("itirilmiş"),), helpline.clock.now(), "reply:1:1")
    emptied = {"body": None, "state": state.value, "leased_until": helpline.clock.now()}
    with helpline.database.engine.begin() as db:
        db.execute(update(outbox).where(outbox.c.origin == "reply:1:1:0").values(**emptied))
    helpline.pass_(minutes=2)
    for address in ("700000002", "700000001"):
        assert helpline.say("salam", address=address)[-1:] == helpline.text("menu", register="adult")


def _erase(helpline: Helpline) -> None:
    with helpline.database.unit() as unit:
        unit.erase(1, helpline.clock.now())


def test_erasure_leaves_nothing_of_what_the_answers_were_about(helpline: Helpline, counsellor: int) -> None:
    helpline.finds("deyim", finding(Level.EMERGENCY, Risk.SEXUAL_ABUSE))
    helpline.say("deyim")
    with helpline.database.reading() as db:
        assert db.scalars(select(messages.c.says).where(messages.c.says.is_not(None))).all() != []
    _erase(helpline)
    with helpline.database.reading() as db:
        assert set(db.scalars(select(messages.c.says))) == {None}


def test_erasure_leaves_the_audit_and_none_of_its_codes_of_what_was_told(helpline: Helpline, counsellor: int) -> None:
    given = {"reason": "report", "level": "concern", "due": "15", "answers": "child_age:7_10 child_danger:yes"}
    helpline.dialogue.answer = lambda request: says("guide_help_now_end", asks=(Ask("hand_off", given),))
    helpline.say("salam")
    helpline.desk.take(1, counsellor)
    helpline.desk.save_plan(1, counsellor, PlanKind.SUICIDE, {"signs": "tək qalanda"})
    helpline.desk.send_plan(1, counsellor, "k1")
    _erase(helpline)
    with helpline.database.reading() as db:
        rows = db.execute(select(case_events.c.what, case_events.c.detail).order_by(case_events.c.id)).all()
    assert [(row.what, row.detail) for row in rows[1:]] == [
        ("guided", "{}"),
        ("taken", "{}"),
        ("plan_saved", "{}"),
        ("plan_sent", "{}"),
    ]


def test_erasure_leaves_no_item_of_a_tip_and_the_next_tip_still_comes(helpline: Helpline) -> None:
    helpline.say("salam")
    with helpline.database.unit() as unit:
        for origin in ("tip:1:20261101:P07", "tip:1:20261102:P08", "lesson:1:20261102"):
            unit.put_started(1, (NewOut("x"),), helpline.clock.now(), origin, due_at=helpline.clock.now())
    with helpline.database.engine.begin() as db:
        db.execute(update(outbox).where(outbox.c.lane == Lane.BULK.value).values(state=OutState.SENT.value))
    _erase(helpline)
    started = select(outbox.c.id, outbox.c.origin).where(outbox.c.lane == Lane.BULK.value)
    with helpline.database.reading() as db:
        rows = db.execute(started.order_by(outbox.c.id)).all()
    erased = [f"erased:{row.id}" for row in rows[:2]]
    assert [row.origin for row in rows] == [*erased, "lesson:1:20261102:0"]
    with helpline.database.unit() as unit:
        unit.begin_tips(1, helpline.clock.now(), helpline.clock.now(), shared=False)
        (due,) = unit.due_tips(helpline.clock.now(), 10)
    assert due.seen == frozenset()
