"""Moments at which a person could fall between two hands: a case that closes as they write, a step of the sweep that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select, update

from helpline.conversations import CaseState
from helpline.sweep import StepsFailed
from language import Views
from store.tables import case_events, conversations
from tests.fakes import FakeTriage, finding
from tests.helpline.harness import Helpline
from triage.assess import Finding
from triage.taxonomy import Level, Risk

TOLD = "atam məni döyür"
ASKED = "biri ilə danışmaq istəyirəm"


@dataclass
class SlowTriage(FakeTriage):
    """While it reads, something else happens, once."""

    meanwhile: Callable[[], None] | None = None

    def assess(self, views: Views, recent: Sequence[Views] = ()) -> Finding:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().assess(views, recent)


def test_disclosure_in_the_moment_of_closing_opens_a_case(helpline: Helpline, counsellor: int) -> None:
    concern = finding(Level.CONCERN, Risk.HUMAN_REQUEST)
    triage = SlowTriage({ASKED: concern, TOLD: finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE)})
    helpline.parts = replace(helpline.parts, triage=triage)  # type: ignore[arg-type]  # a fake triage
    helpline.say(ASKED)
    helpline.desk.take(1, counsellor)
    helpline.pass_(seconds=1)
    helpline.receive(TOLD)
    triage.meanwhile = lambda: helpline.close(1, counsellor)
    assert helpline.take() is None
    helpline.pass_(seconds=1)
    helpline.take()
    opened = helpline.case()
    assert opened is not None
    assert (opened.id, opened.level, opened.state) == (2, Level.URGENT, CaseState.WAITING)


def test_row_that_cannot_be_read_keeps_no_alarm_from_ringing(helpline: Helpline, counsellor: int) -> None:
    helpline.finds(TOLD, finding(Level.URGENT, Risk.PHYSICAL_VIOLENCE))
    for address in ("700000001", "700000002"):
        helpline.say(TOLD, address=address)
    helpline.desk.take(1, counsellor)
    with helpline.database.engine.begin() as db:
        db.execute(update(conversations).where(conversations.c.id == 1).values(open_choices=b"nobody can open this"))
    helpline.pass_(minutes=36)
    with pytest.raises(StepsFailed) as failed:
        helpline.sweep()
    assert len(failed.value.exceptions) == 1
    assert _happened(helpline, 2) == ["opened", "overdue", "safety_silence"]


def _happened(helpline: Helpline, case: int) -> list[str]:
    query = select(case_events.c.what).where(case_events.c.case_id == case).order_by(case_events.c.id)
    with helpline.database.reading() as db:
        return list(db.scalars(query))
