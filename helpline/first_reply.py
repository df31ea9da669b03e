"""Which first reply a disclosure gets: who is speaking decides, and in an emergency what is happening."""

from __future__ import annotations

from helpline import suicide
from helpline.phrasebook import Say
from triage.assess import Finding
from triage.taxonomy import Risk, Speaker

# The order is the order of pressing: the first risk found decides what is said.
_EMERGENCIES: tuple[tuple[frozenset[Risk], str], ...] = (
    (frozenset({Risk.EXPLOSIVE_ORDNANCE}), "emergency_explosive"),
    (frozenset({Risk.MEDICAL_EMERGENCY}), "emergency_medical"),
    (frozenset({Risk.EXPLOITATION_TRAFFICKING, Risk.CHILD_MARRIAGE}), "emergency_taken"),
    (frozenset({Risk.SEXUAL_ABUSE}), "emergency_sexual"),
    (frozenset({Risk.RUNAWAY_MISSING}), "emergency_missing"),
    (frozenset({Risk.DOMESTIC_VIOLENCE}), "emergency_domestic"),
    (frozenset({Risk.PHYSICAL_VIOLENCE}), "emergency_violence"),
    (frozenset({Risk.NEGLECT, Risk.EMOTIONAL_ABUSE}), "emergency_thrown_out"),
)
# Somebody else's danger is answered as a report, unless the step to take is the same for everybody.
_SAME_FOR_REPORTERS = frozenset({"emergency_explosive", "emergency_medical", "emergency_missing", "emergency_taken"})
# Readers whose own safety may be asked about.
ASKED_ABOUT_SAFETY = frozenset({Speaker.CHILD_SELF, Speaker.UNKNOWN})


def emergency_key(finding: Finding) -> str:
    """Return the phrase with the number and the one safety step for what is happening now."""
    if suicide.tells_of_suicide(finding) and Risk.EXPLOSIVE_ORDNANCE not in finding.risks:
        return suicide.emergency_first(suicide.speaker_of(finding), hurt=Risk.MEDICAL_EMERGENCY in finding.risks)
    if finding.speaker is Speaker.CAREGIVER or Risk.CAREGIVER_AT_RISK in finding.risks:
        medical = Risk.MEDICAL_EMERGENCY in finding.risks
        return "emergency_medical" if medical else "emergency_caregiver"
    risks = set(finding.risks)
    key = next((key for group, key in _EMERGENCIES if group & risks), "emergency_other")
    reporting = finding.speaker in (Speaker.ADULT_REPORT, Speaker.CHILD_FRIEND)
    return "emergency_report" if reporting and key not in _SAME_FOR_REPORTERS else key


def emergency_second(finding: Finding, staffed: bool) -> Say:
    """Return the second message: what to write and what to expect, with a counsellor really there or without."""
    if suicide.tells_of_suicide(finding) and not suicide.also_attacked(finding):
        return suicide.emergency_second(suicide.speaker_of(finding), staffed)
    return Say("emergency_staffed" if staffed else "emergency_unstaffed")


def urgent_key(finding: Finding, staffed: bool) -> str:
    """Return the believing first reply for this speaker; without a shift it asks nothing."""
    if suicide.tells_of_suicide(finding):
        return suicide.first_key(suicide.speaker_of(finding))
    return f"first_{finding.speaker.value}" + ("" if staffed else "_unstaffed")


def asks_about_safety(finding: Finding) -> bool:
    """Whether the reader's own safety may be asked about, by somebody who is there to read the answer."""
    if suicide.tells_of_suicide(finding):
        return suicide.speaker_of(finding) in suicide.OWN
    return finding.speaker in ASKED_ABOUT_SAFETY
