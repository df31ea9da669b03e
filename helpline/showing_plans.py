"""A person's own safety plan as messages: all of it at once on messengers, a step a message on SMS."""

from __future__ import annotations

from helpline.phrasebook import Phrasebook, Reader, Say, channel_form
from helpline.safety_plans import SafetyPlan


def whole(plan: SafetyPlan, book: Phrasebook, channel: str) -> tuple[Say, ...]:
    """All of it, to be sent in one go; nothing is offered with it, so that no digit means anything."""
    lines = _lines(plan, book, channel)
    shown = lines if channel_form(channel) == "sms" else ["\n".join(lines)]
    return (*(_said(plan, steps) for steps in shown), _end(plan))


def step_by_step(plan: SafetyPlan, book: Phrasebook, channel: str, number: int) -> tuple[Say, ...]:
    """What is shown when it is asked for; on SMS the step of that number, from 1, with the way on."""
    lines = _lines(plan, book, channel)
    if channel_form(channel) != "sms":
        return (_said(plan, "\n".join(lines)), _end(plan, ("person", "help")))
    number = number if 1 <= number <= len(lines) else 1
    if number == len(lines):
        return (_said(plan, lines[-1]), _end(plan, ("person",)))
    return (_said(plan, lines[number - 1], (f"plan:show:{number + 1}", "person")),)


def _end(plan: SafetyPlan, choices: tuple[str, ...] = ()) -> Say:
    """Which number is for this, and the word that brings the plan again."""
    return Say(f"plan_end_{plan.kind.value}", choices)


def _said(plan: SafetyPlan, steps: str, choices: tuple[str, ...] = ()) -> Say:
    return Say(f"plan_own_{plan.kind.value}", choices, {"steps": steps})


def _lines(plan: SafetyPlan, book: Phrasebook, channel: str) -> list[str]:
    """The filled steps under their titles, in the plan's own language."""
    reader, count = Reader(plan.language, "adult", channel), str(len(plan.steps))
    lines = []
    for number, (step, text) in enumerate(plan.steps.items(), start=1):
        title = book.label(f"plan:{plan.kind.value}:{step}", plan.language)
        values = {"number": str(number), "count": count, "title": title, "text": text}
        lines += [out.text for out in book.render(Say("plan_step", values=values), reader)]
    return lines
