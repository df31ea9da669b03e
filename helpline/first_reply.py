"""Which first reply a disclosure gets: who is speaking decides, and in an emergency what is happening."""

from __future__ import annotations

from triage.assess import Finding
from triage.taxonomy import Risk, Speaker

# The order is the order of pressing: the first risk found decides what is said.
_EMERGENCIES: tuple[tuple[frozenset[Risk], str], ...] = (
    (frozenset({Risk.EXPLOSIVE_ORDNANCE}), "emergency_explosive"),
    (frozenset({Risk.SUICIDE_SELF_HARM}), "emergency_suicide"),
    (frozenset({Risk.MEDICAL_EMERGENCY}), "emergency_medical"),
    (frozenset({Risk.EXPLOITATION_TRAFFICKING, Risk.CHILD_MARRIAGE}), "emergency_taken"),
    (frozenset({Risk.SEXUAL_ABUSE}), "emergency_sexual"),
    (frozenset({Risk.RUNAWAY_MISSING}), "emergency_missing"),
    (frozenset({Risk.DOMESTIC_VIOLENCE}), "emergency_domestic"),
    (frozenset({Risk.PHYSICAL_VIOLENCE}), "emergency_violence"),
    (frozenset({Risk.NEGLECT, Risk.EMOTIONAL_ABUSE}), "emergency_thrown_out"),
)
# Somebody else's danger is answered as a report, unless the step to take is the same for everybody.
_SAME_FOR_REPORTERS = frozenset(
    {"emergency_explosive", "emergency_suicide", "emergency_medical", "emergency_missing", "emergency_taken"}
)
# Readers whose own safety may be asked about.
ASKED_ABOUT_SAFETY = frozenset({Speaker.CHILD_SELF, Speaker.UNKNOWN})


def emergency_key(finding: Finding) -> str:
    """Return the phrase with the number and the one safety step for what is happening now."""
    if finding.speaker is Speaker.CAREGIVER or Risk.CAREGIVER_AT_RISK in finding.risks:
        medical = Risk.MEDICAL_EMERGENCY in finding.risks
        return "emergency_medical" if medical else "emergency_caregiver"
    risks = set(finding.risks)
    key = next((key for group, key in _EMERGENCIES if group & risks), "emergency_other")
    reporting = finding.speaker in (Speaker.ADULT_REPORT, Speaker.CHILD_FRIEND)
    return "emergency_report" if reporting and key not in _SAME_FOR_REPORTERS else key


def urgent_key(finding: Finding, staffed: bool) -> str:
    """Return the believing first reply for this speaker; without a shift it asks nothing."""
    return f"first_{finding.speaker.value}" + ("" if staffed else "_unstaffed")
