"""What is said where somebody may die by their own hand: who writes decides, and a person near comes before the police.

Thoughts of dying are not answered as violence is: nobody is to be locked in a room or kept quiet, and the number is a doctor's.
"""

from __future__ import annotations

from collections.abc import Iterable

from helpline.conversations import Disclosure
from helpline.phrasebook import Say
from triage.assess import Finding
from triage.taxonomy import Risk, Speaker

# Offered with every answer to the person whose life it is.
STEPS = ("breathing", "safety_plan", "person")
OWN = frozenset({Speaker.CHILD_SELF, Speaker.UNKNOWN, Speaker.CAREGIVER})
_WHO = {
    Speaker.CHILD_SELF: "self",
    Speaker.UNKNOWN: "self",
    Speaker.CHILD_FRIEND: "friend",
    Speaker.ADULT_REPORT: "child",
    Speaker.CAREGIVER: "caregiver",
}
# Whoever is attacked as well gets the words for hiding, not the question whether somebody is with them.
_ATTACKED = frozenset(
    {
        Risk.PHYSICAL_VIOLENCE,
        Risk.DOMESTIC_VIOLENCE,
        Risk.SEXUAL_ABUSE,
        Risk.CHILD_MARRIAGE,
        Risk.EXPLOITATION_TRAFFICKING,
        Risk.EXPLOSIVE_ORDNANCE,
    }
)


def tells_of_suicide(finding: Finding) -> bool:
    return Risk.SUICIDE_SELF_HARM in finding.risks


def speaker_of(finding: Finding) -> Speaker:
    """Who writes; a caregiver who may harm is one, whatever else is heard."""
    return Speaker.CAREGIVER if Risk.CAREGIVER_AT_RISK in finding.risks else finding.speaker


def who_told(told: Iterable[Disclosure]) -> Speaker | None:
    """Who wrote the newest disclosure of suicide, or None when there was none."""
    return next((one.speaker for one in told if Risk.SUICIDE_SELF_HARM in one.risks), None)


def first_key(speaker: Speaker) -> str:
    """The first reply to thoughts without a stated danger now."""
    return f"suicide_{_WHO[speaker]}"


def emergency_first(speaker: Speaker, *, hurt: bool = False) -> str:
    """The first message when there is danger now; `hurt`: something has been done already."""
    if hurt:
        return "emergency_suicide_hurt" if speaker in OWN - {Speaker.CAREGIVER} else "emergency_medical"
    who = _WHO[speaker]
    return "emergency_suicide" if who == "self" else f"emergency_suicide_{who}"


def emergency_second(speaker: Speaker, staffed: bool) -> Say:
    shift = "staffed" if staffed else "unstaffed"
    if speaker in OWN:
        return Say(f"emergency_suicide_{shift}", STEPS)
    return Say(f"emergency_suicide_other_{shift}")


def also_attacked(finding: Finding) -> bool:
    return bool(_ATTACKED & set(finding.risks))
