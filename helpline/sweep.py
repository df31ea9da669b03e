"""What happens because nothing happened: held cases left unanswered, cases nobody took, silence, and lessons that are due.

Every step is a row in the database with its time, so that a restart forgets none of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from helpline.campaigns import go_on
from helpline.case_work import forget_old_drafts
from helpline.cases import notice
from helpline.conversations import Case
from helpline.course_sweep import announce_lessons
from helpline.escalation import DUE
from helpline.figures.indicators import framework
from helpline.joining import deliver_incomplete
from helpline.ladder import climb_on
from helpline.phrasebook import Say
from helpline.ports import Unit
from helpline.receipts import tell_missed
from helpline.referral_sweep import ask_whether_it_came
from helpline.resting import miss_steps, wake
from helpline.shift_times import Rung
from helpline.supervision_sweep import supervise
from helpline.tip_round import offer_tips
from helpline.transfers import lapse_transfers
from helpline.turns import Parts, alert
from triage.taxonomy import Level

ROUND = timedelta(minutes=1)
Step = Callable[[Unit, Parts, datetime], Counter[str]]


class StepsFailed(ExceptionGroup[Exception]):
    """Some steps could not be done; all others were, whatever stood before or after them."""


def sweep(parts: Parts) -> Counter[str]:
    """Do all that is due now; return how many of each. Doing it twice does nothing more. Raise StepsFailed.

    Each step is a commit of its own: one row that cannot be read must not keep an alarm from ringing.
    """
    done: Counter[str] = Counter()
    failed: list[Exception] = []
    for step in (_joined, *map(_committed, STEPS), offer_tips, _campaigns):
        try:
            done.update(step(parts))
        except Exception as error:  # the edge of a step: whatever it raises, the next one is done
            failed.append(error)
    for name in ("outbox", "cases") if done else ():
        parts.bell.ring(name)
    if failed:
        raise StepsFailed("steps of the sweep", failed)
    return done


def _committed(step: Step) -> Callable[[Parts], Counter[str]]:
    def commit(parts: Parts) -> Counter[str]:
        with parts.store.unit() as unit:
            return step(unit, parts, parts.clock.now())

    return commit


def _joined(parts: Parts) -> Counter[str]:
    """First: it may be a cry for help."""
    done = deliver_incomplete(parts.store, parts.clock)
    if done:
        parts.bell.ring("turns")
    return done


def _campaigns(parts: Parts) -> Counter[str]:
    return go_on(parts.store, parts.book, parts.clock.now())


def _unanswered(unit: Unit, parts: Parts, now: datetime) -> Counter[str]:
    done: Counter[str] = Counter()
    for what, found in (("claim_lapsed", unit.lapsed_claims), ("held_unanswered", unit.overdue_held)):
        for case in found(now):
            _back_to_queue(unit, case, now, parts, what)
            done[what] += 1
    return done


def _nobody_took(unit: Unit, parts: Parts, now: datetime) -> Counter[str]:
    return climb_on(unit, parts.alerts, now)


def _silent(unit: Unit, parts: Parts, now: datetime) -> Counter[str]:
    done: Counter[str] = Counter()
    for case in unit.silent_after_safety_question(now - DUE[Level.URGENT]):
        unit.safety_silence(case.id, now)
        alert(unit, "alert_waiting", case.id, parts, f"silence:{case.id}:{now.timestamp()}")
        done["silent"] += 1
    return done


def _figures(unit: Unit, _parts: Parts, now: datetime) -> Counter[str]:
    """Before anything is erased: a day that is over is counted as it was."""
    unit.close_figure_days(now, framework().reaches)
    return Counter()


def _erasures(unit: Unit, parts: Parts, now: datetime) -> Counter[str]:
    done: Counter[str] = Counter()
    for conversation in unit.due_erasures(now):
        unit.erase(conversation, now)
        done["erased"] += 1
    return done


def _lessons(unit: Unit, parts: Parts, now: datetime) -> Counter[str]:
    return Counter(announce_lessons(unit, parts.book, now))


def _missed(unit: Unit, parts: Parts, now: datetime) -> Counter[str]:
    return tell_missed(unit, parts.book, now)


def _watches(unit: Unit, parts: Parts, now: datetime) -> Counter[str]:
    """Who opened the console is on, and who closed it is off, without having to say so: nothing that rings."""
    unit.keep_watches(now)
    return Counter()


def _back_to_queue(unit: Unit, case: Case, now: datetime, parts: Parts, what: str) -> None:
    """The counsellor did not answer in time: the person is told the truth, the supervisor is told, and the alarm begins anew."""
    conversation = unit.conversation_of(case.id)
    outs = notice(parts.book, Say("holding"), case, conversation)
    origin = f"holding:{case.id}:{now.timestamp()}"
    unit.set_waiting(case.id, now, now)
    unit.put_out(conversation.id, outs, now, origin)
    unit.climbed(case.id, Rung.SUPERVISOR.bit, now + ROUND)
    unit.record(case.id, None, what, now, {"held_by": case.holder})
    alert(unit, f"alert_{what}", case.id, parts, origin)


# In this order.
STEPS: tuple[Step, ...] = (
    _unanswered,
    _nobody_took,
    _missed,
    _silent,
    _figures,
    _erasures,
    _lessons,
    _watches,
    forget_old_drafts,
    wake,
    miss_steps,
    lapse_transfers,
    ask_whether_it_came,
    supervise,
)
