"""What a message leads to: pure decisions on level, case, alert and what is said. Nothing here reads or writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpline import suicide
from helpline.conversations import Case, CaseState, Conversation, Disclosure
from helpline.first_reply import asks_about_safety, emergency_key, emergency_second, urgent_key
from helpline.phrasebook import Say, channel_form
from helpline.shift_times import Allowance, Due, times
from triage.assess import Finding
from triage.taxonomy import Level, Risk, Speaker

# What data/shifts.yml says of working hours; `helpline.hand_over_times` makes it a time of the day.
DUE = Due()
SECOND_CONCERN_WITHIN = timedelta(days=7)
YOUNGEST_BAND = "7-10"
ASKED_AGAIN = "asked_again"

_SUPPORT_TOPIC = {
    Risk.BULLYING: "topic:friends_bullying",
    Risk.EMOTIONAL_DISTRESS: "topic:feelings_sad_anxious",
    Risk.CONFLICT_DISTRESS: "topic:conflict_recovery",
    Risk.CAREGIVER_AT_RISK: "topic:parent_stress",
    Risk.PHYSICAL_VIOLENCE: "topic:positive_discipline",
    Risk.SUBSTANCE_USE: "topic:substances",
}


@dataclass(frozen=True)
class Situation:
    """What a decision is made from. `wants_person` also when a control word or button said so; `told`: newest first."""

    finding: Finding
    conversation: Conversation
    case: Case | None
    staffed: bool
    now: datetime
    wants_person: bool = False
    told: tuple[Disclosure, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What happens in the turn's commit.

    `says` is said before anything of the bot's; `ask_bot` lets Rasa answer. `open_level` opens a case or raises the
    open one, due within `due`; `allowance`: why it is due then, where it is not the level. `alert` is a phrase key for the
    duty chat.
    """

    says: tuple[Say, ...] = ()
    ask_bot: bool = False
    open_level: Level | None = None
    due: timedelta | None = None
    allowance: Allowance | None = None
    alert: str | None = None
    ask_safety: bool = False
    quiet: bool = False
    reason: str = ""


def decide(situation: Situation) -> Decision:
    """Decide on a message that no control word answered. A level is never lowered here."""
    if situation.case is not None and situation.case.state is CaseState.HELD:
        return _held(situation, situation.case)
    level = situation.finding.level
    if level is Level.EMERGENCY:
        return _emergency(situation)
    if level is Level.URGENT:
        return _urgent(situation)
    if situation.wants_person or Risk.HUMAN_REQUEST in situation.finding.risks:
        return _person(situation)
    if level is Level.CONCERN:
        return _concern(situation)
    return Decision(ask_bot=True, quiet=situation.conversation.quiet)


def _held(situation: Situation, case: Case) -> Decision:
    """The bot is silent while a counsellor holds the case; a rise to emergency breaks that silence once."""
    level = situation.finding.level
    if level <= case.level:
        return Decision(reason="held")
    says = (Say(emergency_key(situation.finding)),) if level is Level.EMERGENCY else ()
    alert = _alert(level)
    return Decision(says=says, open_level=level, due=DUE[level], alert=alert, quiet=True, reason="level_rose")


def _emergency(situation: Situation) -> Decision:
    first = Say(emergency_key(situation.finding))
    second = emergency_second(situation.finding, situation.staffed)
    known = situation.case is not None and situation.case.level is Level.EMERGENCY
    return Decision(
        says=(Say(first.key, _room_for(second.choices, situation)),) if known else (first, second),
        open_level=Level.EMERGENCY,
        due=DUE[Level.EMERGENCY],
        alert=None if known else _alert(Level.EMERGENCY),
        quiet=True,
        reason="emergency",
    )


def _room_for(choices: tuple[str, ...], situation: Situation) -> tuple[str, ...]:
    """The first message fills the two parts of an SMS by itself."""
    return () if channel_form(situation.conversation.channel) == "sms" else choices


def _urgent(situation: Situation) -> Decision:
    case, finding = situation.case, situation.finding
    if case is not None and case.level >= Level.URGENT and not _first_of_suicide(situation):
        return Decision(says=(_heard(situation),), quiet=True, reason="told_more")
    reported = finding.speaker is Speaker.ADULT_REPORT and not suicide.tells_of_suicide(finding)
    asks = situation.staffed and asks_about_safety(finding)
    return Decision(
        says=(Say(urgent_key(finding, situation.staffed), _beside(situation, asks)), _next_step(situation, asks)),
        open_level=Level.URGENT,
        due=times().due[Allowance.ADULT_REPORT] if reported else DUE[Level.URGENT],
        allowance=Allowance.ADULT_REPORT if reported else None,
        alert=_alert(Level.URGENT),
        ask_safety=asks,
        quiet=True,
        reason="report" if reported else "urgent",
    )


def _first_of_suicide(situation: Situation) -> bool:
    """Thoughts of dying told for the first time are never only 'more of the same'."""
    return suicide.tells_of_suicide(situation.finding) and suicide.who_told(situation.told) is None


def _beside(situation: Situation, asks: bool) -> tuple[str, ...]:
    """What helps now stands beside the question on messengers; on SMS the digits are the question's."""
    return _room_for(_suicide_steps(situation), situation) if asks else ()


def _suicide_steps(situation: Situation) -> tuple[str, ...]:
    finding = situation.finding
    if not suicide.tells_of_suicide(finding):
        return ()
    return suicide.STEPS if suicide.speaker_of(finding) in suicide.OWN else ("person", "help")


def _person(situation: Situation) -> Decision:
    says = (Say("person_staffed" if situation.staffed else "person_unstaffed"),)
    if situation.case is not None:
        return Decision(says=says, quiet=situation.conversation.quiet, reason=ASKED_AGAIN)
    child = _is_child(situation)
    return Decision(
        says=says,
        open_level=Level.CONCERN,
        due=times().due[Allowance.CHILD_WISH] if child else DUE[Level.CONCERN],
        allowance=Allowance.CHILD_WISH if child else None,
        alert=_alert(Level.CONCERN),
        quiet=situation.conversation.quiet,
        reason="wants_person",
    )


def _concern(situation: Situation) -> Decision:
    if situation.case is not None:
        return Decision(says=(_heard(situation),), quiet=situation.conversation.quiet, reason="told_more")
    if _opens_at_once(situation):
        key = "concern_case_staffed" if situation.staffed else "concern_case_unstaffed"
        return Decision(
            says=(Say(key, ("breathing", "misunderstood")),),
            open_level=Level.CONCERN,
            due=DUE[Level.CONCERN],
            alert=_alert(Level.CONCERN),
            reason="concern",
        )
    return Decision(says=(Say("concern_offer", _offer(situation.finding)),), reason="concern_offered")


def _opens_at_once(situation: Situation) -> bool:
    """safety.md: under 12, a vague hint from home, or a second concern within seven days."""
    before, finding = situation.conversation.last_concern_at, situation.finding
    hint = not finding.risks
    second = before is not None and situation.now - before <= SECOND_CONCERN_WITHIN
    return situation.conversation.profile.age_band == YOUNGEST_BAND or hint or second


def _offer(finding: Finding) -> tuple[str, ...]:
    """One tap away: a person, something that helps now, and 'you misunderstood me' only where triage is unsure."""
    topic = next((_SUPPORT_TOPIC[risk] for risk in finding.risks if risk in _SUPPORT_TOPIC), "breathing")
    return ("person", topic, "misunderstood") if finding.unsure else ("person", topic)


def _is_child(situation: Situation) -> bool:
    told = situation.conversation.profile.audience
    return told == "child" or (told is None and situation.finding.speaker in (Speaker.CHILD_SELF, Speaker.CHILD_FRIEND))


def _heard(situation: Situation) -> Say:
    key = "more_heard_suicide" if suicide.tells_of_suicide(situation.finding) else "more_heard"
    return Say(key if situation.staffed else f"{key}_unstaffed", _suicide_steps(situation))


def _next_step(situation: Situation, asks: bool) -> Say:
    """Who reads this is told before anything is asked; without a shift nothing is."""
    steps = _suicide_steps(situation)
    if asks:
        return Say("next_asking_suicide" if steps else "next_asking")
    if situation.staffed:
        return Say("next_staffed", _room_for(steps, situation))
    return Say("next_unstaffed_suicide" if steps else "next_unstaffed", steps)


def _alert(level: Level) -> str:
    return f"alert_{level.name.lower()}"
