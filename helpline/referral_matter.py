"""What a person answers about a referral: whether they agree, and, two days later, whether the service came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from helpline.controls import Answer
from helpline.conversations import TurnToTake
from helpline.effects import Effect
from helpline.escalation import Decision
from helpline.matters import Visit
from helpline.phrasebook import Reader, Say
from helpline.ports import NotFound, Unit
from helpline.referral_return import DUE_AGAIN, level_again
from helpline.referrals import Loop, Referral, ReferralState
from helpline.shift_times import Allowance
from triage.taxonomy import Level

# The counsellors' working language.
_STEP_READER = Reader("az", "adult", "telegram")
_CONTACT = {"yes": Loop.YES, "no": Loop.NO, "other": Loop.OTHER}
_CAME = {"yes": "referral_came", "no": "referral_did_not_come", "other": "referral_came_otherwise"}
_ASKED_FOR_CONSENT = frozenset({ReferralState.DRAFT, ReferralState.WAITING})


@dataclass(frozen=True)
class KeepAnswer:
    """What the person pressed when they were asked for consent. The counsellor sees it, and records what it means."""

    referral: int
    agreed: bool

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        found = _own(unit, self.referral, turn)
        if found is None or found.asked_consent_at is None or found.state not in _ASKED_FOR_CONSENT:
            return
        unit.save_referral(replace(found, answer=self.agreed, answered_at=now), now)
        codes: dict[str, object] = {"referral": found.id, "agreed": self.agreed}
        unit.record(found.case, None, "referral_consent_answered", now, codes)


@dataclass(frozen=True)
class KeepContact:
    """Whether the service came, as the person says. `step`: what a counsellor has to do now, when it did not."""

    referral: int
    said: Loop
    step: str = ""

    def apply(self, unit: Unit, turn: TurnToTake, now: datetime) -> None:
        found = _own(unit, self.referral, turn)
        if found is None or found.state is ReferralState.REVOKED:
            return
        unit.save_referral(replace(found, loop=self.said, ask_at=None), now)
        codes: dict[str, object] = {"referral": found.id}
        again = found.case if turn.case is None else turn.case.id
        # In the case that it came from, and in the one that was opened again for it, which shows why it is there.
        for case in sorted({found.case, again}):
            unit.record(case, None, f"referral_contact_{self.said.value}", now, codes)
        if self.step and turn.case is not None:
            unit.step_after_referral(again, self.step, now)


class Referring:
    """Codes: `agree:<id>`, `disagree:<id>`, `open:<id>`, `contacted:<yes|no|other>:<id>`."""

    name = "referral"
    while_held = True

    def choose(self, code: str, visit: Visit) -> Answer | None:
        name, _, rest = code.partition(":")
        if name == "contacted":
            said, _, number = rest.partition(":")
            return _contacted(said, int(number), visit) if said in _CONTACT and number.isdigit() else None
        if not rest.isdigit():
            return None
        if name == "open":
            asked = tuple(f"referral:contacted:{said}:{rest}" for said in _CONTACT)
            return _said(visit, Say("referral_contacted", asked))
        if name in ("agree", "disagree"):
            return _said(visit, Say(f"referral_{name}d"), KeepAnswer(int(rest), name == "agree"))
        return None

    def hear(self, question: str, visit: Visit) -> Answer | None:
        """Words are for the counsellor: only a press is an answer."""
        return None


def _contacted(said: str, number: int, visit: Visit) -> Answer:
    """ "No" and "something else" bring the case back, with the reason: silence would have been no yes either."""
    if said == "yes":
        return _said(visit, Say(_CAME[said]), KeepContact(number, Loop.YES))
    step = visit.book.text(Say("referral_not_come_step"), _STEP_READER)
    answered = _said(visit, Say(_CAME[said]), KeepContact(number, _CONTACT[said], step))
    again = replace(
        answered.decision,
        open_level=_level(visit.turn),
        due=DUE_AGAIN,
        allowance=Allowance.ADULT_REPORT,  # no new harm was told, but somebody relied on us: as soon as for a report
        alert="alert_referral",
        reason="referral_not_contacted",
    )
    return replace(answered, decision=again)


def _level(turn: TurnToTake) -> Level:
    if turn.case is not None:
        return turn.case.level
    return level_again(Level.CONCERN if turn.past.closed is None else turn.past.closed.level)


def _said(visit: Visit, say: Say, *effects: Effect) -> Answer:
    conversation = visit.conversation
    decision = Decision(says=(say,), quiet=conversation.quiet, reason="referral")
    return Answer(decision, replace(conversation, asking=None), effects)


def _own(unit: Unit, referral: int, turn: TurnToTake) -> Referral | None:
    """A number that a person sends counts only for a referral of theirs."""
    try:
        found = unit.referral(referral)
    except NotFound:
        return None
    return found if found.conversation == turn.conversation.id else None
