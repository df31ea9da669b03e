"""A safety plan that a counsellor builds with a person: steps in the person's own words, one short text each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

# With its title, its number and two choices a step stays within two parts of an SMS.
LONGEST_STEP = 85


class PlanKind(Enum):
    HOME = "home"
    SUICIDE = "suicide"


# For thoughts of dying the six steps of Stanley and Brown, in their order; for violence at home what facts of practice name.
STEPS: Mapping[PlanKind, tuple[str, ...]] = {
    PlanKind.SUICIDE: ("signs", "alone", "among", "tell", "help", "safer"),
    PlanKind.HOME: ("room", "word", "near", "take", "phone", "small", "call", "hide"),
}


class EmptyPlan(ValueError):
    """A plan without a single step."""


class StepTooLong(ValueError):
    """A step that would not fit."""


@dataclass(frozen=True)
class SafetyPlan:
    """`steps` has the text of each step that was filled, by its name, in the order of STEPS; `language`: az | ru."""

    kind: PlanKind
    language: str
    steps: Mapping[str, str] = field(repr=False)


def made_plan(kind: PlanKind, language: str, typed: Mapping[str, str]) -> SafetyPlan:
    """Return the plan of what was typed, without its empty steps. Raise EmptyPlan or StepTooLong."""
    tidy = {step: " ".join(typed.get(step, "").split()) for step in STEPS[kind]}
    steps = {step: text for step, text in tidy.items() if text}
    if not steps:
        raise EmptyPlan
    if any(len(text) > LONGEST_STEP for text in steps.values()):
        raise StepTooLong
    return SafetyPlan(kind, language, steps)
