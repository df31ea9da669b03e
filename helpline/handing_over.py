"""A turn's decision becomes a case: opened, raised or hastened, due by day or by night, and alerted about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpline.alerts import Alerts
from helpline.conversations import Case, TurnToTake
from helpline.escalation import ASKED_AGAIN, Decision
from helpline.ports import Unit
from helpline.shift_times import Allowance, Rung, times
from triage.taxonomy import Level


@dataclass(frozen=True)
class Night:
    """`is_on`: nobody is there, and nobody is meant to be. `begins`: when somebody is meant to be there again, if known."""

    is_on: bool
    begins: datetime | None


def night_of(unit: Unit, now: datetime, *, staffed: bool) -> Night:
    """Planned shifts count, and working hours where none is planned sooner."""
    if staffed or times().works(now) or unit.shift_planned(now):
        return Night(False, None)
    known = [at for at in (unit.next_shift(now), times().opens(now)) if at is not None]
    return Night(True, min(known, default=None))


def hand_over(unit: Unit, turn: TurnToTake, decision: Decision, alerts: Alerts, now: datetime) -> Case | None:
    """Do what the decision says of a case, in the turn's commit; the sooner of two due times holds."""
    case = turn.case
    if decision.open_level is not None and decision.due is not None:
        case = _opened(unit, turn, decision, decision.open_level, now)
    if case is not None and decision.reason == ASKED_AGAIN:
        # Whoever asks for somebody wants to be written to, whatever they said before.
        unit.mark_case(case.id, declined=False)
    if decision.alert is None or case is None:
        return case
    origin = f"turn:{turn.id}"
    if turn.staffed or case.level < Level.URGENT:
        alerts.tell(unit, decision.alert, case.id, now, origin)
    else:
        # Nobody is there: the phone rings at once, and the ladder need not call it again.
        alerts.ring(unit, decision.alert, case.id, now, origin)
        if alerts.phone is not None:
            unit.climbed(case.id, Rung.PHONE.bit, case.due_at)
    return case


def _opened(unit: Unit, turn: TurnToTake, decision: Decision, level: Level, now: datetime) -> Case:
    case, night = turn.case, night_of(unit, now, staffed=turn.staffed)
    due_at = _due_at(decision, level, now, night)
    if case is None:
        case = unit.open_case(turn.conversation.id, level, due_at, now, decision.reason)
        if night.is_on:
            unit.record(case.id, None, "after_hours", now, {})
        return case
    if level > case.level:
        unit.raise_case(case.id, level, due_at, now, decision.reason)
    elif due_at < case.due_at:
        unit.hasten_case(case.id, due_at)
    return unit.case(case.id)


def _due_at(decision: Decision, level: Level, now: datetime, night: Night) -> datetime:
    """By the level or the decision's own allowance; a guide says its own time, at night from when the shift begins."""
    allowance = decision.allowance or Allowance.of(level)
    usual, asked = times().due[allowance], decision.due
    if asked is None or asked == usual:
        return times().due_at(allowance, now, night=night.is_on, begins=night.begins)
    if night.begins is None or level is not Level.CONCERN:
        return now + asked
    return min(night.begins + asked, now + times().due[Allowance.CONCERN])
