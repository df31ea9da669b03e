"""The safety plan on a case's page: its form as typed or as saved, and what the person would get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from helpline import segments
from helpline.phrasebook import Phrasebook, Reader
from helpline.safety_plans import LONGEST_STEP, STEPS, PlanKind, SafetyPlan
from helpline.showing_plans import whole

# What a form may bring: more than a step holds, so that what is too long is said and not cut.
_LONGEST_TYPED = 500


@dataclass(frozen=True)
class PlanForm:
    """One kind's fields, with what stands in them."""

    kind: str
    steps: tuple[tuple[str, str], ...] = field(repr=False)
    open: bool = False


@dataclass(frozen=True)
class Preview:
    """One message as it would go out. `parts`: of an SMS, None elsewhere."""

    text: str = field(repr=False)
    parts: int | None


@dataclass(frozen=True)
class Typed:
    """What a form brought that could not be saved."""

    kind: PlanKind
    steps: Mapping[str, str] = field(repr=False)

    @property
    def text(self) -> str:
        return "\n".join(text for text in self.steps.values() if text)


def typed_plan(form: FormData) -> Typed:
    """Raise ValueError for a kind that there is not."""
    kind = PlanKind(str(form.get("kind", "")))
    return Typed(kind, {step: str(form.get(step, ""))[:_LONGEST_TYPED] for step in STEPS[kind]})


def plan_forms(saved: SafetyPlan | None, typed: Typed | None) -> list[PlanForm]:
    """A form for each kind; the one typed wrongly, else the saved one, is filled; only what was typed stands open."""
    shown = typed or saved
    filled = {} if shown is None else {shown.kind: shown.steps}
    return [
        PlanForm(
            kind.value,
            tuple((step, filled.get(kind, {}).get(step, "")) for step in STEPS[kind]),
            open=typed is not None and typed.kind is kind,
        )
        for kind in (PlanKind.SUICIDE, PlanKind.HOME)
    ]


def previewed(plan: SafetyPlan | None, book: Phrasebook, language: str | None, channel: str) -> list[Preview]:
    """The messages that sending would put into the outbox."""
    if plan is None:
        return []
    reader, sms = Reader(language or "az", "adult", channel), channel.startswith("sms")
    outs = [out for say in whole(plan, book, channel) for out in book.render(say, reader)]
    return [Preview(out.text, segments.count(out.text).parts if sms else None) for out in outs]


__all__ = ["LONGEST_STEP", "PlanForm", "Preview", "Typed", "plan_forms", "previewed", "typed_plan"]
