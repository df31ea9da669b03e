"""A case that was closed, whatever closing asks of people."""

from __future__ import annotations

from dataclasses import replace

from helpline.cases import CloseReason
from tests.helpline.harness import Helpline
from triage.taxonomy import Level


def close(helpline: Helpline, case: int, counsellor: int, reason: CloseReason = CloseReason.HELPED) -> None:
    """End a held case as its holder would, and the level of its person with it."""
    now = helpline.clock.now()
    with helpline.database.unit() as unit:
        unit.case_held_by(case, counsellor)
        unit.close_case(case, reason.value, now)
        unit.save_conversation(replace(unit.conversation_of(case), level=Level.NONE, quiet=False, dialogue=None))
        unit.record(case, counsellor, "closed", now, {"reason": reason.value})
