"""Moments at which a person could fall between two hands: a case that closes as they write, a step of the sweep that fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from helpline.conversations import CaseState
from language import Views
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
