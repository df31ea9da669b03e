"""The vocabulary of data/taxonomy.yml as types; a test holds the two together."""

from __future__ import annotations

from enum import Enum, IntEnum


class Level(IntEnum):
    """What a message calls for, from least to most pressing."""

    NONE = 0
    CONCERN = 1
    URGENT = 2
    EMERGENCY = 3


class Risk(Enum):
    """What a disclosure is about."""

    SUICIDE_SELF_HARM = "suicide_self_harm"
    SEXUAL_ABUSE = "sexual_abuse"
    ONLINE_EXPLOITATION = "online_exploitation"
    PHYSICAL_VIOLENCE = "physical_violence"
    DOMESTIC_VIOLENCE = "domestic_violence"
    EMOTIONAL_ABUSE = "emotional_abuse"
    NEGLECT = "neglect"
    EXPLOITATION_TRAFFICKING = "exploitation_trafficking"
    CHILD_MARRIAGE = "child_marriage"
    BULLYING = "bullying"
    RUNAWAY_MISSING = "runaway_missing"
    MEDICAL_EMERGENCY = "medical_emergency"
    CAREGIVER_AT_RISK = "caregiver_at_risk"
    CONFLICT_DISTRESS = "conflict_distress"
    EXPLOSIVE_ORDNANCE = "explosive_ordnance"
    EMOTIONAL_DISTRESS = "emotional_distress"
    SUBSTANCE_USE = "substance_use"
    HUMAN_REQUEST = "human_request"


class Speaker(Enum):
    """Who is speaking about whom."""

    CHILD_SELF = "child_self"
    CHILD_FRIEND = "child_friend"
    ADULT_REPORT = "adult_report"
    CAREGIVER = "caregiver"
    UNKNOWN = "unknown"
