"""Erasure: nothing that a person said, was told or took part in is left, and it stands in nobody's way."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from helpline.cases import CloseReason
from helpline.conversations import NewOut, OutState
from store.tables import outbox
from tests.helpline.harness import Helpline


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
    helpline.desk.close(1, counsellor, CloseReason.HELPED, checked=True, second="")
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
