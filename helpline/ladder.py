"""Nobody took it: the alarm climbs from the second counsellor to the supervisor to the duty phone, each once.

How far it climbed and when it climbs on are columns of the case (`step`, `alert_due_at`), so that a restart forgets nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from helpline.alerts import Alerts
from helpline.conversations import Case
from helpline.ports import Unit
from helpline.shift_times import Alarm, Rung, times

_KEYS = {Rung.SECOND: "alert_second", Rung.SUPERVISOR: "alert_supervisor", Rung.PHONE: "alert_phone"}
_BY_DAY = (Rung.SECOND, Rung.SUPERVISOR, Rung.PHONE)
# Nobody is there who could be second.
_AT_NIGHT = (Rung.PHONE, Rung.SUPERVISOR)


@dataclass(frozen=True)
class Climb:
    """Whom to call now, what `step` is then, and when the alarm goes on."""

    rungs: tuple[Rung, ...]
    step: int
    at: datetime


def climb(case: Case, alarm: Alarm, now: datetime, *, night: bool) -> Climb:
    """What an alarm that is due does. At night the duty phone comes first, as soon as the case is due."""
    order = _AT_NIGHT if night else _BY_DAY
    left = {rung: case.due_at + alarm.rungs[rung] for rung in order if not case.step & rung.bit}
    if night and Rung.PHONE in left:
        left[Rung.PHONE] = case.due_at
    if not left:
        return Climb((Rung.PHONE,), case.step, now + alarm.again)
    rungs = tuple(rung for rung, at in left.items() if at <= now)
    later = [at for at in left.values() if at > now]
    return Climb(rungs, called(case.step, rungs), min(later, default=now + alarm.again))


def called(step: int, rungs: Sequence[Rung]) -> int:
    """`cases.step` once these were called too."""
    for rung in rungs:
        step |= rung.bit
    return step


def climb_on(unit: Unit, alerts: Alerts, now: datetime) -> Counter[str]:
    """Call whoever is next for each waiting case whose alarm is due."""
    done: Counter[str] = Counter()
    night = not unit.staffed(now)
    for case in unit.overdue_waiting(now):
        climbed = climb(case, times().alarm[case.level], now, night=night)
        unit.climbed(case.id, climbed.step, climbed.at)
        for rung in climbed.rungs:
            call = alerts.ring if rung is Rung.PHONE else alerts.tell
            call(unit, _KEYS[rung], case.id, now, f"ladder:{case.id}:{rung.value}:{now.timestamp()}")
        if climbed.rungs:
            unit.record(case.id, None, "overdue", now, {"called": [rung.value for rung in climbed.rungs]})
            done["overdue"] += 1
    return done
